/*
 * Two traces of one job -> what differs between them: files, programs, how they
 * ended, addresses, calls, errors.
 */
#ifndef KDUMP_DIFF_H
#define KDUMP_DIFF_H

#include "kdump/report.h"

struct options;
struct text;

/* As diff(1) has them; what kdump-u ends with. */
enum diff_result {
	DIFF_SAME,    /* both are whole, and tell the same */
	DIFF_DIFFERS, /* something differs */
	DIFF_TROUBLE, /* it cannot be said: with one line in *error, unless a
		       * trace says itself that it is not whole */
};

/* Takes in one trace: options->comparison is what for. */
extern const struct report_kind diff_report;

/* Reads options->file and options->other, and prints what differs. */
enum diff_result diff_run(const struct options *options, struct text *error);

#endif
