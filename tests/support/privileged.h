/*
 * Programs that gain privilege when an ordinary user executes them, and some
 * that look like it. Each is a copy of tests/prog's gaining.
 */
#ifndef SUPPORT_PRIVILEGED_H
#define SUPPORT_PRIVILEGED_H

#include <stdbool.h>

#include "support/run.h"
#include "support/trace.h"

enum privileged_kind {
	PRIVILEGED_USER,       /* set-user-ID of another user */
	PRIVILEGED_GROUP,      /* set-group-ID of another group */
	PRIVILEGED_BOTH,       /* both */
	PRIVILEGED_CAPABLE,    /* capabilities */
	PRIVILEGED_UNREADABLE, /* set-user-ID, and not to be read */
	PRIVILEGED_OWN,        /* set-user-ID and -group-ID of the user's */
	PRIVILEGED_SCRIPT,     /* a set-user-ID script */
	PRIVILEGED_BY_SCRIPT, /* a script; its interpreter is PRIVILEGED_USER */
	PRIVILEGED_FORBIDDEN, /* set-user-ID, and not for this user */
	PRIVILEGED_GARBAGE,   /* set-user-ID, and cannot be executed */
	PRIVILEGED_NO_LOADER, /* set-user-ID, and its loader is not there */
};

/* A place of an ordinary user's. Where no such program can be made, the test is
 * skipped and the reason printed. */
void privileged_place(struct run_place *ret);

/* Makes one in the place; false, with the reason printed, where it cannot be
 * had here. */
bool privileged_make(const struct run_place *place, const char *name,
		     enum privileged_kind kind);

/* What a trace says of them. */
#define PRIVILEGED_LET_GO "let go, so that"
#define PRIVILEGED_LOST   "gained nothing"
#define PRIVILEGED_AGAIN  "recorded again"

/* The next `coverage` of an exec with such words in its reason, or NULL; and
 * how many there are. */
const struct trace_item *privileged_find_told(const struct trace *trace,
					      const struct trace_item *after,
					      const char *words);
unsigned privileged_count_told(const struct trace *trace, const char *words);

#endif
