/*
 * The queue is full and the sink does not move: is whoever should read it one
 * of those who wait for us? Then waiting would never end.
 */
#ifndef SUPERVISOR_STALL_H
#define SUPERVISOR_STALL_H

#include <stdbool.h>

/* The writer's may_wait; context is the struct supervisor. */
bool stall_may_wait(void *context, int fd);

#endif
