/*
 * Time as one number.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_NS_PER_S UINT64_C(1000000000)

/* What a clock of clock_gettime(2) shows, in nanoseconds. */
uint64_t clock_ns(clockid_t clock);

#endif
