/*
 * What a trace says itself that it does not hold: what could not be seen, what
 * was lost, an end that is missing. Memory is bounded.
 */
#ifndef JOIN_WHOLE_H
#define JOIN_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "join/gap.h"

struct record;

/* All zeros at first. */
struct whole {
	struct text command; /* the first session's: words, with their NUL */
	uint64_t sessions, ended;
	struct gaps unseen; /* "memory: not dumpable", as it was written */
	struct gaps lost;   /* "genio records lost" */
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

/* What is wrong with where it begins and ends; NULL: nothing. */
const char *whole_border(const struct whole *whole);

#endif
