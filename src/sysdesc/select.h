/*
 * A choice among the system calls: --syscalls=open,@network,!@pure. Names,
 * classes (@), `all`, and `!` in front to take away, applied left to right; a
 * list that starts with `!` starts from all.
 */
#ifndef SYSDESC_SELECT_H
#define SYSDESC_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sysdesc_row;

#define SELECT_ROWS_MAX 768

/* A set of rows, by sysdesc_index(). Calls that no row knows: `unknown`. */
struct select {
	uint64_t bits[SELECT_ROWS_MAX / 64];
	bool unknown;
};

void select_all(struct select *select);
void select_none(struct select *select);
void select_add(struct select *select, const struct sysdesc_row *row);
bool select_is_all(const struct select *select);
/* row NULL: a call that no row knows. */
bool select_has(const struct select *select, const struct sysdesc_row *row);

/*
 * Parses the expression. 0; or -EINVAL with *ret_at and *ret_length naming the
 * part of it that is no call, class or list.
 */
int select_parse(struct select *ret, const char *expression, size_t *ret_at,
		 size_t *ret_length);

#endif
