/*
 * What each process of a trace runs, and below which programs, by names that
 * are the same in another trace. Memory is bounded, whatever the file says.
 */
#ifndef COMPARE_PROGRAM_H
#define COMPARE_PROGRAM_H

#include <stdint.h>

#include "base/text.h"

struct record;
struct program_process;

/* Processes remembered, of which the oldest goes first; and bytes of all their
 * words: with more than that, all of them go. */
#define PROGRAMS_MAX       65536u
#define PROGRAMS_WORDS_MAX ((size_t)256 << 20)
/* Bytes of the names above one, and of its words, which is more than execve(2)
 * takes; what is beyond is cut. */
#define PROGRAM_CHAIN_MAX 1024u
#define PROGRAM_WORDS_MAX ((size_t)8 << 20)

struct program {
	int32_t pid, ppid;
	struct text chain; /* "sh > make > cc" */
	struct text name;  /* "cc" */
	struct text words; /* what it was started with, each with its NUL */
};

/* All zeros at first. */
struct programs {
	struct program_process *processes; /* a table */
	size_t words;                      /* bytes of all their words */
};

void programs_done(struct programs *programs);

/* Learns from a record, in the order of the trace. 0 or -ENOMEM. */
int programs_learn(struct programs *programs, const struct record *record);

/* NULL: the trace does not say. Valid until something is learnt. */
struct program *programs_find(const struct programs *programs, int32_t pid);

#endif
