/*
 * STRUCT and STRUCT_ARRAY records -> text. The structures that are ktrace-u's
 * own are field lists (ktrace-u/format.h) and are shown field by field; of any
 * other one the name, the size and the bytes are shown.
 */
#ifndef DECODE_STRUCTURE_H
#define DECODE_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>

struct data_style;
struct record;
struct text;

/* True for a STRUCT record that holds a field list. */
bool structure_is_ours(const struct record *record);

/* True for a STRUCT or STRUCT_ARRAY record that holds anything else. */
bool structure_is_opaque(const struct record *record);

/* True for a field that is a list by nature, however often it stands there. */
bool structure_is_list(const char *name, const char *field, size_t length);

/*
 * `struct process { ppid=1, exe="/bin/sh" }`, or `struct stat, 144 bytes`, or
 * `struct pollfd[2], 8 bytes each`; without a newline. A field list that is
 * damaged ends in <malformed>.
 */
void structure_put(struct text *text, const struct record *record,
		   const struct data_style *style);

#endif
