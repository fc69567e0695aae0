/*
 * setitimer(2). Must do nothing else.
 */
#include "supervisor/alarm.h"

#include <stddef.h>
#include <sys/time.h>

#define EVERY_US 20000

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
