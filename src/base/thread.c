/*
 * pthread_create(3) with all signals blocked. Must not know what threads are
 * for.
 */
#include "base/thread.h"

#include <signal.h>

int thread_start(pthread_t *ret, size_t stack_size, void *(*run)(void *),
		 void *argument)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int error;

	error = pthread_attr_init(&attributes);
	if (error)
		return -error;
	if (stack_size)
		pthread_attr_setstacksize(&attributes, stack_size);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(ret, &attributes, run, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -error;
}
