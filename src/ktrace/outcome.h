/*
 * What comes of asking a supervisor.
 */
#ifndef KTRACE_OUTCOME_H
#define KTRACE_OUTCOME_H

#include <sys/types.h>

#include "control/wire.h"

struct text;

struct outcome {
	unsigned answered;
	struct wire_answer answer; /* of the last that refused, or just last */
	int fd;                    /* what came along, or -1 */
	pid_t silent;              /* the last that did not answer, or 0 */
};

/* What the supervisor answers: 0 or -errno. -ENOENT and no answer: it is none
 * of ours, or has ended, and its tracing with it. */
int outcome_ask(struct outcome *outcome, pid_t supervisor,
		const struct wire_request *request, int fd);

/* Why it was not done. */
void outcome_explain(const struct outcome *outcome, int error,
		     struct text *text);

/* A line for each thread for which it is not done yet. */
void outcome_put_late(const struct outcome *outcome, struct text *text);

#endif
