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
	OPTION_ABI = 1,
	OPTION_CPU,
	OPTION_DECIMAL,
	OPTION_ELAPSED,
	OPTION_FILE,
	OPTION_THREADS,
	OPTION_FOLLOW,
	OPTION_DATA_MAX,
	OPTION_PLAIN,
	OPTION_ID,
	OPTION_RELATIVE,
	OPTION_NUMBERS,
	OPTION_NO_DATA,
	OPTION_ABSOLUTE,
	OPTION_FACILITIES,
	OPTION_WHERE,
	OPTION_JOINED,
	OPTION_STATS,
	OPTION_FILES,
	OPTION_CHROME,
	OPTION_FOLDED,
	OPTION_COMPILATIONS,
	OPTION_SQLITE,
	OPTION_SUMMARY,
	OPTION_TREE,
	OPTION_DIFF,
	OPTION_COUNTS,
	OPTION_REDACT,
	OPTION_COPY,
	OPTION_FREEBSD,
	OPTION_NETBSD,
	OPTION_JSON,
	OPTION_ORIGIN,
	OPTION_DEBUG_DIR,
	OPTION_HELP,
	OPTION_VERSION,
};

/* clang-format off */
static const struct options_row options_table[] = {
	{ 'A', NULL, NULL, "show the ABI of each record: L64, L32, U00",
	  OPTION_ABI },
	{ 'c', NULL, NULL, "show the CPU of each record", OPTION_CPU },
	{ 'd', NULL, NULL, "show numbers in decimal", OPTION_DECIMAL },
	{ 'E', NULL, NULL, "show the time since the first record",
	  OPTION_ELAPSED },
	{ 'f', NULL, "FILE", "read FILE, not ktrace.out; - is standard input",
	  OPTION_FILE },
	{ 'H', NULL, NULL, "show the thread of each record", OPTION_THREADS },
	{ 'j', "joined", NULL, "show each call on one line, with what it gave",
	  OPTION_JOINED },
	{ 'l', NULL, NULL, "go on when the file grows", OPTION_FOLLOW },
	{ 'm', NULL, "BYTES", "show at most so much data of a record; 0: all",
	  OPTION_DATA_MAX },
	{ 'n', NULL, NULL, "show numbers, not what they mean", OPTION_PLAIN },
	{ 'o', NULL, "FILE",
	  "write what --redact leaves of the trace to FILE, or another form",
	  OPTION_COPY },
	{ 'p', NULL, "ID", "show this process or thread alone", OPTION_ID },
	{ 'R', NULL, NULL, "show the time since the record before",
	  OPTION_RELATIVE },
	{ 'S', NULL, NULL, "show the numbers of system calls too",
	  OPTION_NUMBERS },
	{ 's', NULL, NULL, "show no data", OPTION_NO_DATA },
	{ 'T', NULL, NULL, "show the time, in seconds since 1970",
	  OPTION_ABSOLUTE },
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
	  OPTION_COUNTS },
	{ 0, "redact", "[PATTERN]",
	  "mask passwords, tokens and the like, or what PATTERN matches",
	  OPTION_REDACT },
	{ 0, "freebsd", NULL, "with -o: write a file for FreeBSD's kdump",
	  OPTION_FREEBSD },
	{ 0, "netbsd", NULL, "with -o: write a file for NetBSD's kdump",
	  OPTION_NETBSD },
	{ 0, "json", NULL, "print an object of JSON a line, for programs",
	  OPTION_JSON },
	{ 0, "origin", "KERNEL",
	  "whose the file is: linux, freebsd, netbsd or openbsd",
	  OPTION_ORIGIN },
	{ 0, "debug-dir", "DIRS",
	  "where debug files are; colons between (/usr/lib/debug)",
	  OPTION_DEBUG_DIR },
	{ 0, "help", NULL, "print this", OPTION_HELP },
	{ 0, "version", NULL, "print the version", OPTION_VERSION },
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

/* The switch that an option without an argument sets. */
static bool *options_flag(struct options *options, enum options_id id)
{
	switch (id) {
	case OPTION_ABI:
		return &options->job.view.abi;
	case OPTION_CPU:
		return &options->job.view.cpu;
	case OPTION_DECIMAL:
		return &options->job.view.decimal;
	case OPTION_ELAPSED:
		return &options->job.view.elapsed;
	case OPTION_THREADS:
		return &options->job.view.threads;
	case OPTION_FOLLOW:
		return &options->job.follow;
	case OPTION_PLAIN:
		return &options->job.view.plain;
	case OPTION_RELATIVE:
		return &options->job.view.relative;
	case OPTION_NUMBERS:
		return &options->job.view.numbers;
	case OPTION_NO_DATA:
		return &options->job.view.no_data;
	case OPTION_ABSOLUTE:
		return &options->job.view.absolute;
	case OPTION_JOINED:
		return &options->job.joined;
	case OPTION_JSON:
		return &options->job.json;
	case OPTION_COUNTS:
		return &options->counts;
	case OPTION_HELP:
		return &options->help;
	case OPTION_VERSION:
		return &options->version;
	case OPTION_STATS:
	case OPTION_FILES:
	case OPTION_CHROME:
	case OPTION_FOLDED:
	case OPTION_COMPILATIONS:
	case OPTION_SQLITE:
	case OPTION_SUMMARY:
	case OPTION_TREE:
	case OPTION_DIFF:
	case OPTION_REDACT:
	case OPTION_COPY:
	case OPTION_FREEBSD:
	case OPTION_NETBSD:
	case OPTION_FILE:
	case OPTION_WHERE:
	case OPTION_ORIGIN:
	case OPTION_DEBUG_DIR:
	case OPTION_DATA_MAX:
	case OPTION_ID:
	case OPTION_FACILITIES:
		break;
	}
	return NULL;
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

	switch (id) {
	case OPTION_FILE:
		taking->options->job.file = value;
		return 0;
	case OPTION_DEBUG_DIR:
		taking->options->job.debug_directories = value;
		return 0;
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
	case OPTION_COPY:
		taking->options->copy = value;
		return 0;
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
	default:
		*options_flag(taking->options, (enum options_id)id) = true;
		return 0;
	}
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
	operand = options_parse(options_table, argc, argv, options_take_one,
				&taking, error);
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
