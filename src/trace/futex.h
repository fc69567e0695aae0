/*
 * Sleeping on a word until another thread of this process changes it. Times are
 * nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef TRACE_FUTEX_H
#define TRACE_FUTEX_H

#include <stdatomic.h>
#include <stdint.h>

#define FUTEX_NEVER UINT64_MAX

uint64_t futex_now(void);
uint64_t futex_after_ms(unsigned ms);

/* While *word is value: until woken, or the deadline, or for no reason. */
void futex_sleep(_Atomic uint32_t *word, uint32_t value, uint64_t deadline);

/* Wakes the one thread that sleeps on the word, if there is one. */
void futex_wake(_Atomic uint32_t *word);

#endif
