/*
 * setitimer(2). Must do nothing else.
 */
#include "supervisor/alarm.h"

#include <stddef.h>
#include <sys/time.h>

#include "base/clock.h"

#define EVERY_US 20000

static void set(suseconds_t first, suseconds_t every)
{
	const struct itimerval timer = { .it_interval = { .tv_usec = every },
					 .it_value = { .tv_usec = first } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

void alarm_set(void)
{
	set(EVERY_US, EVERY_US);
}

void alarm_set_first(uint64_t time_ns)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	uint64_t us = time_ns > now_ns ? (time_ns - now_ns) / 1000 : 0;

	set((suseconds_t)(us < EVERY_US ? us + 1 : EVERY_US), EVERY_US);
}

void alarm_clear(void)
{
	set(0, 0);
}
