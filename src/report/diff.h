/*
 * Two traces of one job -> what differs between them: files, programs, how they
 * ended, addresses, calls, errors.
 */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include "dump/report.h"

struct job;
struct text;

/* As diff(1) has them; what kdump-u ends with. */
enum diff_result {
	DIFF_SAME,    /* both are whole, and tell the same */
	DIFF_DIFFERS, /* something differs */
	DIFF_TROUBLE, /* it cannot be said: with one line in *error, unless a
		       * trace says itself that it is not whole */
};

/* Takes in one trace: its subject is the struct comparison. */
extern const struct report_kind diff_report;

struct diff_pair {
	const struct job *job; /* of the first file, but for the report */
	const char *other;     /* the second */
	bool counts;           /* what is not there as often differs, too */
};

/* Reads both, and prints what differs. */
enum diff_result diff_run(const struct diff_pair *pair, struct text *error);

#endif
