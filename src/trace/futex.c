/* The two futex(2) operations that a queue between two threads needs. */
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "trace/futex.h"

#define FUTEX_SECOND UINT64_C(1000000000)

uint64_t futex_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * FUTEX_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t futex_after_ms(unsigned ms)
{
	return futex_now() + ms * (FUTEX_SECOND / 1000);
}

void futex_sleep(_Atomic uint32_t *word, uint32_t value, uint64_t deadline)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline / FUTEX_SECOND),
		.tv_nsec = (long)(deadline % FUTEX_SECOND),
	};

	/* The plain wait counts from now on; this one takes a deadline. */
	syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value,
		deadline == FUTEX_NEVER ? NULL : &until, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
