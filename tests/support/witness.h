/*
 * Other eyes on the same program: what strace and the kernel's own tracepoints
 * saw of its calls, and what we recorded, in forms that can be compared.
 *
 * A line per call, in the order in which they began:
 *
 *	openat "/etc/passwd" = -1 ENOENT
 *
 * The name; the paths it was given, those that could be read; the result. What
 * cannot be the same in two runs, or is not said by both witnesses, has a word
 * of its own instead: `address`, `pid` (the process's own), `parent`,
 * `interrupted` (by a signal, whatever became of it), `none` (there is no
 * result), `number` (one that no two runs share). Then the signals that were
 * delivered and the end:
 *
 *	signal SIGUSR1
 *	exit 0
 *	killed SIGSEGV
 */
#ifndef SUPPORT_WITNESS_H
#define SUPPORT_WITNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

struct sysdesc_row;
struct trace;

/* Of a trace: the calls of one process, which has but one thread. */
void witness_of_trace(struct text *lines, const struct trace *trace, pid_t pid);

/*
 * Of what `strace -f -xx -s 65536 -o FILE` wrote about that process. 0, or
 * -EINVAL at a line that is none of strace's, which is put into *lines then.
 */
int witness_of_strace(struct text *lines, const char *output, pid_t pid);

/* Both need these. A result of a call, and a path: */
void witness_put_result(struct text *lines, const struct sysdesc_row *row,
			pid_t pid, int64_t value, const char *error);
void witness_put_path(struct text *lines, const void *path, size_t length,
		      bool is_cut);

/* True when both are the same. Otherwise prints the first difference, with a
 * line before it. */
bool witness_agree(struct text *ours, struct text *theirs,
		   const char *their_name);

#endif
