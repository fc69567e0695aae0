/* What installed headers say of the rows of constant.def: see known.sh. */
#ifndef KNOWN_H
#define KNOWN_H

#include <stddef.h>
#include <stdint.h>

#include "sysdesc/sets.h"

struct known {
	enum sysdesc_flagset set;
	const char *name; /* NULL: the end */
	uint64_t value;
};

/* In the order in which they are believed. */
extern const struct known known_kernel[];
extern const struct known known_network[];
extern const struct known known_input[];
extern const struct known known_libc[];

#endif
