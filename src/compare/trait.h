/* A call, or how a process ended -> what it tells, as traits. */
#ifndef COMPARE_TRAIT_H
#define COMPARE_TRAIT_H

#include "compare/traits.h"

struct call;
struct program;
struct record;

/* Whose it is: trace 0 or 1; program NULL: not known. */
struct trait_source {
	unsigned trace;
	const struct program *program;
};

/* Of a call that has returned, or will not. 0 or -ENOMEM. */
int trait_add_call(struct traits *traits, const struct trait_source *source,
		   const struct call *call);

/* Of a record that is no part of a call: an end, words without their call. 0 or
 * -ENOMEM. */
int trait_add_record(struct traits *traits, const struct trait_source *source,
		     const struct record *record);

#endif
