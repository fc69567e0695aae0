/*
 * What the kernel itself says of the system calls of a process and of all that
 * it starts: the raw_syscalls tracepoints, in a tracefs instance of our own.
 * Needs root. Compares nothing.
 */
#ifndef SUPPORT_WITNESS_TRACEFS_H
#define SUPPORT_WITNESS_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

struct witness_tracefs;

/* A sys_enter or a sys_exit. */
struct witness_point {
	pid_t tid;
	bool is_exit;
	int64_t number; /* of the caller's ABI; -1 at the exit of sigreturn */
	int64_t result; /* at an exit, as it is in the kernel: -512, ... */
};

/* In the order in which they happened, whatever CPU they happened on. */
struct witness_points {
	struct witness_point *items;
	size_t count;
	size_t room;
};

/*
 * Makes an instance with empty rings, which see nothing yet. 0, or -errno with
 * the reason in *why: no root, no tracefs, not the kernel's own pids. The
 * instance goes with witness_tracefs_close(), or with the caller, if that dies
 * before.
 */
int witness_tracefs_open(struct witness_tracefs **ret, struct text *why);
void witness_tracefs_close(struct witness_tracefs *tracefs); /* NULL is fine */

/* From now on the process is watched, and all threads and processes that it and
 * they start. 0 or -errno with the reason in *why. */
int witness_tracefs_watch(struct witness_tracefs *tracefs, pid_t pid,
			  struct text *why);

/*
 * Watches no longer, and reads the rings: 0, or -errno with the reason in *why;
 * -ENOBUFS when any event was lost. *ret is to be given to
 * witness_points_done() in any case.
 */
int witness_tracefs_read(struct witness_tracefs *tracefs,
			 struct witness_points *ret, struct text *why);
void witness_points_done(struct witness_points *points);

#endif
