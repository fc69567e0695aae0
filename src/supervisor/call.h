/*
 * System calls: from a stop at the entry or the exit to records, and to what
 * the recorder itself must remember of them.
 */
#ifndef SUPERVISOR_CALL_H
#define SUPERVISOR_CALL_H

#include <stdbool.h>
#include <stdint.h>

struct supervisor;
struct task;
struct tracee_syscall;

void call_entry(struct supervisor *supervisor, struct task *task,
		const struct tracee_syscall *at);
void call_exit(struct supervisor *supervisor, struct task *task,
	       const struct tracee_syscall *at);

/* The thread was in that call when we came: it is recorded with its end. */
void call_met(struct supervisor *supervisor, struct task *task,
	      const struct tracee_syscall *at);

/*
 * The thread goes on from an interrupted call whose end was held back: writes
 * it. `seen` is what the program sees: KTR_ERESTART or an errno.
 */
void call_end_interrupted(struct task *task, int32_t seen);

/*
 * Whether, at a call's exit, something may have ended it that the program was
 * not to notice: a signal that it ignores, which the kernel sends to who is
 * traced, and which another thread took meanwhile. Then one more stop is needed
 * to make the call go on. Where it fails so time and again it is its own doing.
 */
bool call_is_cut_short(struct task *task, const struct tracee_syscall *at);

/* The thread is at a stop that no handler sees: if that cut a call short, the
 * call is made to go on. */
void call_restart_interrupted(struct task *task);

/* The thread is at a group-stop: what that ended does not go on. */
void call_keep_interrupted(struct task *task);

/* A handler takes the signal that the thread is stopped for: so does what that
 * ended, unless the kernel wants otherwise. */
void call_settle_interrupted(struct task *task);

/* What an interrupted call gives when the signal that came has a handler with
 * or without SA_RESTART. */
int32_t call_seen_by_handler(const struct task *task, bool restarts);

/* A new thread returns from the call that made it, as its parent does: with 0,
 * and without a stop. */
void call_return_in_child(const struct task *parent, struct task *child);

/* The call that the thread is in will not return to it: it ends here. */
void call_abandon(struct supervisor *supervisor, struct task *task);

#endif
