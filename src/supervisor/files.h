/*
 * Files of one name: FILE is the last one, FILE.1 the one before, and so on.
 */
#ifndef SUPERVISOR_FILES_H
#define SUPERVISOR_FILES_H

#include <stdbool.h>

/* Beyond that nobody looks. */
#define FILES_MAX 9999

struct files {
	const char *name; /* in the directory; NULL: there are none */
	int directory;    /* ours */
	unsigned kept;    /* so many of those before; 0: all */
};

/* path is absolute, and outlives them. 0 or -errno. */
int files_open(struct files *ret, const char *path, unsigned kept);
void files_close(struct files *files);

/* Whether the name leads to what fd does. It may not have it yet; or somebody
 * has moved it, or put another in its place. */
bool files_is(const struct files *files, int fd);

/* Renames those that there are, and makes a new one in the place of the last: a
 * descriptor to write to, or -errno. */
int files_next(const struct files *files);

#endif
