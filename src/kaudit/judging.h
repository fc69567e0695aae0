/*
 * A trace is judged, and what was found is reported.
 */
#ifndef KAUDIT_JUDGING_H
#define KAUDIT_JUDGING_H

#include <stdbool.h>

#include "audit/policy.h"
#include "kaudit/destination.h"
#include "kaudit/gate.h"
#include "kaudit/options.h"

struct audit;
struct mask;
struct text;

/* A trace that was read. */
struct judging_matter {
	struct audit *audit;
	struct mask *mask;
	const char *trace; /* its name, */
	int fd;            /* and itself */
	int otherwise;     /* where a report goes without -o */
};

/* What is masked in it, by options; mask_done() in any case. 0, or -errno with
 * a line in *error. */
int judging_mask(struct mask *ret, const struct kaudit_options *options,
		 struct text *error);

/*
 * What it is judged by, and where the reports go: looked up before a job runs,
 * which could change either.
 */
struct judging {
	struct policy policy;
	struct gate gate;
	struct destination baseline; /* where it is updated */
	struct destination report;
	struct destination reports[KAUDIT_REPORTS_MAX]; /* as in the options */
};

/* directory: where the job starts, or NULL. 0, or an exit status, as verdict.h
 * has them, with one line in *error. judging_done() in any case. */
int judging_open(struct judging *ret, const struct kaudit_options *options,
		 const char *directory, struct text *error);
void judging_done(struct judging *judging);

/* Whether it will ask who only looked at something. */
bool judging_wants_looks(const struct judging *judging,
			 const struct kaudit_options *options);

/* Judges it, and writes all reports that are wanted. Returns an exit status;
 * what went wrong is in *error. */
int judging_trace(struct judging *judging, const struct kaudit_options *options,
		  const struct judging_matter *matter, struct text *error);

/* The same of a trace that was recorded before, options->operands[0]. */
int judging_file(const struct kaudit_options *options, struct text *error);

#endif
