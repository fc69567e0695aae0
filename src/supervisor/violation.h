/*
 * CAPFAIL: calls that did not pass: a seccomp filter of the program's own,
 * where it shows by a SIGSYS or the end of the thread (what such a filter
 * answers with an error looks like any other error), or the recorder's own
 * guard.
 */
#ifndef SUPERVISOR_VIOLATION_H
#define SUPERVISOR_VIOLATION_H

struct supervisor;
struct task;

/* The signal is about to be delivered. */
void violation_at_signal(struct supervisor *supervisor, struct task *task,
			 int signal_number);

/* The call that the thread enters is answered by --guard, and not made. */
void violation_of_guard(struct supervisor *supervisor, struct task *task,
			const char *action);

/* The thread stops at its exit, its registers still there. */
void violation_at_exit(struct supervisor *supervisor, struct task *task);

#endif
