/*
 * One record <-> its bytes, both directions in one place so that they cannot
 * drift. Makes no I/O. Encoding is for the recorder's hot path: it writes into
 * room that somebody reserved. Decoding trusts nothing.
 */
#ifndef TRACE_RECORD_H
#define TRACE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ktrace-u/format.h>

/* Whose record it is. */
struct record_origin {
	int32_t pid;
	int32_t tid;
	int32_t cpu;              /* -1: not known */
	char comm[KTR_COMM_SIZE]; /* NUL-padded */
};

/*
 * Writes the 64 bytes of a header to `to` (any alignment). time_ns is since the
 * epoch. length is that of the payload.
 */
void record_put_header(void *to, const struct record_origin *origin,
		       enum ktr_kind kind, bool after_drop, uint64_t time_ns,
		       size_t length);

/* Whose kernel it is about: errors, signals and structures are numbered and
 * laid out as that one does. Those of ktrace-u are Linux's. */
enum record_system {
	RECORD_LINUX,
	RECORD_FREEBSD,
	RECORD_NETBSD,
	RECORD_OPENBSD,
	RECORD_SYSTEM_COUNT,
};

#define RECORD_COMM_SIZE 24 /* with its NUL; other kernels have longer ones */

/* A decoded record. Pointers lead into the payload and live as long as it. */
struct record {
	unsigned kind; /* enum ktr_kind, or one that we do not know */
	enum record_system system;
	uint8_t word; /* bytes of a register of who wrote it; 0: not told */
	bool after_drop;
	int32_t pid;
	int64_t tid;
	int32_t cpu;
	char comm[RECORD_COMM_SIZE]; /* NUL-terminated */
	uint64_t time_ns;            /* since the epoch */
	uint64_t offset; /* of the header, in the content of the file */
	uint64_t number; /* of the record in the trace that is read, from 1 */
	const uint8_t *payload;
	size_t length;
	union {
		struct {
			int32_t code; /* -1: KTR_CODE_WIDE */
			unsigned narg;
			const uint8_t *args; /* record_arg() */
		} syscall;
		struct {
			int32_t code;
			int32_t error;
			int64_t retval;
			int64_t second; /* of kernels that give two; else
					 * 0 */
		} sysret;
		struct {
			int32_t fd;
			int32_t rw;
			const uint8_t *data;
			size_t length;
		} genio;
		struct {
			int32_t signo;
			int32_t code;
			uint64_t action;
			uint64_t mask;
		} psig;
		struct {
			bool out;
			bool user;
			const char *wmesg; /* NULL in the old form */
			size_t wmesg_length;
		} csw;
		struct {
			const char *name; /* NUL-terminated */
			const uint8_t *data;
			size_t length;
			uint64_t size; /* STRUCT_ARRAY: of one item */
		} structure;
		struct {
			uint32_t sv_flags;
		} procctor;
		struct {
			int32_t type;
		} capfail;
		struct {
			uint64_t address;
			int32_t type;
		} fault;
		struct {
			int32_t result;
		} faultend;
		struct { /* NAMEI, USER, SYSCTL, ARGS, ENVS and unknown ones */
			const uint8_t *data;
			size_t length;
		} raw;
	};
};

/* Why bytes are not a record. Typed, because malformed input is no errno. */
enum record_fault {
	RECORD_OK,
	RECORD_TRUNCATED, /* the file ends inside the record */
	RECORD_LENGTH,    /* negative, or more than RECORD_LENGTH_MAX */
	RECORD_VERSION,   /* not a version 1 header */
	RECORD_KIND,      /* kind 0, or beyond what a header can carry */
	RECORD_TIME,      /* seconds or nanoseconds out of range */
	RECORD_PAYLOAD,   /* too short, or too long, for its kind */
	RECORD_NAME,      /* STRUCT: no NUL, empty, or a bad character */
	RECORD_FRAME,     /* in a compressed file: no frame, or a damaged one */
	RECORD_WINDOW,    /* in one, a frame that takes too much memory */
	RECORD_FAULT_COUNT,
};

/* Payloads longer than this are not believed. */
#define RECORD_LENGTH_MAX (16u << 20)

/* One sentence for people, without the offset. */
const char *record_fault_text(enum record_fault fault);

/*
 * Checks the 64 bytes of a header and fills all of *ret but the payload and the
 * union; ret->length is the claimed length, checked against RECORD_LENGTH_MAX.
 */
enum record_fault record_decode_header(const void *header, struct record *ret);

/* Points *record at its payload of record->length bytes and fills the union. */
enum record_fault record_decode_payload(struct record *record,
					const uint8_t *payload);

/* Whether it is a STRUCT of that name. */
bool record_is_struct(const struct record *record, const char *name);

/* The index-th argument of a SYSCALL record, index < narg. */
uint64_t record_arg(const struct record *record, unsigned index);

#endif
