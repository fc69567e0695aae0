/*
 * A policy that is kept beside a job's source, and says all that the job may
 * do: a line for each thing, in one order, so that who reads its differences,
 * or puts two together, sees what has changed and nothing else.
 */
#ifndef AUDIT_BASELINE_H
#define AUDIT_BASELINE_H

#include <stddef.h>

struct learn;
struct text;

/*
 * Appends the lines of a baseline (length 0: there is none yet), without
 * comments that stand alone, together with what was learnt. Its text has been
 * parsed before. 0 or -ENOMEM.
 */
int baseline_put(struct text *text, const char *former, size_t length,
		 struct learn *learn);

#endif
