/* A call, or how a process ended -> what it tells, as facts. */
#ifndef COMPARE_FACT_H
#define COMPARE_FACT_H

#include "compare/facts.h"

struct call;
struct program;
struct record;

/* Whose it is: trace 0 or 1; program NULL: not known. */
struct fact_source {
	unsigned trace;
	const struct program *program;
};

/* Of a call that has returned, or will not. 0 or -ENOMEM. */
int fact_add_call(struct facts *facts, const struct fact_source *source,
		  const struct call *call);

/* Of a record that is no part of a call: an end, words without their call. 0 or
 * -ENOMEM. */
int fact_add_record(struct facts *facts, const struct fact_source *source,
		    const struct record *record);

#endif
