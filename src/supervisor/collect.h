/*
 * Waiting: gathers all stops that are there before any is answered, so that one
 * noisy thread cannot starve a thousand quiet ones, and sees the end of a
 * process before its parent can.
 */
#ifndef SUPERVISOR_COLLECT_H
#define SUPERVISOR_COLLECT_H

#include <sys/types.h>

#include "tracee/stop.h"

struct supervisor;

#define COLLECT_MAX 512

struct collect {
	unsigned count;
	struct stop stops[COLLECT_MAX];
};

/*
 * Waits for at least one stop, or an end while a newborn waits to be told of.
 * Ends are dealt with on the way (life_end(), then the reaping that lets the
 * parent know). 0; -EINTR when a signal came; -ECHILD when nobody is traced any
 * more.
 */
int collect_stops(struct supervisor *supervisor, struct collect *collect);

#endif
