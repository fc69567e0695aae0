/*
 * COUNT threads besides the first, all asleep in poll(2) until standard input
 * ends, where none waits for a lock of another. Says "asleep" once all are
 * made, and at the end how many sleeps ended otherwise.
 */
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *sleep_well(void *context)
{
	struct pollfd in = { .fd = STDIN_FILENO };

	(void)context;
	return (void *)(long)(poll(&in, 1, -1) != 1);
}

static int start(pthread_t *threads, size_t count)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	for (size_t i = 0; i < count; i++)
		if (pthread_create(&threads[i], &attributes, sleep_well, NULL))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	pthread_t *threads = calloc(count, sizeof(*threads));
	long wrong;
	void *result;

	if (!threads || start(threads, count) < 0) {
		perror("start");
		return 1;
	}
	puts("asleep");
	fflush(stdout);
	wrong = (long)sleep_well(NULL);
	for (size_t i = 0; i < count; i++) {
		pthread_join(threads[i], &result);
		wrong += (long)result;
	}
	printf("%ld wrong\n", wrong);
	free(threads);
	return wrong != 0;
}
