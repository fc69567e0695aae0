/*
 * --guard: the traced do not get at those who record them, by no call that
 * names these or their files in /proc. Such a call is recorded, answered and
 * not made.
 */
#ifndef SUPERVISOR_GUARD_H
#define SUPERVISOR_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process;
struct supervisor;
struct sysdesc_row;
struct task;

#define GUARD_PIDS     2
#define GUARD_LINK_MAX 32

struct guard {
	pid_t pids[GUARD_PIDS];
	unsigned count;             /* 0: it is off */
	char space[GUARD_LINK_MAX]; /* our pid namespace, or "" */
};

/* Guards the calling process, which nobody but root can look into from here on,
 * and another one (0: none). */
void guard_open(struct guard *guard, pid_t other);

/* Whether such a call may name them. */
bool guard_is_by(const struct sysdesc_row *row);

/* At the entry of a call. */
void guard_at_entry(struct supervisor *supervisor, struct task *task);
/* Argument `arg` is that path, absolute. */
void guard_at_path(struct supervisor *supervisor, struct task *task,
		   unsigned arg, const char *path, size_t length);
/* What was found out is done. */
void guard_settle(struct supervisor *supervisor, struct task *task);

/* It has opened what the kernel calls so. */
void guard_at_opened(struct supervisor *supervisor, struct task *task,
		     const char *name);

/* Its memory is another from here on. */
void guard_exec(struct process *process);

#endif
