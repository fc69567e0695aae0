/*
 * As many threads as asked for, all alive at the same time: COUNT. Each says so
 * through one pipe and waits for the end of another. What their tracer weighs
 * meanwhile goes into the file "tracer_kib"; prints how many threads did as
 * they should.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "tracer.h"

#define STACK_SIZE 32768

struct crowd {
	int alive[2];
	int go[2];
};

static void *work(void *context)
{
	const struct crowd *crowd = context;
	char letter = 'x';

	if (write(crowd->alive[1], &letter, 1) != 1)
		return NULL;
	return (void *)(long)(read(crowd->go[0], &letter, 1) == 0);
}

static void weigh_tracer(void)
{
	FILE *file = fopen("tracer_kib", "we");

	if (!file)
		return;
	fprintf(file, "%ld\n", tracer_kib());
	fclose(file);
}

/* All stacks are one piece: there are fewer calls than threads to make it. */
static int start(struct crowd *crowd, pthread_t *threads, size_t count)
{
	pthread_attr_t attributes;
	char *stacks = mmap(NULL, count * STACK_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (stacks == MAP_FAILED)
		return -1;
	pthread_attr_init(&attributes);
	for (size_t i = 0; i < count; i++) {
		pthread_attr_setstack(&attributes, stacks + i * STACK_SIZE,
				      STACK_SIZE);
		if (pthread_create(&threads[i], &attributes, work, crowd))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 200;
	pthread_t *threads = calloc(count, sizeof(*threads));
	struct crowd crowd;
	size_t good = 0;
	char letter;
	void *result;

	if (pipe(crowd.alive) < 0 || pipe(crowd.go) < 0 ||
	    start(&crowd, threads, count) < 0) {
		perror("start");
		return 1;
	}
	for (size_t i = 0; i < count; i++)
		if (read(crowd.alive[0], &letter, 1) != 1)
			return 1;
	weigh_tracer();
	close(crowd.go[1]);
	for (size_t i = 0; i < count; i++) {
		pthread_join(threads[i], &result);
		good += result != NULL;
	}
	printf("%zu threads, %zu good\n", count, good);
	free(threads);
	return good == count ? 0 : 1;
}
