/*
 * A thread opens a file again and again, another one has the descriptor lead
 * elsewhere meanwhile: a tracer that asks the kernel too late is told of the
 * wrong file. racing FILE OTHER [ROUNDS]; prints how often the file was opened.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int target = -1;
static atomic_bool done;

static void *replace(void *other)
{
	int fd = open(other, O_RDONLY | O_CLOEXEC);

	while (!done) {
		int next = target;

		if (fd >= 0 && next >= 0)
			dup2(fd, next);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	long rounds = argc > 3 ? atol(argv[3]) : 2000;
	long opened = 0;
	pthread_t thread;

	if (argc < 3 || pthread_create(&thread, NULL, replace, argv[2]))
		return 1;
	for (long i = 0; i < rounds; i++) {
		int fd = open(argv[1], O_RDONLY | O_CLOEXEC);

		/* The number is mostly the same: so it is known before. */
		target = fd;
		opened += fd >= 0;
		if (i % 2)
			usleep(1);
		close(fd);
	}
	done = true;
	pthread_join(thread, NULL);
	printf("%ld\n", opened);
	return 0;
}
