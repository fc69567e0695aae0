/*
 * Records -> system calls, put together across interleaved threads. Memory is
 * bounded, whatever the file says: the oldest calls go first.
 */
#ifndef JOIN_CALLS_H
#define JOIN_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "join/call.h"

struct call_thread;
struct descriptors;
struct record;
struct state;

/* Calls that wait for their return. */
#define CALLS_PENDING_MAX 16384u

struct calls {
	struct call_thread *threads; /* a table, those in a call */
	struct call_thread *given;   /* with the call that was given out */
	struct call_thread *spare;   /* one that may be used again */
	struct call_thread *last;    /* that was found, if it is in a call */
	bool skips_parts;            /* the caller wants none */
	struct descriptors *descriptors; /* the caller's, who has them learn
					  * from each record before it is taken
					  * here; NULL: no names */
};

#define CALLS_INIT                                                             \
	{                                                                      \
		.threads = NULL                                                \
	}

enum call_fate {
	CALL_KEPT,  /* the record is part of a call that has not returned */
	CALL_DONE,  /* *ret is a call, whole, or one that will not return since
		     * its thread makes another, or too many are pending */
	CALL_ALONE, /* it is no part of a call, or of none that is known */
};

void calls_done(struct calls *calls);

/*
 * Takes a record that state_learn() has seen. A call_fate or -ENOMEM. *ret is
 * valid until the next time.
 */
int calls_take(struct calls *calls, const struct state *state,
	       const struct record *record, struct call **ret);

/*
 * Visits the calls that have not returned, of one process or (0) of all, oldest
 * first; forgets them if asked.
 */
typedef void calls_visit(void *context, struct call *call);
void calls_pending(struct calls *calls, int32_t pid, bool forget,
		   calls_visit *visit, void *context);

#endif
