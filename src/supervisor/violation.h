/*
 * CAPFAIL: calls that a seccomp filter of the program's own did not let pass,
 * where it shows: a SIGSYS, or the end of the thread. What such a filter
 * answers with an error looks like any other error.
 */
#ifndef SUPERVISOR_VIOLATION_H
#define SUPERVISOR_VIOLATION_H

struct supervisor;
struct task;

/* The signal is about to be delivered. */
void violation_at_signal(struct supervisor *supervisor, struct task *task,
			 int signal_number);

/* The thread stops at its exit, its registers still there. */
void violation_at_exit(struct supervisor *supervisor, struct task *task);

#endif
