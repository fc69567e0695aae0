/*
 * Processes that run already: they are seized with all their threads, and go on
 * as they were. Each thread is stopped once, so that its calls can be seen from
 * then on; who asked is told when all have been.
 */
#ifndef SUPERVISOR_ATTACH_H
#define SUPERVISOR_ATTACH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct launch;
struct supervisor;
struct task;

struct attach {
	struct launch *launch; /* NULL: nobody waits to be told */
	unsigned waiting;      /* threads that have not stopped yet */
	uint64_t deadline_ns;  /* he is told then, at the latest */
};

/* What to attach to: a process or a group; the other is 0. */
struct attach_target {
	pid_t pid;
	pid_t pgid;
	bool descendants; /* and all that come of them */
};

/*
 * Seizes them. Fine when one could be, as in the kernel; -EPERM when all were
 * refused, -ESRCH when there was none. launch is told later.
 */
int attach_start(struct supervisor *supervisor, struct launch *launch);

/* The thread stops for the first time since then, and is not answered yet. */
void attach_met(struct supervisor *supervisor, struct task *task);

/* It is gone before it could. */
void attach_missed(struct supervisor *supervisor, struct task *task);

/* Tells who waits, once it is time. */
void attach_tell(struct supervisor *supervisor);

#endif
