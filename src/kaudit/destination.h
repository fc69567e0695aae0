/*
 * A file that is written when a job is over, which must not say where: its name
 * is looked up before the job begins. Names that the job made meanwhile are
 * replaced, and links that it made are not followed.
 */
#ifndef KAUDIT_DESTINATION_H
#define KAUDIT_DESTINATION_H

#include <stdbool.h>

struct text;

struct destination {
	const char *path; /* as it was given; outlives it */
	int fd;           /* what has the name already, or -1; owned */
	int directory;    /* the nearest one that is there already; owned */
	const char *rest; /* of path, from there */
};

#define DESTINATION_NONE                                                       \
	{                                                                      \
		.fd = -1, .directory = -1                                      \
	}

/* 0 or -errno. *ret is to be given to destination_done() in any case. */
int destination_open(struct destination *ret, const char *path);
void destination_done(struct destination *destination);

/* Whether what has the name is what is open there. */
bool destination_is(const struct destination *destination, int fd);

/*
 * All of the text is there afterwards, and nothing else: in the file that had
 * the name and still has it, else in a new one. 0 or -errno.
 */
int destination_write(const struct destination *destination,
		      const struct text *text);

/* The same, of a file that nobody is to see half-written: always a new one. Not
 * in the place of what is none: -EEXIST. */
int destination_replace(const struct destination *destination,
			const struct text *text);

/* A file without a name gets this one, or a copy of it does; what had the name
 * loses it. 0 or -errno. */
int destination_give(const struct destination *destination, int fd);

#endif
