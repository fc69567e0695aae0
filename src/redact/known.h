/*
 * Values that were found to be secret, as that of an environment variable: they
 * are secret wherever they turn up. Bounded: of too many the first ones count.
 */
#ifndef REDACT_KNOWN_H
#define REDACT_KNOWN_H

#include <stddef.h>

struct region;

#define KNOWN_MAX 256u
/* Shorter ones would be found everywhere, longer ones are files. */
#define KNOWN_SHORTEST 8u
#define KNOWN_LONGEST  4096u

struct known {
	struct known_value {
		char *data;
		size_t length;
	} * values; /* KNOWN_MAX of them, or NULL */
	unsigned count;
};

void known_done(struct known *known);

/* Notes a value, unless it is a path or of no use. 0 or -ENOMEM. */
int known_add(struct known *known, const void *data, size_t length);

void known_mask(const struct known *known, const struct region *region);

#endif
