/*
 * Payloads that several kernels write alike, and what their own files of this
 * room have in common. Each function takes a record as the file has it, and
 * builds what it is to us; it trusts no length.
 */
#ifndef FOREIGN_PAYLOAD_H
#define FOREIGN_PAYLOAD_H

#include <stdint.h>

#include "trace/record.h"

struct build;

typedef enum record_fault payload_function(struct build *build,
					   const struct record *raw);

/* What to do with a kind of record. */
struct payload_row {
	uint16_t kind;
	payload_function *convert;
	/* KTR_ARGS or KTR_ENVS: several of these, one behind the other, are
	 * one of ours; `convert` is not called. */
	uint16_t gathers;
	bool needs_nul; /* behind each of them */
};

/* The rows of a system, which end in one of kind 0. */
const struct payload_row *payload_rows_freebsd(void);
const struct payload_row *payload_rows_netbsd(void);
const struct payload_row *payload_rows_openbsd(void);

/* Paths and names: bytes without more. */
payload_function payload_path, payload_environment, payload_name;
/* s32 descriptor, s32 direction, the data. */
payload_function payload_genio;
/* s32 out, s32 user, and perhaps 8 bytes of what it waits for. */
payload_function payload_switch;
/* s32 number, s32 length of the arguments, the arguments, a register each, of
 * which there may be less than there are bytes: payload_rest() is behind. */
payload_function payload_call_wide;
/* The name of a structure, with its NUL, and the structure. */
payload_function payload_named;
/* char[20] label, data. */
payload_function payload_labelled;

/* What payload_call_wide() left of the record. */
const uint8_t *payload_rest(const struct build *build, const struct record *raw,
			    size_t *ret_length);

/* A signal, of which all is known. */
struct payload_signal {
	int32_t signo;
	uint64_t action;
	int32_t code;
	uint64_t mask;
};
void payload_signal(struct build *build, const struct record *raw,
		    const struct payload_signal *signal);

/* Whatever stands behind a signal: a siginfo, whose bytes are kept. */
void payload_siginfo(struct build *build, const struct record *raw,
		     size_t offset);

/* The end of a call. */
struct payload_return {
	int32_t code;
	int32_t error;
	int64_t value;
	int64_t second;
};
void payload_return(struct build *build, const struct record *raw,
		    const struct payload_return *what);

/* A structure by its name, which is NUL-terminated. */
void payload_structure(struct build *build, const struct record *raw,
		       const char *name, const void *data, size_t length);
/* Several of them, each of so many bytes. */
void payload_structures(struct build *build, const struct record *raw,
			uint64_t size, const char *name, const void *data,
			size_t length);

/* The name at the start of the bytes, with its NUL; false: there is none. */
bool payload_take_name(const uint8_t *data, size_t length, const char **ret,
		       size_t *ret_length);

/* Numbers of a sysctl's name: "1.37". */
void payload_oid(struct build *build, const struct record *raw,
		 const uint8_t *data, size_t length);

#endif
