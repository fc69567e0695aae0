/*
 * The options of kdump-u: FreeBSD's letters, and our own long ones. Parsing,
 * usage and help come from the one table; nothing is printed here.
 */
#include <errno.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "base/options.h"
#include "base/text.h"
#include "kdump/options.h"
#include "kdump/options_check.h"
#include "query/query.h"
#include "redact/redact.h"
#include "report/chrome.h"
#include "report/compilations.h"
#include "report/diff.h"
#include "report/files.h"
#include "report/folded.h"
#include "report/sqlite.h"
#include "report/stats.h"
#include "report/summary.h"
#include "report/tree.h"
#include "trace/facility.h"

#define OPTIONS_FILE "ktrace.out"

static int take_facilities(const struct options_given *given)
{
	struct kdump_options *options = given->ret;
	char bad = 0;

	options->job.has_facilities = true;
	if (facility_parse(given->value, &options->job.facilities, &bad))
		return options_refuse(given, "a list of trace points");
	return 0;
}

/* One of them, however often. */
static int set_report(const struct options_given *given,
		      const struct report_kind *report)
{
	struct kdump_options *options = given->ret;

	if (options->job.report && options->job.report != report) {
		text_put(given->error,
			 "one of --stats, --files, --summary, --tree, --diff, "
			 "--chrome, --folded, --compile-commands and "
			 "--sqlite at a time");
		return -EINVAL;
	}
	options->job.report = report;
	return 0;
}

static int take_report(const struct options_given *given)
{
	return set_report(given, given->row->by);
}

static int take_folded(const struct options_given *given)
{
	static const char *const words[] = { "count", "time", NULL };
	int which = options_find(given, words);

	if (which < 0)
		return which;
	return set_report(given,
			  which ? &folded_time_report : &folded_count_report);
}

static int take_sqlite(const struct options_given *given)
{
	struct kdump_options *options = given->ret;

	options->job.subject = (void *)given->value;
	return set_report(given, &sqlite_report);
}

static int take_redact(const struct options_given *given)
{
	_cleanup_(text_done) struct text problem = TEXT_INIT;
	struct kdump_options *options = given->ret;
	const char *value = given->value ?: REDACT_DEFAULT;
	int r;

	if (options->job.redact_count == JOB_REDACT_MAX) {
		text_put(given->error, "--redact once more than can be");
		return -EINVAL;
	}
	options->job.redact[options->job.redact_count++] = value;
	r = redact_check(value, &problem);
	if (r < 0)
		text_format(given->error, "--redact: %s",
			    text_string(&problem));
	return r;
}

static int take_system(const struct options_given *given)
{
	struct kdump_options *options = given->ret;
	const enum record_system *system = given->row->by;

	if (options->system && options->system != *system) {
		text_put(given->error, "one of --freebsd and --netbsd");
		return -EINVAL;
	}
	options->system = *system;
	return 0;
}

static int take_origin(const struct options_given *given)
{
	struct kdump_options *options = given->ret;

	if (input_origin_by_name(given->value, &options->job.origin))
		return 0;
	return options_refuse(given, "linux, freebsd, netbsd or openbsd");
}

static int take_where(const struct options_given *given)
{
	struct kdump_options *options = given->ret;

	return job_take_where(&options->job, given->value, given->error);
}

#define FLAG(member) OPTIONS_FLAG(struct kdump_options, member)
#define WORD(member) OPTIONS_WORD(struct kdump_options, member)
#define NUMBER(...)                                                            \
	OPTIONS_NUMBER(options_number_in, struct kdump_options, __VA_ARGS__)
#define REPORT(report) .take = take_report, .by = &(report)
#define SYSTEM(system)                                                         \
	.take = take_system, .by = &(const enum record_system)                 \
	{                                                                      \
		system                                                         \
	}

