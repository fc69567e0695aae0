/*
 * Whose a trace file is, by what is in it: there is no word at its start that
 * says so, but for OpenBSD's.
 */
#ifndef FOREIGN_RECOGNISE_H
#define FOREIGN_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/record.h"

struct format;

enum recognised {
	RECOGNISED_OURS,    /* or nobody's: our reader says what is wrong */
	RECOGNISED_FOREIGN, /* *ret says whose */
	RECOGNISED_MORE,    /* more of it must be seen */
};

/* So many bytes, or all there are, are enough. */
#define RECOGNISE_LEAST 72
#define RECOGNISE_MOST  ((size_t)64 << 10)

/*
 * Looks at the first bytes of a file; is_all: there are no more, or enough of
 * them. A file of ours is never taken for another.
 */
enum recognised recognise_file(const uint8_t *bytes, size_t length, bool is_all,
			       const struct format **ret);

/* The format of a system that fits best, whatever else may fit better; never
 * NULL for a system but Linux. */
const struct format *recognise_system(enum record_system system,
				      const uint8_t *bytes, size_t length);

#endif
