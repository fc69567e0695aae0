/*
 * Who asked for something is told when every thread that it concerns has
 * stopped once, or after a second: some sleep where nothing wakes them. One
 * asks at a time.
 */
#ifndef SUPERVISOR_AWAIT_H
#define SUPERVISOR_AWAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct supervisor;
struct task;

#define AWAIT_LATE_MAX 64 /* threads that are named */

struct await {
	unsigned waiting;     /* threads that have not stopped yet */
	struct task *asked;   /* of these, in that order: is_asked */
	uint64_t deadline_ns; /* he is told then, at the latest */
	/* Tells him; NULL: nobody waits. */
	void (*tell)(struct supervisor *supervisor, const pid_t *late,
		     unsigned late_count);
};

/* The thread is asked to stop. */
void await_thread(struct supervisor *supervisor, struct task *task);

/* All have been asked. */
void await_begin(struct supervisor *supervisor,
		 void (*tell)(struct supervisor *, const pid_t *, unsigned));

/* It was seen to stop; it may still be awaited, until it is gone. */
void await_stopped(struct supervisor *supervisor, struct task *task);

/* Those that were asked first, and were not seen to stop; returns how many. */
unsigned await_asked(const struct supervisor *supervisor, pid_t *ret,
		     unsigned max);

/* The thread stops, or is gone. */
void await_met(struct supervisor *supervisor, struct task *task);

/* Tells who waits, once it is time. */
void await_tell(struct supervisor *supervisor);

#endif
