/*
 * A choice among the system calls: --syscalls=open,@network,!@pure. Names,
 * classes (@), `all`, and `!` in front to take away, applied left to right; a
 * list that starts with `!` starts from all. @deeds and @looks, which are part
 * of it, are what sysdesc/deeds.h says: of some rows not all calls.
 */
#ifndef SYSDESC_SELECT_H
#define SYSDESC_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sysdesc_row;

#define SELECT_ROWS_MAX 768

/* A set of rows, by sysdesc_index(); of those in `deeds` only such calls. Calls
 * that no row knows: `unknown`. */
struct select {
	uint64_t bits[SELECT_ROWS_MAX / 64];
	uint64_t deeds[SELECT_ROWS_MAX / 64]; /* of these */
	bool unknown;
};

void select_all(struct select *select);
void select_none(struct select *select);
/* All calls of the row; and only those of them that are deeds, if there are
 * others, and the row is not there yet. */
void select_add(struct select *select, const struct sysdesc_row *row);
void select_add_deeds(struct select *select, const struct sysdesc_row *row);
bool select_is_all(const struct select *select);
/* Whether all deeds are there, but for those that only look; and those. */
bool select_has_deeds(const struct select *select);
bool select_has_looks(const struct select *select);
/* row NULL: a call that no row knows. */
bool select_has(const struct select *select, const struct sysdesc_row *row);
/* Of a row that is there: whether only those of its calls are that are deeds.
 */
bool select_is_narrow(const struct select *select,
		      const struct sysdesc_row *row);
/* Not by memcmp(): there is padding. */
bool select_is_same(const struct select *one, const struct select *other);

/*
 * Parses the expression. 0; or -EINVAL with *ret_at and *ret_length naming the
 * part of it that is no call, class or list.
 */
int select_parse(struct select *ret, const char *expression, size_t *ret_at,
		 size_t *ret_length);

#endif
