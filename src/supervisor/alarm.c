/*
 * setitimer(2). Must do nothing else.
 */
#include "supervisor/alarm.h"

#include <sys/time.h>
#include <time.h>

#define EVERY_US 20000

uint64_t alarm_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void set(suseconds_t us)
{
	const struct itimerval timer = { { .tv_usec = us }, { .tv_usec = us } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

void alarm_set(void)
{
	set(EVERY_US);
}

void alarm_clear(void)
{
	set(0);
}
