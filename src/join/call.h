/*
 * A system call: its entry, what was captured of it, and its return. Memory is
 * bounded, whatever the file says: of a large one the rest of its data goes.
 */
#ifndef JOIN_CALL_H
#define JOIN_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sysdesc/sysdesc.h"
#include "trace/record.h"

struct state;
struct descriptor_name;

/* What is kept of each. */
#define CALL_PARTS_MAX 128u
#define CALL_DATA_MAX  ((size_t)64 << 10)
#define CALL_ARGS_MAX  8u /* Linux has 6, others more */

struct call {
	struct record entry; /* its SYSCALL; the payload is not kept: */
	uint64_t args[CALL_ARGS_MAX]; /* but this, of which there are */
	unsigned arg_count;           /* so many */
	enum sysdesc_abi abi;         /* by which it was made */
	int64_t number;
	const struct sysdesc_row *row; /* NULL: nobody knows the number */
	unsigned part_count;
	bool is_cut;        /* there was more than could be kept */
	bool has_returned;  /* else it never did, or has not yet */
	bool is_marked;     /* for who shows it: it was, unfinished */
	struct record exit; /* its SYSRET, when it has returned */
	/* Where descriptors among the arguments led when it was made, and the
	 * one that it gave leads; NULL: not known. Owned. */
	struct descriptor_name *names[CALL_ARGS_MAX], *result_name;
	uint8_t *data; /* the parts' payloads */
	size_t length, room;
	struct call_part {
		struct record record; /* without payload: call_part() */
		size_t offset;        /* in data */
	} * parts;
	unsigned parts_room;
};

/* An empty call is all zeroes. From the record of its entry, in the place of
 * another one, which had to be its own. */
void call_begin(struct call *call, const struct state *state,
		const struct record *record);
/* What was captured of it: 0 or -ENOMEM. */
int call_add_part(struct call *call, const struct record *record);
/* Nobody knows where its descriptors lead. */
void call_drop_names(struct call *call);
void call_done(struct call *call);

/*
 * The index-th record between entry and return, index < part_count, with a
 * payload that lives as long as the call. False when it was cut to nothing that
 * can be decoded.
 */
bool call_part(const struct call *call, unsigned index, struct record *ret);

/*
 * Where the path that is argument `index` led, absolute: as it was given, or as
 * the recorder put it together. Lives as long as the call. False when nobody
 * says.
 */
bool call_path(const struct call *call, unsigned index, const char **ret,
	       size_t *ret_length);

/* What a path was, by the last that was said of it. */
struct call_told {
	const char *how; /* "joined", "kernel" and so on; "": as it was given */
	size_t how_length;
	const char *path; /* NULL: it could not be told */
	size_t length;
	const char *given; /* what was said of it before; NULL: nothing */
	size_t given_length;
	bool is_deleted;
	bool is_made;  /* by this call */
	bool is_empty; /* as it was given: the descriptor before it is meant */
};

/* The same of the path that is argument `index`, absolute or not. False: it is
 * not there, since it could not be read. */
bool call_told(const struct call *call, unsigned index, struct call_told *ret);

/* From entry to return; 0 where it has not returned. */
uint64_t call_duration_ns(const struct call *call);

#endif
