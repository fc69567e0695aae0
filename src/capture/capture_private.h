/*
 * What the files of this room share: the parameters of a capture in one place,
 * and the few byte helpers that elsewhere come from libc. Nobody outside the
 * room includes it.
 */
#ifndef CAPTURE_CAPTURE_PRIVATE_H
#define CAPTURE_CAPTURE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ktrace-u/format.h>

#include "capture/capture.h"
#include "sysdesc/layout.h"
#include "sysdesc/sysdesc.h"

#define CAPTURE_PAGE         4096u /* no kernel has smaller ones */
#define CAPTURE_STRING_FIRST 256u  /* what is read of a string at first */
/* What the kernel cuts every transfer down to. */
#define CAPTURE_MOVED_MAX UINT64_C(0x7ffff000)
#define CAPTURE_BATCH     32u /* vector entries that are read at once */

_Static_assert(CAPTURE_BATCH <= CAPTURE_PIECES_MAX, "a batch is one read");

struct capture_job {
	const struct capture_policy *policy;
	struct capture_call *call;
	const struct capture_memory *memory;
	const struct capture_sink *sink;
};

/* capture_path.c: NAMEI for the paths of a call, at its entry or exit. */
void capture_path_entry(const struct capture_job *job);
void capture_path_exit(const struct capture_job *job);

/* Does a call of the row? */
bool capture_row_moves(const struct sysdesc_row *row);

/*
 * capture_inner.c: the arguments of what the call carries (call->inner is not
 * NULL), and GENIO for what that moved. Does a row carry what moves bytes?
 */
void capture_inner_entry(const struct capture_job *job);
void capture_inner_exit(const struct capture_job *job);
bool capture_inner_moves(const struct sysdesc_row *carrier);
unsigned capture_inner_structs(const struct sysdesc_row *carrier);

/* capture_bytes.c: GENIO for what the call moved. */
void capture_bytes_exit(const struct capture_job *job);

/* One transfer: how many bytes moved, which way, through what. */
struct capture_transfer {
	int32_t fd;
	int32_t rw; /* KTR_GENIO_ */
	uint64_t moved;
};

/* Room for length bytes of data in a GENIO; NULL: the record is lost. */
uint8_t *capture_bytes_open(const struct capture_job *job,
			    const struct capture_transfer *transfer,
			    uint32_t length);
/* Ends it: a record of got bytes, or none if none of length were readable. */
void capture_bytes_close(const struct capture_job *job, uint32_t length,
			 uint32_t got);
/*
 * length bytes at address in as many records as it takes. False when they
 * could not be read to the end.
 */
bool capture_bytes_chunks(const struct capture_job *job,
			  const struct capture_transfer *transfer,
			  uint64_t address, uint64_t length);

/* capture_iov.c: the same where a struct iovec[], msghdr or mmsghdr[] says
 * where the bytes are. */
void capture_iov_vector(const struct capture_job *job,
			const struct capture_transfer *transfer,
			uint64_t address, uint64_t count);
void capture_iov_message(const struct capture_job *job,
			 const struct capture_transfer *transfer,
			 uint64_t address);
/* transfer->moved is the number of messages. */
void capture_iov_messages(const struct capture_job *job,
			  const struct capture_transfer *transfer,
			  uint64_t address);

/* capture_struct.c: STRUCT and STRUCT_ARRAY for what the arguments point at.
 * Which stops do they need? */
void capture_struct_entry(const struct capture_job *job);
void capture_struct_exit(const struct capture_job *job);
unsigned capture_struct_needs(const struct sysdesc_row *row);

/* What an argument points at. */
struct capture_pointed {
	enum sysdesc_blob blob;
	const struct sysdesc_layout *layout;
	uint64_t address;
	uint64_t length; /* in bytes, of a STRUCT */
	uint64_t items;  /* of a STRUCT_ARRAY */
	bool is_array;
};

/* capture_pointed.c: the last three of them, which are 0, by the others. */
void capture_pointed_measure(const struct capture_job *job,
			     const struct sysdesc_arg *arg,
			     struct capture_pointed *what);

/* capture_room.c: how much room there is, which the call overwrites. To be
 * looked at at the entry; then that of the address in message n. */
#define CAPTURE_NAME_MAX 128u /* sizeof(struct sockaddr_storage) */
void capture_room_entry(const struct capture_job *job);
uint32_t capture_room_of(const struct capture_job *job, uint64_t message);

/* capture_written.c: has the call, at its exit, left something there? */
bool capture_written(const struct capture_job *job,
		     const struct sysdesc_arg *arg);

/* capture_vector.c: ARGS and ENVS of an exec that failed. */
void capture_vector_exit(const struct capture_job *job);

/* Bytes of one, in the ABI of the call. */
static inline uint32_t capture_size_of(const struct capture_job *job,
				       const struct sysdesc_layout *layout)
{
	return layout->size[job->call->abi];
}

