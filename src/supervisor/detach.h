/*
 * Letting go: processes run on as if they had never been traced, without a call
 * that fails, a signal that is lost, or a stop that nobody ends.
 *
 * All threads of a process are let go at the same time, and in an order
 * (addressee.h): nobody who is free is woken for the sake of who is still
 * traced.
 */
#ifndef SUPERVISOR_DETACH_H
#define SUPERVISOR_DETACH_H

#include <stdbool.h>

struct process;
struct session;
struct supervisor;
struct task;

/* Whether the thread must not be traced any longer. One that carries our filter
 * always must: its filtered calls would fail without us. */
bool detach_is_due(const struct task *task);

/* All that are due are asked to stop, and will be let go. */
void detach_due(struct supervisor *supervisor);

/* Nothing more is recorded into the session, or at all: those are let go; who
 * carries our filter is only guarded from now on. */
void detach_session(struct supervisor *supervisor, struct session *session);
void detach_all(struct supervisor *supervisor);

/* The thread is in a stop and is due, with a signal to be delivered or 0: it is
 * let go now, or stays until the others of its process can be. */
void detach_thread(struct supervisor *supervisor, struct task *task,
		   int signal_number);
/* The same where the stop is the entry of a call. */
void detach_at_entry(struct task *task);

/* The thread is not traced any more, or is gone. */
void detach_forget(struct supervisor *supervisor, struct task *task);
/* Another thread of the process is gone: those that wait may go now. */
void detach_check(struct supervisor *supervisor, struct process *process);
/* From time to time: some may have waited too long. */
void detach_tick(struct supervisor *supervisor);

#endif
