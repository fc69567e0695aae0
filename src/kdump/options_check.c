/*
 * Options that need others, and those that do not bear with them.
 */
#include "kdump/options_check.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "kdump/options.h"
#include "report/diff.h"

/* A copy is of all records, and of their bytes. */
static bool shows(const struct kdump_options *options)
{
	return options->job.has_facilities || options->job.id ||
	       options->job.where || options->job.report || options->job.json ||
	       options->job.joined || options->job.follow;
}

static const char *complaint(const struct kdump_options *options)
{
	bool is_diff = options->job.report == &diff_report;

	if (options->copy && !options->job.redact_count && !options->system)
		return "-o is for --redact, --freebsd and --netbsd: cp(1) "
		       "copies a trace as it is";
	if (options->system && !options->copy)
		return "--freebsd and --netbsd want to be told by -o where to";
	if (options->copy && shows(options))
		return "-o copies all of a trace, and shows nothing: only "
		       "--redact, --freebsd and --netbsd go with it";
	if (options->counts && !is_diff)
		return "--counts is for --diff";
	if (*options->job.more && is_diff)
		return "more than two files";
	if (*options->job.more && options->copy)
		return "-o is of one file";
	if (is_diff && !options->other)
		return "--diff is of two files";
	if (is_diff && !strcmp(options->job.file, "-") &&
	    !strcmp(options->other, "-"))
		return "only one of two files can be standard input";
	return NULL;
}

int kdump_options_check(const struct kdump_options *options, struct text *error)
{
	const char *what = complaint(options);

	if (!what || options->help || options->version)
		return 0;
	text_put(error, what);
	return -EINVAL;
}
