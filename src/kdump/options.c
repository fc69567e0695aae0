/*
 * The options of kdump-u: FreeBSD's letters, and our own long ones. Parsing,
 * usage and help come from the one table; nothing is printed here.
 */
#include <errno.h>
#include <string.h>
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

enum options_id {
	OPTION_DATA_MAX = 1,
	OPTION_ID,
	OPTION_FACILITIES,
	OPTION_WHERE,
	OPTION_STATS,
	OPTION_FILES,
	OPTION_CHROME,
	OPTION_FOLDED,
	OPTION_COMPILATIONS,
	OPTION_SQLITE,
	OPTION_SUMMARY,
	OPTION_TREE,
	OPTION_DIFF,
	OPTION_REDACT,
	OPTION_FREEBSD,
	OPTION_NETBSD,
	OPTION_ORIGIN,
};

#define FLAG(member) OPTIONS_FLAG(struct options, member)
#define WORD(member) OPTIONS_WORD(struct options, member)

/* clang-format off */
static const struct options_row options_table[] = {
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
	  OPTION_DATA_MAX },
	{ 'n', NULL, NULL, "show numbers, not what they mean",
	  FLAG(job.view.plain) },
	{ 'o', NULL, "FILE",
	  "write what --redact leaves of the trace to FILE, or another form",
	  WORD(copy) },
	{ 'p', NULL, "ID", "show this process or thread alone", OPTION_ID },
	{ 'R', NULL, NULL, "show the time since the record before",
	  FLAG(job.view.relative) },
	{ 'S', NULL, NULL, "show the numbers of system calls too",
	  FLAG(job.view.numbers) },
	{ 's', NULL, NULL, "show no data", FLAG(job.view.no_data) },
	{ 'T', NULL, NULL, "show the time, in seconds since 1970",
	  FLAG(job.view.absolute) },
	{ 't', NULL, "POINTS", "show the records of these trace points alone",
	  OPTION_FACILITIES },
	{ 'w', "where", "EXPRESSION", "show what it is true of alone; see below",
	  OPTION_WHERE },
	{ 0, "stats", NULL, "show sums by call and by process at the end",
	  OPTION_STATS },
	{ 0, "files", NULL,
	  "show what was done with each file, socket and pipe", OPTION_FILES },
	{ 0, "summary", NULL,
	  "show what the trace is about, and what it does not hold",
	  OPTION_SUMMARY },
	{ 0, "tree", NULL, "show who started whom, what they ran, how they ended",
	  OPTION_TREE },
	{ 0, "chrome", NULL,
	  "print a timeline for Perfetto or chrome://tracing", OPTION_CHROME },
	{ 0, "folded", "WHAT",
	  "print stacks for flame graphs, by count or by time", OPTION_FOLDED },
	{ 0, "compile-commands", NULL,
	  "print what compilers were given, as compile_commands.json",
	  OPTION_COMPILATIONS },
	{ 0, "sqlite", "DATABASE", "make a database of the trace, for questions",
	  OPTION_SQLITE },
	{ 0, "diff", NULL, "show what differs between two traces of one job",
	  OPTION_DIFF },
	{ 0, "counts", NULL, "with --diff: what is not there as often, too",
	  FLAG(counts) },
	{ 0, "redact", "[PATTERN]",
	  "mask passwords, tokens and the like, or what PATTERN matches",
	  OPTION_REDACT },
	{ 0, "freebsd", NULL, "with -o: write a file for FreeBSD's kdump",
	  OPTION_FREEBSD },
	{ 0, "netbsd", NULL, "with -o: write a file for NetBSD's kdump",
	  OPTION_NETBSD },
	{ 0, "json", NULL, "print an object of JSON a line, for programs",
	  FLAG(job.json) },
	{ 0, "origin", "KERNEL",
	  "whose the file is: linux, freebsd, netbsd or openbsd",
	  OPTION_ORIGIN },
	{ 0, "debug-dir", "DIRS",
	  "where debug files are; colons between (/usr/lib/debug)",
	  WORD(job.debug_directories) },
	{ 0, "help", NULL, "print this", FLAG(help) },
	{ 0, "version", NULL, "print the version", FLAG(version) },
	{ 0 },
};
/* clang-format on */

struct options_taking {
	struct options *options;
	struct text *error;
};

static int options_take_facilities(struct options_taking *taking,
				   const char *value)
{
	char bad = 0;

	taking->options->job.has_facilities = true;
	if (facility_parse(value, &taking->options->job.facilities, &bad) == 0)
		return 0;
	text_put(taking->error, "unknown trace point in ");
	data_quote(taking->error, value, strlen(value),
		   &taking->options->job.view.style);
	return -EINVAL;
}

static int options_take_number(struct options_taking *taking, const char *what,
			       const char *value, int64_t low, int64_t *ret)
{
	if (options_number(value, low, INT64_MAX, ret) == 0)
		return 0;
	text_put(taking->error, "invalid ");
	text_put(taking->error, what);
	text_put(taking->error, ": ");
	data_quote(taking->error, value, strlen(value),
		   &taking->options->job.view.style);
	return -EINVAL;
}

static int options_take_data_max(struct options_taking *taking,
				 const char *value)
{
	int64_t number = 0;
	int result;

	result = options_take_number(taking, "number of bytes", value, 0,
				     &number);
	taking->options->job.view.data_max = (size_t)number;
	return result;
}

