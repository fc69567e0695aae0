/*
 * Names without what changes from run to run, as far as one trace tells: the
 * process's own number and its parent's, numbers of terminals, pipes, sockets.
 */
#ifndef COMPARE_STABLE_H
#define COMPARE_STABLE_H

#include <stddef.h>
#include <stdint.h>

struct text;

/*
 * Appends a name, or words, so: /proc/4242/fd as /proc/PID/fd, /dev/pts/3 as
 * /dev/pts/N, pipe:[4711] as pipe:[N]; and 4242 as PID wherever digits are just
 * the number of the process or of its parent, unless it has less than three.
 */
void stable_put(struct text *text, const void *data, size_t length, int32_t pid,
		int32_t ppid);

#endif
