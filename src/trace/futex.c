/* The two futex(2) operations that a queue between two threads needs. */
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "trace/futex.h"

uint64_t futex_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t futex_after_ms(unsigned ms)
{
	return futex_now() + ms * (CLOCK_NS_PER_S / 1000);
}

void futex_sleep(_Atomic uint32_t *word, uint32_t value, uint64_t deadline)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline / CLOCK_NS_PER_S),
		.tv_nsec = (long)(deadline % CLOCK_NS_PER_S),
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
