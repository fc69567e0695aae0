/*
 * Which processes are meant: one, a group, and all that come of them. Only
 * finds them; what is done to each is the caller's.
 */
#ifndef CONTROL_TARGETS_H
#define CONTROL_TARGETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A process or a group; the other is 0. */
struct targets {
	pid_t pid;
	pid_t pgid;
	bool descendants; /* and all that come of them */
	bool ourselves;   /* the calling process too, if it is among them */
};

/* How it went, by process. */
struct targets_tally {
	unsigned done;
	unsigned refused;
	int error; /* -EPERM if any was refused so, else of the last, or 0 */
};

/* 0, or -errno: it could not be done to this one. */
typedef int targets_visit(void *context, pid_t pid);

#define TARGETS_NO_LIMIT UINT64_MAX

/* The time, in the ticks since boot that processes' starts are told in. */
uint64_t targets_now(void);

/*
 * Visits each, parents before children; not ourselves, unless that is
 * said or we alone are meant. One that cannot be done
 * does not keep those below it from being visited. Descendants that started
 * after latest are left out. Fine when it could be done to one, as in the
 * kernel: 0; else the tally's error; -ESRCH when there was none.
 */
int targets_each(const struct targets *targets, uint64_t latest,
		 targets_visit *visit, void *context,
		 struct targets_tally *ret);

#endif
