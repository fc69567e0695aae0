/*
 * Programs that gain privilege when they are executed: set-user-ID,
 * set-group-ID, file capabilities. The kernel gives none to a thread whose
 * tracer has no CAP_SYS_PTRACE over it. Under such a one the process is let go
 * just before the exec, as on BSD; away.h sees to the rest.
 */
#ifndef SUPERVISOR_PRIVILEGE_H
#define SUPERVISOR_PRIVILEGE_H

#include <stdbool.h>

#include "supervisor/program.h"

struct supervisor;
struct task;

#define PRIVILEGE_PLAIN_MAX 64

struct privilege {
	bool is_kept; /* the kernel gives it under us, too */
	/* Files of late by which nobody gains anything. */
	struct program_identity plain[PRIVILEGE_PLAIN_MAX];
	unsigned plain_next;
};

/* For who is about to trace. */
void privilege_open(struct privilege *privilege);

/* The thread is at the entry of a call, which is recorded. True when it was let
 * go, or waits for that, and is not to be answered. */
bool privilege_at_entry(struct supervisor *supervisor, struct task *task);

/* The thread has executed something: says so if privilege was lost by our
 * presence. */
void privilege_at_exec(struct supervisor *supervisor, struct task *task);

#endif
