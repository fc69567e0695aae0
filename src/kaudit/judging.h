/*
 * A trace is judged, and what was found is reported.
 */
#ifndef KAUDIT_JUDGING_H
#define KAUDIT_JUDGING_H

struct audit;
struct kaudit_options;
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

/* Judges it by options->policy and what else they name, and writes all reports
 * that are wanted. Returns an exit status, as verdict.h has them; what went
 * wrong is in *error. */
int judging_trace(const struct kaudit_options *options,
		  const struct judging_matter *matter, struct text *error);

/* The same of a trace that was recorded before, options->operands[0]. */
int judging_file(const struct kaudit_options *options, struct text *error);

#endif
