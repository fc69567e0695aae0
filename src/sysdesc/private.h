/*
 * What the files of this room have instead of a C library. Nobody outside the
 * room includes it.
 */
#ifndef SYSDESC_PRIVATE_H
#define SYSDESC_PRIVATE_H

#include <stdbool.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline bool private_is_same(const char *one, const char *other)
{
	for (; *one && *one == *other; one++)
		other++;
	return *one == *other;
}

#endif
