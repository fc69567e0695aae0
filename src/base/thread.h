/*
 * Threads beside the one that works. Signals are that one's business.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stddef.h>

/*
 * Starts a thread to which no signal is delivered: what it causes itself, such
 * as SIGPIPE, stays pending, and those meant for the program find another one.
 * stack_size 0: the usual one. To be joined or detached. 0 or -errno.
 */
int thread_start(pthread_t *ret, size_t stack_size, void *(*run)(void *),
		 void *argument);

#endif
