/*
 * Linux's errors, signals and codes -> those of another kernel, by their names.
 */
#ifndef FOREIGN_RENUMBER_H
#define FOREIGN_RENUMBER_H

#include <stdint.h>

#include "trace/record.h"

#define RENUMBER_ERRORS  160 /* those of Linux are below, */
#define RENUMBER_SIGNALS 65  /* and its signals */

/* What each is; 0: that kernel has none. */
struct renumber {
	enum record_system system;
	uint8_t errors[RENUMBER_ERRORS];
	uint8_t signals[RENUMBER_SIGNALS];
};

void renumber_open(struct renumber *renumber, enum record_system system);

/* 0: there is none. */
int32_t renumber_error(const struct renumber *renumber, int32_t error);
int32_t renumber_signal(const struct renumber *renumber, int32_t signo);

/* Bit n-1 is signal n. Those that the kernel has not, or above 64, are not in
 * what it becomes. */
uint64_t renumber_mask(const struct renumber *renumber, uint64_t mask);

/* What si_code says of a signal of Linux's; that nothing is known where the
 * kernel has no word for it. */
int32_t renumber_code(const struct renumber *renumber, int32_t signo,
		      int32_t code);

#endif
