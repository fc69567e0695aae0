/*
 * What the files of this room have instead of a C library, and what they number
 * the rows by. Nobody outside the room includes it.
 */
#ifndef SYSDESC_PRIVATE_H
#define SYSDESC_PRIVATE_H

#include <stdbool.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Indices of the rows of syscalls.def. */
enum row_index {
#define SYSCALL(id, ...) ROW_##id,
#define VARIANT(id, ...) ROW_##id,
#include "sysdesc/syscalls.def"
#undef VARIANT
#undef SYSCALL
	ROW_COUNT
};

static inline bool private_is_same(const char *one, const char *other)
{
	for (; *one && *one == *other; one++)
		other++;
	return *one == *other;
}

#endif
