/*
 * Waiting: gathers all stops that are there before any is answered, at least
 * every few stops, so that one noisy thread cannot starve a thousand quiet
 * ones; and sees the end of a process before its parent can.
 */
#ifndef SUPERVISOR_COLLECT_H
#define SUPERVISOR_COLLECT_H

#include <sys/types.h>

#include "tracee/stop.h"

struct supervisor;

#define COLLECT_MAX 512
/* So many stops may be answered, each as it is met, before all are gathered. */
#define COLLECT_PUT_OFF_MAX 8

/* So often in a row it is looked only at those that were asked to stop. */
#define COLLECT_ASKED_ROUNDS 8

struct collect {
	unsigned count;
	unsigned asked_rounds;
	unsigned put_off; /* stops met since all were gathered */
	struct stop stops[COLLECT_MAX];
};

/*
 * Waits for at least one stop, or an end while a newborn waits to be told of.
 * Ends are dealt with on the way (life_end(), then the reaping that lets the
 * parent know). 0; -EINTR when a signal came; -ECHILD when nobody is traced any
 * more.
 */
int collect_stops(struct supervisor *supervisor, struct collect *collect);

/* The thread's stop is not answered now, as all others are: it must not be seen
 * again before it is. *stop becomes the last one that was not seen, if any. */
void collect_keep(pid_t tid, struct stop *stop);

#endif
