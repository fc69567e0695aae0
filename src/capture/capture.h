/*
 * What a system call gives: (table row, registers, memory) -> records. Knows
 * neither ptrace nor files: memory is read, and records are written, through
 * what the caller passes. Makes no system call, uses no libc, no static state:
 * it is compiled a second time into a recorder that lives inside the traced
 * process.
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sysdesc_inner;
struct sysdesc_row;

/* A piece of the traced program's memory, to be copied to `to`. */
struct capture_piece {
	uint64_t address;
	void *to;
	uint32_t length;
	uint32_t got; /* bytes from its start that could be read */
};

/*
 * Reads the pieces, all in one go where that is possible. A piece that cannot
 * be read to its end has got < length; no error is reported otherwise.
 */
struct capture_memory {
	void *context;
	void (*read)(void *context, struct capture_piece *pieces,
		     unsigned count);
};
#define CAPTURE_PIECES_MAX 64 /* never more in one read */

/*
 * Where records go. reserve() gives room for a payload of up to length bytes,
 * or NULL: the record is lost (and counted by the sink). commit() makes the
 * first length bytes of it a record; each reserve() that gave room is followed
 * by one commit(), or by one cancel().
 */
struct capture_sink {
	void *context;
	void *(*reserve)(void *context, unsigned kind, size_t length);
	void (*commit)(void *context, size_t length);
	void (*cancel)(void *context);
	/*
	 * Told after each NAMEI: which argument it was, the value of the DIRFD
	 * argument before it (CAPTURE_NO_DIRFD if none) and the path, which
	 * lives during the call. NULL is fine. Where SYSCTL is wanted and NAMEI
	 * is not: of each path that is opened, if it is not longer than 256
	 * bytes.
	 */
	void (*named)(void *context, unsigned arg, int64_t dirfd,
		      const char *path, size_t length);
};
#define CAPTURE_NO_DIRFD INT64_MIN

/* What is wanted. */
struct capture_policy {
	uint32_t facilities; /* KTRFAC() bits */
	uint32_t genio_size; /* most data in a GENIO of the FreeBSD form */
	bool genio_all;      /* NetBSD's form: all of it, in chunks */
};
#define CAPTURE_GENIO_SIZE_DEFAULT 4096
#define CAPTURE_GENIO_SIZE_MAX     (256u << 10) /* that may be asked for */
#define CAPTURE_GENIO_CHUNK        4088         /* of --genio-all */
#define CAPTURE_PATH_MAX           4096

#define CAPTURE_ROOMS 32

/* One call of one thread, from entry to exit: the caller keeps it between. */
struct capture_call {
	const struct sysdesc_row *row; /* NULL: a number nobody knows */
	/* What it carries, as sysdesc_inner_find() says; NULL: nothing. */
	const struct sysdesc_inner *inner;
	int64_t number;
	uint64_t args[6];
	uint8_t abi;          /* enum sysdesc_abi */
	uint8_t word;         /* bytes of a pointer in the call's ABI: 4 or 8 */
	uint8_t unread_paths; /* bit n: argument n's path faulted at entry */
	uint64_t inner_args[6]; /* of what it carries, by capture_entry() */
	uint32_t room; /* at entry, where DEREF says how much that is */
	/* The same for the address in each message; the last for all behind. */
	uint8_t rooms[CAPTURE_ROOMS];
	/* exit */
	int64_t result; /* -errno .. -1 when failed */
	bool failed;
};

/*
 * Stops that are needed for what is wanted of a row (NULL: unknown call). A
 * call whose unread_paths is not 0 after capture_entry() is worth an exit too.
 * What a call carries has the needs of its own row, and that of the entry.
 */
#define CAPTURE_AT_ENTRY 1u
#define CAPTURE_AT_EXIT  2u
unsigned capture_needs(const struct sysdesc_row *row, uint32_t facilities);

/*
 * At the entry: SYSCALL, NAMEI for each path that can be read, STRUCT for what
 * goes in. Sets
 * call->inner to NULL where the arguments of what is carried cannot be read.
 */
void capture_entry(const struct capture_policy *policy,
		   struct capture_call *call,
		   const struct capture_memory *memory,
		   const struct capture_sink *sink);

/*
 * At the exit, before capture_return(): NAMEI for paths that faulted at the
 * entry, ARGS and ENVS of an exec that failed, STRUCT for what came out, GENIO
 * for the bytes moved.
 */
void capture_exit(const struct capture_policy *policy,
		  struct capture_call *call,
		  const struct capture_memory *memory,
		  const struct capture_sink *sink);

/*
 * What a program records itself (ktrace-u/utrace.h): a call that the recorder
 * answers, and the kernel does not make. Is this one? Then, at the entry after
 * capture_entry(): USER; call->result is the answer, 0 or -errno.
 */
bool capture_is_user(const struct capture_call *call);
void capture_user(const struct capture_policy *policy,
		  struct capture_call *call,
		  const struct capture_memory *memory,
		  const struct capture_sink *sink);

/*
 * SYSRET. error is what KTR_SYSRET carries: 0, an errno, KTR_ERESTART or
 * KTR_EJUSTRETURN.
 */
void capture_return(const struct capture_policy *policy,
		    const struct capture_call *call, int32_t error,
		    const struct capture_sink *sink);

#endif
