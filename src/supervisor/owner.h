/*
 * Who owns this supervisor: the state machine of control/ownership.h, with the
 * processes and connections that it speaks of. Must not touch a traced process.
 */
#ifndef SUPERVISOR_OWNER_H
#define SUPERVISOR_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "control/ownership.h"

struct request;
struct supervisor;
struct wire_answer;

struct owner {
	struct ownership machine;
	uint64_t connection; /* which the owner holds; 0: it was named by pid */
	uint64_t background; /* which the background recorder holds */
	uint64_t called_ns;  /* when it was called back last */
};

/* The supervisor starts to record; background: for one that will register. */
void owner_start(struct supervisor *supervisor, bool background);

/*
 * Whether the requester may set (or only clear) anything as far as ownership
 * goes: 0; -EBUSY, with the owner in the answer; -EPERM. *ret_reset: all that
 * is configured is to be cleared first.
 */
int owner_admit(struct supervisor *supervisor, const struct request *request,
		struct wire_answer *answer, bool *ret_reset);

/* The operations of the same name. */
int owner_register(struct supervisor *supervisor,
		   const struct request *request);
int owner_name(struct supervisor *supervisor, const struct request *request,
	       bool *ret_reset);
int owner_pause(struct supervisor *supervisor, const struct request *request);
int owner_resume(struct supervisor *supervisor, const struct request *request);

/* Whether the requester may see what is configured. */
bool owner_may_read(struct supervisor *supervisor,
		    const struct request *request);

/* Nothing is recorded any more. */
void owner_reset(struct supervisor *supervisor);

/* The living owner's pid, or 0. */
pid_t owner_pid(struct supervisor *supervisor);

/* Wakes the background recorder, though not more often than once a second. */
void owner_call_back(struct supervisor *supervisor);

/* Whether somebody may still come back, who holds a connection. */
bool owner_is_expected(struct supervisor *supervisor);

#endif
