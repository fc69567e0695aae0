/*
 * What a trace says itself that it does not hold: what could not be seen, what
 * was lost, an end that is missing. Memory is bounded.
 */
#ifndef JOIN_WHOLE_H
#define JOIN_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "trace/record.h"

/* Different things that could not be seen; those beyond are counted as one. */
#define WHOLE_GAPS_MAX 512u

/* What could not be seen, or was lost. */
struct whole_gap {
	struct text what; /* "memory: not dumpable", as it was written */
	uint64_t count;
	int32_t pid; /* of the first */
	char comm[RECORD_COMM_SIZE];
};

/* All zeros at first. */
struct whole {
	struct text command; /* the first session's: words, with their NUL */
	uint64_t sessions, ended;
	struct whole_gap gaps[WHOLE_GAPS_MAX + 1]; /* the last one: others */
	unsigned gap_count;
	/* Sessions that go on from what is not here; and that go on in what has
	 * not come yet. */
	uint64_t headless, unfinished;
	bool has_drops; /* the mark of a loss, whatever else tells of it */
};

void whole_done(struct whole *whole);

/* 0 or -ENOMEM. */
int whole_learn(struct whole *whole, const struct record *record);

/* Nothing is lost, and every session that began has ended. */
bool whole_is(const struct whole *whole);

/* Of one that is not: why, for people; NULL: the gaps say it. */
const char *whole_why_not(const struct whole *whole);

#endif
