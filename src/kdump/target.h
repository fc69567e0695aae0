/*
 * A file that comes into being under another name, so that there is never half
 * of one.
 */
#ifndef KDUMP_TARGET_H
#define KDUMP_TARGET_H

#include <sys/types.h>

#include "base/text.h"

struct target {
	const char *name;
	struct text *error; /* one line, of what fails */
	int fd;
	mode_t mode;
	char *temporary;   /* its name so far; NULL: there is none */
	struct text piece; /* what is to be written next */
};

#define TARGET_INIT                                                            \
	{                                                                      \
		.fd = -1                                                       \
	}

/*
 * Begins the file, which is to have the rights of the trace that `trace` leads
 * to, and must not be it. 0, or -1 with a line in *error, as the others. It is
 * to be closed even so.
 */
int target_open(struct target *target, const char *name, int trace,
		struct text *error);
/* Unless it was finished, nothing is left of it. */
void target_close(struct target *target);

/* Writes the piece when there is much of it. */
int target_spill(struct target *target);
/* Writes all of it, and gives the file its name. */
int target_finish(struct target *target);

/* "OBJECT: reason". -1. */
int target_fail(struct text *error, const char *object, const char *reason);

#endif
