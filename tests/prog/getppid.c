/*
 * Says how many picoseconds a call of getppid() takes, at best: the fastest of
 * so many rounds (1,000 unless said otherwise) of 1,000, each of which is over
 * before anybody else is likely to get the processor.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/syscall.h>

#define CALLS 1000

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 1000;
	uint64_t best = UINT64_MAX;

	for (long i = 0; i < rounds; i++) {
		uint64_t start = now_ns();
		uint64_t took;

		for (long j = 0; j < CALLS; j++)
			syscall(SYS_getppid);
		took = now_ns() - start;
		if (took < best)
			best = took;
	}
	printf("%llu\n", (unsigned long long)(best * 1000 / CALLS));
	return 0;
}
