/*
 * Where recorder and recorded run. A stop and its answer are two switches
 * between them: cheap on one CPU. On two of which the rest sleeps, each switch
 * puts one to sleep and wakes the other, which costs several times as much, and
 * there the scheduler wakes a thread on the idle one. So the one thread that is
 * busy in calls is held beside the recorder (hold.h); with several, nobody is.
 *
 * The program must not see it. Held is only where every entry of every call
 * stops, or of every one that counts here (by a filter), and before a call that
 * tells of affinity, hands it on or changes who may set it, whoever makes it,
 * all are let go until it has returned.
 */
#ifndef SUPERVISOR_FOLLOW_H
#define SUPERVISOR_FOLLOW_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

struct hold;

struct follow {
	struct hold *hold; /* NULL: nobody can be held here */
	cpu_set_t own;     /* where the recorder may run */
	bool is_still;     /* and it is held where it is, */
	int cpu;           /* which is here */
	pid_t tid;         /* who was held last */
	unsigned beats;    /* how often it stopped meanwhile */
	unsigned poor;     /* how many in a row were not busy */
	unsigned pause;    /* so many stops nobody is held */
	unsigned telling;  /* threads in calls during which nobody may be */
};

/* For the calling thread, before it has any other: starts a process. Where
 * that cannot be had, nobody will be held. */
void follow_open(struct follow *follow);
void follow_close(struct follow *follow);

/* Told of each stop before it is answered. may_hold: the thread is one that
 * can be held. The CPU that it stopped on, or -1 where that is not known. */
int follow_stop(struct follow *follow, pid_t tid, bool may_hold);

/* Around calls during which nobody may be held. */
void follow_telling(struct follow *follow);
void follow_told(struct follow *follow);

/* Who is held, or 0. */
pid_t follow_held(const struct follow *follow);
bool follow_holds(const struct follow *follow, pid_t tid);

/* Nobody is held now. */
void follow_let_go(struct follow *follow);

/* The thread is about to leave us, or is gone. */
void follow_leave(struct follow *follow, pid_t tid);

#endif
