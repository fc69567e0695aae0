/*
 * Names, each kept once: two of them are the same when their addresses are.
 */
#ifndef AUDIT_NAME_H
#define AUDIT_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct name {
	bool was_missing; /* the last that was heard of it, as a file */
	bool is_bound;    /* somebody has it, as an address */
	UT_hash_handle hh;
	size_t length;
	char text[]; /* any bytes, with a NUL behind them */
};

/* Of all of them together. */
#define NAMES_BYTES_MAX ((size_t)256 << 20)

struct names {
	struct name *first; /* a table */
	size_t bytes;
	struct name *rest; /* when there are too many: stands for all others */
};

void names_done(struct names *names);

/* NULL: out of memory. Lives as long as the table. Of more than are kept it is
 * another one. */
struct name *names_add(struct names *names, const void *text, size_t length);

#endif
