/*
 * Directories that policies name: @src, @tmp. A name may stand for several, and
 * stands for what symbolic links in them lead to as well.
 */
#ifndef AUDIT_ROOTS_H
#define AUDIT_ROOTS_H

#include <stdbool.h>
#include <stddef.h>

struct text;

#define ROOTS_MAX     64u
#define ROOT_DIRS_MAX 16u

struct root {
	char *name;
	char *dirs[ROOT_DIRS_MAX]; /* absolute, without a last slash */
	unsigned count;
	bool is_default; /* nobody gave it */
	bool is_wide;    /* of the machine: it is no name for one place */
};

struct roots {
	struct root items[ROOTS_MAX];
	unsigned count;
};

void roots_done(struct roots *roots);

/*
 * "NAME=DIR", as --root has it. The first one of a name replaces what was the
 * default, others are added. 0; -EINVAL with one line in *error; -ENOMEM.
 */
int roots_set(struct roots *roots, const char *word, struct text *error);

/* What a name means unless it is given: @sys, @toolchain, @tmp, where not NULL
 * @home, and, of the command's working directory, @src and @build: where that
 * is not known (NULL), a place where no file is. 0 or -ENOMEM. */
int roots_default(struct roots *roots, const char *home, const char *directory);

const struct root *roots_find(const struct roots *roots, const char *name,
			      size_t length);

/* How long its directory is that holds the path; 0: none does. */
size_t roots_holding(const struct root *root, const char *path, size_t length);

/*
 * The one whose directory holds the path, the longest of them; but none that is
 * wide. NULL: none does. *ret_length is how long its directory is.
 */
const struct root *roots_of(const struct roots *roots, const char *path,
			    size_t length, size_t *ret_length);

#endif
