/*
 * Names, each kept once: two of them are the same when their addresses are.
 */
#ifndef AUDIT_NAME_H
#define AUDIT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct name {
	bool was_missing; /* the last that was heard of it, as a file */
	uint8_t bound;    /* as an address, so (fact.h); 0: nobody has it */
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

/* NULL: it is not there. */
struct name *names_find(const struct names *names, const void *text,
			size_t length);
/* NULL: out of memory. Lives as long as the table. Of more than are kept it is
 * another one. */
struct name *names_add(struct names *names, const void *text, size_t length);

#endif
