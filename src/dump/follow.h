/*
 * Waiting for input that is not there yet: a pipe whose writer is slow, a file
 * that grows (-l).
 */
#ifndef DUMP_FOLLOW_H
#define DUMP_FOLLOW_H

#include <stdbool.h>

struct follow {
	int fd;          /* the input; not owned */
	int inotify;     /* -1: there is none, so wait in short steps */
	bool is_regular; /* a file whose end may move */
};

/* Watches the input; from here on no growth goes unnoticed. 0 or -errno. */
int follow_open(struct follow *follow, int fd, bool grows);
void follow_close(struct follow *follow);

/* True when read(2) would return at once. */
bool follow_is_ready(const struct follow *follow);

/* The same after having waited for up to so long. */
bool follow_is_ready_within(const struct follow *follow, int ms);

/* Returns when a regular file may have grown since follow_open() or the last
 * call; or, for another one, when it can be read. 0 or -errno. */
int follow_wait(struct follow *follow);

#endif
