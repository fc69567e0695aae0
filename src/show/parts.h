/* What was captured of a call, each part of which is shown once. */
#ifndef SHOW_PARTS_H
#define SHOW_PARTS_H

#include <stdbool.h>

#include "show/arguments.h"

struct record;

/* The next part of a kind, and name unless that is NULL, that is not shown yet:
 * its index, or -1. A STRUCT_ARRAY with a name is a STRUCT too. */
int parts_find(const struct arguments *arguments, unsigned kind,
	       const char *name, struct record *ret);

/* The same, and it counts as shown. False: there is none. */
bool parts_take(struct arguments *arguments, unsigned kind, const char *name,
		struct record *ret);

/* Whether it is a structure of that name; without a name, whether it is none.
 */
bool parts_is_named(const struct record *record, const char *name);

#endif
