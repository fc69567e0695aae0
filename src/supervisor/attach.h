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

struct process;
struct recording_change;
struct supervisor;
struct targets;
struct task;

/* Whether somebody is traced by that process, or by one that is, and so on:
 * each would wait for the other. */
bool attach_holds(pid_t pid, pid_t whom);

/*
 * Seizes a process that is not traced yet, and records of it what the change
 * says. Each of its threads is awaited. 0; -EPERM when the kernel refuses;
 * -ESRCH when there is none; -errno.
 */
int attach_process(struct supervisor *supervisor, pid_t pid,
		   const struct recording_change *change);

/* The same for all that are meant, as targets_each() has it. */
int attach_targets(struct supervisor *supervisor, const struct targets *targets,
		   const struct recording_change *change);

/* Seizes those threads of a process that are not traced, whether some are or
 * none. 0 or -errno; also then there may be some that were, which stop once. */
int attach_again(struct supervisor *supervisor, struct process *process);

/* The thread stops for the first time since then, and is not answered yet. */
void attach_met(struct supervisor *supervisor, struct task *task);

/* The same for one whose calls were not seen until now: the one that it comes
 * from is recorded. */
void attach_met_call(struct supervisor *supervisor, struct task *task);

#endif