/* Does the policy want structures, alone or as arrays? */
#define CAPTURE_STRUCTS (KTRFAC(KTR_STRUCT) | KTRFAC(KTR_STRUCT_ARRAY))

static inline bool capture_wants(const struct capture_policy *policy,
				 enum ktr_kind kind)
{
	return (policy->facilities & KTRFAC(kind)) != 0;
}

/* Does the argument point at bytes that cross the boundary? */
static inline bool capture_moves(const struct sysdesc_arg *arg)
{
	return arg->kind >= KIND_BYTES && arg->kind <= KIND_XATTR &&
	       arg->direction != DIRECTION_NONE;
}
_Static_assert(KIND_IOVEC == KIND_BYTES + 1 && KIND_MSGHDR == KIND_BYTES + 2 &&
		   KIND_MMSGHDR == KIND_BYTES + 3 &&
		   KIND_MSGBUF == KIND_BYTES + 4 &&
		   KIND_XATTR == KIND_BYTES + 5,
	       "capture_moves() takes them for a range");

/*
 * Bytes of a register, and of a long, as the kernel takes them. Those of x32
 * are wide: its offsets are 64 bits in one register.
 */
static inline unsigned capture_long(const struct capture_call *call)
{
	return call->word == 4 && call->number < SYSDESC_X32_BIT ? 4 : 8;
}

/* An argument as the kernel takes it. A 32-bit call has no upper halves. */
static inline uint64_t capture_argument(const struct capture_call *call,
					unsigned index)
{
	uint64_t value = call->args[index];

	return capture_long(call) == 4 ? (uint32_t)value : value;
}

/* A length that was passed by value. An int has no upper half. */
static inline uint64_t capture_passed_length(const struct capture_call *call,
					     unsigned index)
{
	uint64_t length = capture_argument(call, index);
	unsigned kind = call->row->arg[index].kind;

	return kind == KIND_INT || kind == KIND_UINT ? (uint32_t)length
						     : length;
}

/* Bytes of a pointer of the calling program. */
static inline unsigned capture_pointer(const struct capture_call *call)
{
	return call->word == 8 ? 8 : 4;
}

static inline uint64_t capture_minimum(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Bytes from address to the end of its page. */
static inline uint32_t capture_page_left(uint64_t address)
{
	return CAPTURE_PAGE - (uint32_t)(address % CAPTURE_PAGE);
}

/* How many bytes at address could be read. */
static inline uint32_t capture_read(const struct capture_job *job,
				    uint64_t address, void *to, uint32_t length)
{
	struct capture_piece piece = { .address = address,
				       .to = to,
				       .length = length };

	job->memory->read(job->memory->context, &piece, 1);
	return piece.got;
}

/* A little-endian word of 4 or 8 bytes, at any alignment. */
static inline uint64_t capture_word(const uint8_t *from, unsigned word)
{
	uint64_t wide;
	uint32_t narrow;

	if (word == 8) {
		__builtin_memcpy(&wide, from, sizeof(wide));
		return wide;
	}
	__builtin_memcpy(&narrow, from, sizeof(narrow));
	return narrow;
}

/*
 * Copies towards lower addresses, or to where nothing overlaps. The empty asm
 * is there for compilers that would make a call of memcpy() out of the loop.
 */
static inline void capture_copy(uint8_t *to, const uint8_t *from, size_t length)
{
	uint64_t word;

	for (; length >= sizeof(word); length -= sizeof(word)) {
		__builtin_memcpy(&word, from, sizeof(word));
		__builtin_memcpy(to, &word, sizeof(word));
		from += sizeof(word);
		to += sizeof(word);
		__asm__("" : "+r"(to), "+r"(from));
	}
	for (; length > 0; length--) {
		*to++ = *from++;
		__asm__("" : "+r"(to), "+r"(from));
	}
}

static inline size_t capture_length_of_text(const char *text)
{
	size_t length = 0;

	while (text[length] != 0) {
		length++;
		/* As above. */
		__asm__("" : "+r"(length));
	}
	return length;
}

/* A text without its NUL; how long it is. */
static inline size_t capture_put_text(uint8_t *to, const char *text)
{
	size_t length = capture_length_of_text(text);

	capture_copy(to, (const uint8_t *)text, length);
	return length;
}

/* Where the first NUL is; length when there is none. */
static inline uint32_t capture_find_nul(const uint8_t *bytes, uint32_t length)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint32_t at = 0;
	uint64_t word;

	for (; length - at >= sizeof(word); at += sizeof(word)) {
		__builtin_memcpy(&word, bytes + at, sizeof(word));
		if (((word - ones) & ~word & (ones << 7)) != 0)
			break;
	}
	while (at < length && bytes[at] != 0)
		at++;
	return at;
}

#endif
