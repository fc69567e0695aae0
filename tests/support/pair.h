/*
 * A program run twice, untraced and traced: it must print the same and end the
 * same, and its trace must be whole. What cannot be set up fails the test.
 */
#ifndef SUPPORT_PAIR_H
#define SUPPORT_PAIR_H

#include "support/run.h"
#include "support/trace.h"

/* A program's untraced run in a place: what the others must equal. */
struct pair {
	const struct run_place *place;
	struct run_spec spec; /* without `trace` */
	struct run_result native;
};

void pair_open(struct pair *ret, const struct run_place *place,
	       const struct run_spec *spec);
void pair_close(struct pair *pair);

/*
 * Runs it traced with ktrace-u's options. The trace (the place's ktrace.out) is
 * given back if ret is not NULL, to be freed by trace_done(). Returns the pid
 * that the program had.
 */
pid_t pair_trace(struct pair *pair, const char *const *options,
		 struct trace *ret);

/* The same without a look at the trace: for a program that leaves others behind
 * when it ends. */
pid_t pair_run(struct pair *pair, const char *const *options);

#endif