/* clang-format off */
static const struct options_row table[] = {
	{ 'A', NULL, NULL, "show the ABI of each record: L64, L32, U00",
	  FLAG(job.view.abi) },
	{ 'c', NULL, NULL, "show the CPU of each record", FLAG(job.view.cpu) },
	{ 'd', NULL, NULL, "show numbers in decimal", FLAG(job.view.decimal) },
	{ 'E', NULL, NULL, "show the time since the first record",
	  FLAG(job.view.elapsed) },
	{ 'f', NULL, "FILE", "read FILE, not ktrace.out; - is standard input",
	  WORD(job.file) },
	{ 'H', NULL, NULL, "show the thread of each record",
	  FLAG(job.view.threads) },
	{ 'j', "joined", NULL, "show each call on one line, with what it gave",
	  FLAG(job.joined) },
	{ 'l', NULL, NULL, "go on when the file grows", FLAG(job.follow) },
	{ 'm', NULL, "BYTES", "show at most so much data of a record; 0: all",
	  NUMBER(job.view.data_max, 0, INT64_MAX, "a number of bytes") },
	{ 'n', NULL, NULL, "show numbers, not what they mean",
	  FLAG(job.view.plain) },
	{ 'o', NULL, "FILE",
	  "write what --redact leaves of the trace to FILE, or another form",
	  WORD(copy) },
	{ 'p', NULL, "ID", "show this process or thread alone",
	  NUMBER(job.id, 1, INT64_MAX, "a process or thread id") },
	{ 'R', NULL, NULL, "show the time since the record before",
	  FLAG(job.view.relative) },
	{ 'S', NULL, NULL, "show the numbers of system calls too",
	  FLAG(job.view.numbers) },
	{ 's', NULL, NULL, "show no data", FLAG(job.view.no_data) },
	{ 'T', NULL, NULL, "show the time, in seconds since 1970",
	  FLAG(job.view.absolute) },
	{ 't', NULL, "POINTS", "show the records of these trace points alone",
	  .take = take_facilities },
	{ 'w', "where", "EXPRESSION", "show what it is true of alone; see below",
	  .take = take_where },
	{ 0, "stats", NULL, "show sums by call and by process at the end",
	  REPORT(stats_report) },
	{ 0, "files", NULL,
	  "show what was done with each file, socket and pipe", REPORT(files_report) },
	{ 0, "summary", NULL,
	  "show what the trace is about, and what it does not hold",
	  REPORT(summary_report) },
	{ 0, "tree", NULL, "show who started whom, what they ran, how they ended",
	  REPORT(tree_report) },
	{ 0, "chrome", NULL,
	  "print a timeline for Perfetto or chrome://tracing",
	  REPORT(chrome_report) },
	{ 0, "folded", "WHAT",
	  "print stacks for flame graphs, by count or by time",
	  .take = take_folded },
	{ 0, "compile-commands", NULL,
	  "print what compilers were given, as compile_commands.json",
	  REPORT(compilations_report) },
	{ 0, "sqlite", "DATABASE", "make a database of the trace, for questions",
	  .take = take_sqlite },
	{ 0, "diff", NULL, "show what differs between two traces of one job",
	  REPORT(diff_report) },
	{ 0, "counts", NULL, "with --diff: what is not there as often, too",
	  FLAG(counts) },
	{ 0, "redact", "[PATTERN]",
	  "mask passwords, tokens and the like, or what PATTERN matches",
	  .take = take_redact },
	{ 0, "freebsd", NULL, "with -o: write a file for FreeBSD's kdump",
	  SYSTEM(RECORD_FREEBSD) },
	{ 0, "netbsd", NULL, "with -o: write a file for NetBSD's kdump",
	  SYSTEM(RECORD_NETBSD) },
	{ 0, "json", NULL, "print an object of JSON a line, for programs",
	  FLAG(job.json) },
	{ 0, "origin", "KERNEL",
	  "whose the file is: linux, freebsd, netbsd or openbsd",
	  .take = take_origin },
	{ 0, "debug-dir", "DIRS",
	  "where debug files are; colons between (/usr/lib/debug)",
	  WORD(job.debug_directories) },
	{ 0, "help", NULL, "print this", FLAG(help) },
	{ 0, "version", NULL, "print the version", FLAG(version) },
	{ 0 },
};
/* clang-format on */

/* --diff has two, of which -f may be one; else one file goes on in the next. */
static int take_operands(struct kdump_options *options, char *const *operands,
			 struct text *error)
{
	struct job *job = &options->job;

	if (!job->file && *operands)
		job->file = *operands++;
	if (!job->file)
		job->file = OPTIONS_FILE;
	if (job->report == &diff_report && *operands)
		options->other = *operands++;
	job->more = operands;
	return kdump_options_check(options, error);
}

int kdump_options_parse(struct kdump_options *ret, int argc, char *const *argv,
			struct text *error)
{
	int operand;

	*ret = (struct kdump_options){
		.job = { .out = STDOUT_FILENO,
			 .debug_directories = JOB_DEBUG_DIRECTORIES },
	};
	operand = options_parse(table, argc, argv, ret, NULL, error);
	if (operand < 0)
		return operand;
	return take_operands(ret, argv + operand, error);
}

void kdump_options_usage(struct text *text)
{
	text_put(text,
		 "usage: kdump-u [-AcdEHjlnRSsT] [-m bytes] [-p id] "
		 "[-t points] [-w expression]\n"
		 "               [--stats | --files | --summary | --tree | "
		 "--chrome | --folded what |\n"
		 "               --compile-commands | --sqlite database] "
		 "[--json]\n"
		 "               [--redact[=pattern]] [--origin kernel] "
		 "[--debug-dir dirs]\n"
		 "               [[-f] file] [file ...]\n"
		 "       kdump-u --diff [--counts] [--json] [-w expression] "
		 "file file\n"
		 "       kdump-u --redact[=pattern] -o copy [[-f] file]\n"
		 "       kdump-u --freebsd | --netbsd [--redact[=pattern]] "
		 "-o other [[-f] file]\n");
}

void kdump_options_help(struct text *text)
{
	kdump_options_usage(text);
	text_put(text, "Prints a trace that ktrace-u has recorded, or a BSD's "
		       "ktrace.\n\n");
	options_help(table, text);
	text_put(text, "\nTrace points, for -t:\n");
	facility_help(text);
	text_put(text, "Without -t, all records are shown.\n"
		       "\nFields, for -w (failed and path = '/etc/**'):\n");
	query_help(text);
}
