/*
 * What two traces tell, as a set: each thing once, and how often it is in each
 * of the two. Memory is bounded, whatever the files say.
 */
#ifndef COMPARE_FACTS_H
#define COMPARE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Different things, and what they may take together. */
#define FACTS_MAX       (UINT32_C(1) << 20)
#define FACTS_BYTES_MAX ((size_t)256 << 20)

enum trait_group {
	TRAIT_FILE,    /* what, a path; outcome: how it was used */
	TRAIT_PROGRAM, /* who, those above and this one; what, its words */
	TRAIT_END,     /* the same; outcome: how it ended */
	TRAIT_ADDRESS, /* what, an address; outcome: the call */
	TRAIT_CALL,    /* who, a program; what, the call */
	TRAIT_RESULT, /* who, the call; what it was about; outcome: the error */
	TRAIT_FAILURE, /* the same, where the other trace has no such call */
	TRAIT_GROUP_COUNT
};

struct trait_part {
	const char *data;
	size_t length;
};

struct trait {
	enum trait_group group;
	uint64_t count[2]; /* by trace */
	struct trait_part who, what, outcome;
};

struct traits_entry;

/* All zeros at first. */
struct traits {
	struct traits_entry *entries; /* a table */
	size_t bytes;
	struct text key;      /* that of the last one */
	uint64_t left_out[2]; /* what there was no room for, by trace */
};

void traits_done(struct traits *traits);

/* Adds the counts of a trait, whose bytes may go. 0 or -ENOMEM. */
int traits_add(struct traits *traits, const struct trait *trait);

/*
 * Visits those that differ: that one trace alone has, or, with counts, that are
 * not as often in both. By group, then by what they are about; those of the
 * first trace in front of those of the second. That a call, or a program,
 * worked is told only where it failed in one and not in the other; what a
 * program calls, only where both traces have that.
 */
typedef int traits_visit(void *context, const struct trait *trait);
int traits_each_difference(struct traits *traits, bool counts,
			   traits_visit *visit, void *context);

/* All of them, in any order; a visit may not add any. */
int traits_each(const struct traits *traits, traits_visit *visit,
		void *context);

/* The outcomes of a call that worked, and of a program. */
#define TRAIT_WORKED "ok"
#define TRAIT_ENDED  "exit 0"

#endif
