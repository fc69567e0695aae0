/*
 * Many threads at once, each making calls of its own, behind a barrier so that
 * all of them live at the same time. threads [COUNT [ROUNDS]], 200 and 20
 * unless said otherwise; prints how many calls gave what they should have.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/stat.h>

struct crowd {
	pthread_barrier_t barrier;
	long rounds;
};

/* Calls of four kinds: the result says how many went as they should. */
static void *work(void *context)
{
	struct crowd *crowd = context;
	struct stat status;
	char letter;
	long good = 0;

	pthread_barrier_wait(&crowd->barrier);
	for (long i = 0; i < crowd->rounds; i++) {
		int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

		good += fd >= 0 && read(fd, &letter, 1) == 1 && letter == 0;
		good += stat("/nonexistent/file", &status) == -1;
		good += close(fd) == 0;
	}
	return (void *)good;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 200;
	struct crowd crowd = { .rounds = argc > 2 ? atol(argv[2]) : 20 };
	pthread_t *threads = calloc((size_t)count, sizeof(*threads));
	pthread_attr_t attributes;
	long good = 0;
	void *result;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	pthread_barrier_init(&crowd.barrier, NULL, (unsigned)count);
	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i], &attributes, work, &crowd)) {
			perror("pthread_create");
			return 1;
		}
	for (long i = 0; i < count; i++) {
		pthread_join(threads[i], &result);
		good += (long)result;
	}
	printf("%ld threads, %ld good\n", count, good);
	free(threads);
	return good == 3 * count * crowd.rounds ? 0 : 1;
}
