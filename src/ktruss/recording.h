/*
 * ktrace-u as a child, and the pipe that its trace comes through.
 */
#ifndef KTRUSS_RECORDING_H
#define KTRUSS_RECORDING_H

#include <stdbool.h>
#include <sys/types.h>

struct ktruss_options;

struct recording {
	int fd;    /* the trace; the reader's to close */
	pid_t pid; /* who becomes the command, or attaches */
};

/* Starts the command, or attaches, as the options say; from then on what
 * interrupts it is ignored here. 0; -ENOENT when there is no ktrace-u; -errno.
 */
int recording_start(struct recording *ret,
		    const struct ktruss_options *options);

/* Waits until the child has ended; its status as wait(2) has it. */
int recording_wait(const struct recording *recording);

/* Lets a process go that was attached to: its trace then ends. */
void recording_clear(pid_t pid);

#endif
