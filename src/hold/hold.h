/*
 * Keeps traced threads where they are while they are busy in calls: at every
 * answer the scheduler would wake them on an idle CPU, where waking is dear. A
 * held one's affinity is narrowed for so long. A traced program cannot see
 * that: it is widened before any call that could tell, or hand it on
 * (follow.h).
 *
 * A process of ours, the keeper, widens it too: as soon as the thread has not
 * stopped for a moment, since it computes or sleeps then and may run wherever
 * it could; and when the recorder is killed.
 */
#ifndef HOLD_HOLD_H
#define HOLD_HOLD_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

/* So many at once, each on a CPU of its own. */
#define HOLD_MAX 16

struct hold;

/* Starts the keeper, which is nobody's child. own: the recorder's affinity. 0
 * or -errno. */
int hold_open(struct hold **ret, const cpu_set_t *own);
/* Lets all go, and ends the keeper. NULL is fine. */
void hold_close(struct hold *hold);

/* Narrows the thread to the CPU. False when it may not run there, we may not
 * say so, there is no room for it, or no keeper any more: then nobody is held.
 * *ret_former: how often whoever had that room before it had stopped. */
bool hold_take(struct hold *hold, pid_t tid, int cpu, unsigned *ret_former);
/* The thread, or all, may run wherever they could: nothing is done for one that
 * is not held. */
void hold_let_go(struct hold *hold, pid_t tid);
void hold_let_go_all(struct hold *hold);

/* The thread has stopped again. Its CPU, or -1 when it is not held: the keeper
 * may have let go. */
int hold_beat(struct hold *hold, pid_t tid);
/* Takes the CPUs out of the set on which somebody is held. How many are. */
unsigned hold_leave_free(const struct hold *hold, cpu_set_t *set);
/* Who is held, if one alone is; 0: nobody, or several. */
pid_t hold_only(const struct hold *hold);

#endif
