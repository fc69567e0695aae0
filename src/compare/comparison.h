/*
 * Two traces of one job, record by record: what one of them tells and the other
 * one does not, without what is never the same twice. Nothing is printed here.
 */
#ifndef COMPARE_COMPARISON_H
#define COMPARE_COMPARISON_H

#include <stdbool.h>

#include "compare/program.h"
#include "compare/temporary.h"
#include "compare/traits.h"
#include "join/whole.h"

struct call;
struct record;

struct comparison {
	struct traits traits;
	struct temporaries temporaries;
	unsigned trace; /* the one that is taken in, 0 or 1; the caller's */
	struct comparison_trace {
		struct whole whole;
		struct programs programs;
		bool is_damaged; /* the caller's: all of it could not be read */
	} traces[2];
};

/* 0 or -ENOMEM; what there is, comparison_close() frees (NULL is fine). */
int comparison_open(struct comparison **ret);
void comparison_close(struct comparison *comparison);

/* Every record, whatever of it is selected, before it is added. 0 or -ENOMEM.
 */
int comparison_learn(struct comparison *comparison,
		     const struct record *record);

/* Every call, in the same way. */
int comparison_learn_call(struct comparison *comparison,
			  const struct call *call);

/* What is compared: calls, and records that are part of none. 0 or -ENOMEM. */
int comparison_add_call(struct comparison *comparison, const struct call *call);
int comparison_add(struct comparison *comparison, const struct record *record);

/* When both have been taken in, before differences are looked at. 0 or
 * -ENOMEM. */
int comparison_settle(struct comparison *comparison);

/* Whether all that happened is known of a trace (0 or 1). */
bool comparison_is_whole(const struct comparison *comparison, unsigned trace);

#endif