/* What is made of the whole trace, by option. */
static const struct report_kind *options_report(int id)
{
	switch (id) {
	case OPTION_STATS:
		return &stats_report;
	case OPTION_FILES:
		return &files_report;
	case OPTION_SUMMARY:
		return &summary_report;
	case OPTION_TREE:
		return &tree_report;
	case OPTION_DIFF:
		return &diff_report;
	case OPTION_CHROME:
		return &chrome_report;
	case OPTION_COMPILATIONS:
		return &compilations_report;
	default:
		return NULL;
	}
}

static int options_take_report(struct options_taking *taking,
			       const struct report_kind *report)
{
	if (taking->options->job.report &&
	    taking->options->job.report != report) {
		text_put(taking->error,
			 "one of --stats, --files, --summary, --tree, --diff, "
			 "--chrome, --folded, --compile-commands and "
			 "--sqlite at a time");
		return -EINVAL;
	}
	taking->options->job.report = report;
	return 0;
}

static int options_take_folded(struct options_taking *taking, const char *value)
{
	if (!strcmp(value, "count"))
		return options_take_report(taking, &folded_count_report);
	if (!strcmp(value, "time"))
		return options_take_report(taking, &folded_time_report);
	text_put(taking->error, "--folded is by count or by time, not by ");
	data_quote(taking->error, value, strlen(value),
		   &taking->options->job.view.style);
	return -EINVAL;
}

static int options_take_redact(struct options_taking *taking, const char *value)
{
	_cleanup_(text_done) struct text problem = TEXT_INIT;
	struct options *options = taking->options;
	int r;

	if (options->job.redact_count == JOB_REDACT_MAX) {
		text_put(taking->error, "--redact once more than can be");
		return -EINVAL;
	}
	value = value ?: REDACT_DEFAULT;
	options->job.redact[options->job.redact_count++] = value;
	r = redact_check(value, &problem);
	if (r < 0)
		text_format(taking->error, "--redact: %s",
			    text_string(&problem));
	return r;
}

static int options_take_system(struct options_taking *taking,
			       enum record_system system)
{
	struct options *options = taking->options;

	if (options->system && options->system != system) {
		text_put(taking->error, "one of --freebsd and --netbsd");
		return -EINVAL;
	}
	options->system = system;
	return 0;
}

static int options_take_origin(struct options_taking *taking, const char *value)
{
	if (input_origin_by_name(value, &taking->options->job.origin))
		return 0;
	text_put(taking->error,
		 "--origin is linux, freebsd, netbsd or openbsd, not ");
	data_quote(taking->error, value, strlen(value),
		   &taking->options->job.view.style);
	return -EINVAL;
}

static int options_take_one(void *context, int id, const char *value)
{
	struct options_taking *taking = context;

	switch ((enum options_id)id) {
	case OPTION_ORIGIN:
		return options_take_origin(taking, value);
	case OPTION_STATS:
	case OPTION_FILES:
	case OPTION_SUMMARY:
	case OPTION_TREE:
	case OPTION_CHROME:
	case OPTION_COMPILATIONS:
	case OPTION_DIFF:
		return options_take_report(taking, options_report(id));
	case OPTION_REDACT:
		return options_take_redact(taking, value);
	case OPTION_FREEBSD:
		return options_take_system(taking, RECORD_FREEBSD);
	case OPTION_NETBSD:
		return options_take_system(taking, RECORD_NETBSD);
	case OPTION_FOLDED:
		return options_take_folded(taking, value);
	case OPTION_SQLITE:
		taking->options->job.subject = (void *)value;
		return options_take_report(taking, &sqlite_report);
	case OPTION_WHERE:
		return job_take_where(&taking->options->job, value,
				      taking->error);
	case OPTION_DATA_MAX:
		return options_take_data_max(taking, value);
	case OPTION_ID:
		return options_take_number(taking, "process or thread id",
					   value, 1, &taking->options->job.id);
	case OPTION_FACILITIES:
		return options_take_facilities(taking, value);
	}
	return 0;
}

/* --diff has two, of which -f may be one; else one file goes on in the next. */
static int options_take_operands(struct options *options, char *const *operands,
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
	return options_check(options, error);
}

int options_take(struct options *ret, int argc, char *const *argv,
		 struct text *error)
{
	struct options_taking taking = { .options = ret, .error = error };
	int operand;

	*ret = (struct options){
		.job = { .out = STDOUT_FILENO,
			 .debug_directories = JOB_DEBUG_DIRECTORIES },
	};
	operand = options_parse(options_table, argc, argv, ret,
				options_take_one, &taking, error);
	if (operand < 0)
		return operand;
	return options_take_operands(ret, argv + operand, error);
}

void options_usage(struct text *text)
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

void options_manual(struct text *text)
{
	options_usage(text);
	text_put(text, "Prints a trace that ktrace-u has recorded, or a BSD's "
		       "ktrace.\n\n");
	options_help(options_table, text);
	text_put(text, "\nTrace points, for -t:\n");
	facility_help(text);
	text_put(text, "Without -t, all records are shown.\n"
		       "\nFields, for -w (failed and path = '/etc/**'):\n");
	query_help(text);
}
