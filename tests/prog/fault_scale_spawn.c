/*
 * Starts a program that does nothing, over and over: COUNT times by posix_spawn
 * from each of THREADS threads, each waiting for its own. Prints how many ended
 * as they should.
 */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/wait.h>

static long spawn_one(void)
{
	char *const argv[] = { (char *)"spawned", (char *)"leaf", NULL };
	int status;
	pid_t pid;

	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) ||
	    waitpid(pid, &status, 0) != pid)
		return 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 6;
}

static void *work(void *context)
{
	long count = *(const long *)context;
	long good = 0;

	for (long i = 0; i < count; i++)
		good += spawn_one();
	return (void *)good;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 100;
	long threads = argc > 2 ? atol(argv[2]) : 1;
	pthread_t *ids;
	long good = 0;
	void *result;

	if (argc == 2 && !strcmp(argv[1], "leaf"))
		return 6;
	ids = calloc((size_t)threads, sizeof(*ids));
	for (long i = 0; ids && i < threads; i++)
		if (pthread_create(&ids[i], NULL, work, &count))
			return 1;
	for (long i = 0; i < threads; i++) {
		pthread_join(ids[i], &result);
		good += (long)result;
	}
	free(ids);
	printf("%ld spawned by each of %ld threads, %ld good\n", count, threads,
	       good);
	return good == count * threads ? 0 : 1;
}
