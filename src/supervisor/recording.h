/*
 * What is recorded of a process, and into which trace: what the kernel keeps in
 * p_traceflag, p_tracevp and p_tracecred, and its ktrops(). Must not answer
 * stops.
 */
#ifndef SUPERVISOR_RECORDING_H
#define SUPERVISOR_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "control/judge.h"
#include "supervisor/plan.h"

struct process;
struct session;
struct session_origin;
struct supervisor;

/* Who set a trace: the kernel's p_tracecred. Counted. */
struct recording_setter {
	struct judge_credential credential;
	enum permission_form form;
	unsigned users;
};

/* With one user, the caller. 0 or -ENOMEM. */
int recording_setter_new(struct recording_setter **ret,
			 enum permission_form form,
			 const struct judge_credential *credential);
/* One user less. NULL is fine. */
void recording_setter_put(struct recording_setter *setter);

struct recording_change {
	struct session *session;             /* where to */
	const struct session_origin *origin; /* if it has not begun */
	struct recording_setter *setter;
	struct plan_wish wish;
	bool has_calls;     /* wish.calls counts; else it stays what it was */
	bool has_stacks;    /* so does wish.stacks */
	bool has_genio;     /* so do genio_size and genio_all */
	bool replaces;      /* NetBSD's way: into another trace than before,
			     * what was set before is gone */
	uint32_t inherited; /* KTRFAC_INHERIT, KTRFAC_ROOT */
};

/*
 * Adds to what is recorded of the process, and gives it the session. What it is
 * said who it is from now on, its first record there. 0 or -ENOMEM, and then
 * nothing has changed.
 */
int recording_set(struct supervisor *supervisor, struct process *process,
		  const struct recording_change *change);

/* What is recorded into one session that the recorder was started for goes on
 * in another one, which needs nothing of that to be understood. */
void recording_move_all(struct supervisor *supervisor, struct session *from,
			struct session *to);

/* Takes facilities away. Nothing is left when only those are that every trace
 * has: then it is over. */
void recording_clear(struct supervisor *supervisor, struct process *process,
		     uint32_t facilities);

/* Whether it would be over then. */
bool recording_is_over(const struct process *process, uint32_t facilities);

/* Nothing is recorded of the process any more. The last one of a session ends
 * that. is_whole: what was asked for has been recorded, to its end. */
void recording_end(struct supervisor *supervisor, struct process *process,
		   bool is_whole);

/* A fork: the child gets all of it where it is inherited. */
void recording_fork(struct process *child, const struct process *parent);

/* Recording stops for all, and goes on; what is set stays as it is. */
void recording_pause(struct supervisor *supervisor, bool pause);

/* The credentials of the process have changed: who set its trace may not be
 * allowed to any more. */
void recording_check(struct supervisor *supervisor, struct process *process);

/* What all stops together show is not what it was. */
void recording_review(struct supervisor *supervisor);

#endif
