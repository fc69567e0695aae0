/*
 * Our trace of a command held against what the kernel's tracepoints say of it:
 * per thread, the calls made and returned from must be the same, in the same
 * order and with the same results.
 *
 * One difference is permitted, to threads that were killed (by exit_group or
 * execve of another thread, or by a signal) and at their very end alone: the
 * kernel counts an exit that has no stop. It may be of a call that we have seen
 * begin but not its kernel, since a call is given up when its thread is killed
 * at the entry stop.
 */
#ifndef SUPPORT_WITNESS_POINTS_H
#define SUPPORT_WITNESS_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"
#include "support/trace.h"
#include "support/witness_tracefs.h"

struct witness_agreement {
	size_t threads;
	size_t points;   /* that the kernel has */
	size_t excepted; /* threads with the permitted difference */
};

/*
 * The points must be those of ktrace-u, watched from before its exec on. What
 * it does before it executes the command, and its supervisor, are left out.
 * True when both agree, with a list of the excepted threads in *report;
 * otherwise the first thread that differs is described there.
 */
bool witness_points_agree(const struct witness_points *points,
			  const struct trace *trace, pid_t command,
			  struct witness_agreement *ret, struct text *report);

#endif
