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

struct recording_change;
struct supervisor;
struct task;

/* What to attach to: a process or a group; the other is 0. */
struct attach_target {
	pid_t pid;
	pid_t pgid;
	bool descendants; /* and all that come of them */
};

/*
 * Seizes them, and records of them what the change says. Fine when one could
 * be, as in the kernel; -EPERM when all were refused, -ESRCH when there was
 * none. Each of their threads is awaited.
 */
int attach_target(struct supervisor *supervisor,
		  const struct attach_target *target,
		  const struct recording_change *change);

/* The thread stops for the first time since then, and is not answered yet. */
void attach_met(struct supervisor *supervisor, struct task *task);

/* The same for one whose calls were not seen until now: the one that it comes
 * from is recorded. */
void attach_met_call(struct supervisor *supervisor, struct task *task);

#endif
