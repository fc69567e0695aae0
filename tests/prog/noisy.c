/*
 * One thread does nothing but calls while the first one makes its own: CALLS,
 * and how many others sleep meanwhile, SLEEPERS. Prints how many calls of the
 * noisy one went to each of the first.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/syscall.h>

static atomic_ulong noise;
static int never[2];

static void *be_noisy(void *unused)
{
	for (;;) {
		syscall(SYS_getppid);
		atomic_fetch_add_explicit(&noise, 1, memory_order_relaxed);
	}
	return unused;
}

static void *sleep_on(void *unused)
{
	char letter;

	return read(never[0], &letter, 1) == 1 ? unused : NULL;
}

int main(int argc, char **argv)
{
	unsigned long calls = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	unsigned long sleepers = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	pthread_t thread;

	if (pipe(never))
		return 1;
	for (unsigned long i = 0; i < sleepers; i++)
		if (pthread_create(&thread, NULL, sleep_on, NULL))
			return 1;
	if (pthread_create(&thread, NULL, be_noisy, NULL))
		return 1;
	for (unsigned long i = 0; i < calls; i++)
		syscall(SYS_getuid);
	printf("%.1f\n", (double)noise / (double)calls);
	return 0;
}
