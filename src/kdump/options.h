/* What the command line of kdump-u asked for. */
#ifndef KDUMP_OPTIONS_H
#define KDUMP_OPTIONS_H

#include <stdbool.h>

#include "dump/job.h"

struct text;

struct kdump_options {
	struct job job;
	const char *copy;          /* -o, or NULL */
	enum record_system system; /* whose form it is to have */
	const char *other;         /* the second file, with --diff */
	bool counts;
	bool help;
	bool version;
};

/*
 * Fills *ret from the words of the command line, which it points into. 0, or
 * -EINVAL with one line in *error.
 */
int kdump_options_parse(struct kdump_options *ret, int argc, char *const *argv,
			struct text *error);

/* The line that says how to call it, newline included. */
void kdump_options_usage(struct text *text);

/* The same with what each option and each letter of -t means. */
void kdump_options_help(struct text *text);

#endif
