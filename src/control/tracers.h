/*
 * Who traces those who are meant: the only ones who can change that. Looks, and
 * asks nobody.
 */
#ifndef CONTROL_TRACERS_H
#define CONTROL_TRACERS_H

#include <stdbool.h>
#include <sys/types.h>

struct targets;

struct tracers {
	pid_t *pids; /* malloc'd; each once */
	unsigned count;
	unsigned untraced; /* processes */
	unsigned all;
	bool is_meant; /* by targets, and not just everybody */
};

/* Of the targets, or (NULL) of anybody. 0 or -errno: -ESRCH when there is no
 * such process. tracers_done() frees it. */
int tracers_find(const struct targets *targets, struct tracers *ret);
void tracers_done(struct tracers *tracers);

#endif
