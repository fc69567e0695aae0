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

enum fact_group {
	FACT_FILE,    /* what, a path; outcome: how it was used */
	FACT_PROGRAM, /* who, those above and this one; what, its words */
	FACT_END,     /* the same; outcome: how it ended */
	FACT_ADDRESS, /* what, an address; outcome: the call */
	FACT_CALL,    /* who, a program; what, the call */
	FACT_RESULT,  /* who, the call; what it was about; outcome: the error */
	FACT_FAILURE, /* the same, where the other trace has no such call */
	FACT_GROUP_COUNT
};

struct fact_part {
	const char *data;
	size_t length;
};

struct fact {
	enum fact_group group;
	uint64_t count[2]; /* by trace */
	struct fact_part who, what, outcome;
};

struct facts_entry;

/* All zeros at first. */
struct facts {
	struct facts_entry *entries; /* a table */
	size_t bytes;
	struct text key;      /* that of the last one */
	uint64_t left_out[2]; /* what there was no room for, by trace */
};

void facts_done(struct facts *facts);

/* Adds the counts of a fact, whose bytes may go. 0 or -ENOMEM. */
int facts_add(struct facts *facts, const struct fact *fact);

/*
 * Visits those that differ: that one trace alone has, or, with counts, that are
 * not as often in both. By group, then by what they are about; those of the
 * first trace in front of those of the second. That a call, or a program,
 * worked is told only where it failed in one and not in the other; what a
 * program calls, only where both traces have that.
 */
typedef int facts_visit(void *context, const struct fact *fact);
int facts_each_difference(struct facts *facts, bool counts, facts_visit *visit,
			  void *context);

/* All of them, in any order; a visit may not add any. */
int facts_each(const struct facts *facts, facts_visit *visit, void *context);

/* The outcomes of a call that worked, and of a program. */
#define FACT_WORKED "ok"
#define FACT_ENDED  "exit 0"

#endif
