/*
 * A signal that ends the loop's waits every now and then, while
 * somebody has asked for it: SIGALRM, which whoever runs the supervisor must
 * have given a handler.
 */
#ifndef SUPERVISOR_ALARM_H
#define SUPERVISOR_ALARM_H

#include <stdint.h>

/* From now on, until alarm_clear(). */
void alarm_set(void);
/* The same; the first one comes at a time of the monotonic clock. */
void alarm_set_first(uint64_t time_ns);
void alarm_clear(void);

#endif
