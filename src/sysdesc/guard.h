/*
 * What a filter of system calls can look at, of each call: its number, and
 * arguments that are values.
 */
#ifndef SYSDESC_GUARD_H
#define SYSDESC_GUARD_H

#include <stdint.h>

struct sysdesc_row;

/* Flags that make namespaces, of clone and unshare; those that do not need a
 * user namespace are NAMESPACES without it. */
#define GUARD_USERNS     UINT64_C(0x10000000)
#define GUARD_NAMESPACES UINT64_C(0x7e020000)

enum guard {
	GUARD_NUMBER, /* nothing else is of use */
	GUARD_FLAGS,  /* flags, its argument 0, make namespaces */
	GUARD_FAMILY, /* its argument 0 is an address family */
	GUARD_HIDDEN, /* the flags are in memory, where no filter sees them */
};

enum guard guard_of(const struct sysdesc_row *row);

#endif
