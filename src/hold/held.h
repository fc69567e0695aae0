/*
 * One thread that is held, or room for one, in memory that recorder and keeper
 * share. Whoever negates the thread's id widens its affinity, and takes the id
 * out when that is done: until then the room is not free. Must decide nothing.
 */
#ifndef HOLD_HELD_H
#define HOLD_HELD_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "hold/hold.h"

struct held {
	_Atomic pid_t tid; /* 0: nobody; negative: it is being widened */
	_Atomic unsigned beat;
	bool is_late; /* the keeper has not come to widen it: we have */
	int cpu;
	cpu_set_t before;
};

/* What recorder and keeper share. */
struct held_shared {
	_Atomic bool keeper_sleeps;
	struct held held[HOLD_MAX];
};

/* How many are held. */
unsigned held_count(const struct held_shared *shared);

/* Gives the thread back what it had: by who has negated it, and takes it out;
 * or for a keeper that does not come to it, and leaves it there. */
void held_widen(struct held *held, pid_t tid);
void held_widen_late(struct held *held, pid_t tid);

/* The same of who is held there; nothing, where it is another by now. */
void held_release(struct held *held, pid_t tid);

/* What any thread may have at most. */
void held_set_all(cpu_set_t *set);

/* Gives a thread that is narrow, on that CPU, those that it had before. */
void held_restore(pid_t tid, int cpu, const cpu_set_t *before);

#endif
