/*
 * Keeps one traced thread on the recorder's CPU while it is busy in calls: the
 * scheduler would wake it on an idle one at every answer, where waking is dear.
 * Its affinity is narrowed for so long. A traced program cannot see that: it is
 * widened before any call that could tell, or hand it on (follow.h).
 *
 * A process of ours, the keeper, widens it too: as soon as the thread has not
 * stopped for a moment, since it computes or sleeps then and may run wherever
 * it could; and when the recorder is killed.
 */
#ifndef SUPERVISOR_HOLD_H
#define SUPERVISOR_HOLD_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

struct hold;

/* Starts the keeper, which is nobody's child. own: the recorder's affinity. 0
 * or -errno. */
int hold_open(struct hold **ret, const cpu_set_t *own);
/* Lets go, and ends the keeper. NULL is fine. */
void hold_close(struct hold *hold);

/* Narrows the thread to the CPU; whoever was held before is let go. False when
 * it may not run there, or we may not say so. */
bool hold_take(struct hold *hold, pid_t tid, int cpu);
void hold_let_go(struct hold *hold);

/* Whom it holds, or 0: the keeper may have let go. */
pid_t hold_whom(const struct hold *hold);
/* The thread that is held has stopped again. */
void hold_beat(struct hold *hold);

#endif
