/*
 * Where recorder and recorded run. A stop and its answer are two switches
 * between them: cheap on one CPU. On two of which the rest sleeps, each switch
 * puts one to sleep and wakes the other, which costs several times as much, and
 * there the scheduler wakes a thread on the idle one. So a thread that is busy
 * in calls is held on one CPU (hold.h), the first beside the recorder, others
 * on CPUs of their own. While one is answered again and again, the recorder
 * stays there; while several are, it may run anywhere, and where all CPUs are
 * busy the kernel has it run where the last stop was.
 *
 * The program must not see it. Held is only where every entry of every call
 * stops, or of every one that counts here (by a filter). A thread is let go
 * before it makes another, which gets its affinity; and before a call that
 * tells of affinity or changes who may set it, whoever makes it, all are, until
 * it has returned.
 */
#ifndef HOLD_FOLLOW_H
#define HOLD_FOLLOW_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

struct hold;

struct follow {
	struct hold *hold; /* NULL: nobody can be held here */
	cpu_set_t own;     /* where the recorder may run */
	int cpu;           /* where it is kept, or -1 */
	int last;          /* where the held one stopped that was met last, */
	unsigned same;     /* and how many in a row before it */
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

/* Who is held, if one alone is; else 0. */
pid_t follow_held(const struct follow *follow);

/* Nobody is held now. */
void follow_let_go(struct follow *follow);

/* The thread is not held now: it is about to make another or to leave us, or is
 * gone. */
void follow_leave(struct follow *follow, pid_t tid);

#endif
