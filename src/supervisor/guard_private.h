/*
 * What guard.c and guard_path.c share. Private to them.
 */
#ifndef SUPERVISOR_GUARD_PRIVATE_H
#define SUPERVISOR_GUARD_PRIVATE_H

#include <stdbool.h>
#include <sys/types.h>

struct guard;

/* What becomes of a call. */
enum guarding {
	GUARD_NOTHING,
	GUARD_REFUSES, /* it fails with EPERM */
	GUARD_NARROWS, /* the signal goes to those alone who are recorded */
	GUARD_HIDES,   /* prctl(2) returns 0, and nothing is done */
};

/* Whether it is a process that is guarded, or a thread of one. */
bool guard_has(const struct guard *guard, pid_t tid);

#endif
