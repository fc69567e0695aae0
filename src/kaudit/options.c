/*
 * The options of kaudit-u, and which of its jobs each goes with. Nothing is
 * printed here.
 */
#include "kaudit/options.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "audit/learn.h"
#include "audit/verb.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/options.h"
#include "base/text.h"
#include "kaudit/export.h"
#include "kaudit/report.h"
#include "kaudit/wanted.h"
#include "redact/redact.h"

#define COLLAPSE_MAX 1000000
#define TIMEOUT_MAX  100000 /* of any unit */

#define BIT(job) (1u << (job))
#define RUN      BIT(KAUDIT_RUN)
#define JUDGES   (RUN | BIT(KAUDIT_REPORT) | BIT(KAUDIT_CHECK))
#define WRITES   (BIT(KAUDIT_LEARN) | BIT(KAUDIT_EXPORT))
#define ALL      UINT32_MAX

static const char *const setuid_words[] = { "deny", "honor", NULL };

static int take_exit(const struct options_given *given)
{
	static const char *const words[] = { "command", "audit", NULL };
	struct kaudit_options *options = given->ret;
	int which = options_find(given, words);

	options->exit = which ? KAUDIT_EXIT_AUDIT : KAUDIT_EXIT_COMMAND;
	return which < 0 ? which : 0;
}

static int take_enforce(const struct options_given *given)
{
	static const char *const words[] = { "all", "possible", NULL };
	struct kaudit_options *options = given->ret;
	int which = given->value ? options_find(given, words) : 0;

	options->enforce = which ? KAUDIT_ENFORCE_POSSIBLE : KAUDIT_ENFORCE_ALL;
	return which < 0 ? which : 0;
}

static int take_timeout(const struct options_given *given)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	struct kaudit_options *options = given->ret;
	size_t length = strlen(given->value);
	uint64_t unit = 1;
	char number[16];
	int64_t count;

	for (size_t i = 0; length && i < ARRAY_LEN(units); i++)
		if (given->value[length - 1] == units[i].letter) {
			unit = units[i].seconds;
			length--;
			break;
		}
	snprintf(number, sizeof(number), "%.*s", (int)length, given->value);
	if (length >= sizeof(number) ||
	    options_number(number, 1, TIMEOUT_MAX, &count))
		return options_refuse(given, "a duration, such as 90, 15m, 2h");
	options->timeout = given->value;
	options->timeout_ns = (uint64_t)count * unit * CLOCK_NS_PER_S;
	return 0;
}

static int take_root(const struct options_given *given)
{
	struct kaudit_options *options = given->ret;

	return roots_set(&options->roots, given->value, given->error);
}

#define FLAG(member)   OPTIONS_FLAG(struct kaudit_options, member)
#define WORD(member)   OPTIONS_WORD(struct kaudit_options, member)
#define TAKE(function) .take = (function)
#define WITH(jobs)     .with = (jobs)

/* clang-format off */
static const struct options_row table[] = {
	{ 'f', NULL, "FILE", "run: keep the trace there (" KAUDIT_TRACE ")",
	  WORD(trace), WITH(RUN) },
	{ 'o', NULL, "FILE", "write the report, policy or profile there",
	  WORD(output), WITH(JUDGES | WRITES | BIT(KAUDIT_DIFF)) },
	{ 'p', NULL, "POLICY", "judge by this file too, not only by what is "
			       "built in",
	  WORD(policy), WITH(JUDGES | BIT(KAUDIT_EXPORT)) },
	{ 0, "allow-incomplete", NULL,
	  "make do with what a trace holds, if it is not all",
	  FLAG(allows_incomplete),
	  WITH(RUN | BIT(KAUDIT_CHECK) | BIT(KAUDIT_EXPORT) |
	       BIT(KAUDIT_DIFF)) },
	{ 0, "baseline", "FILE", "what is not in this policy violates it",
	  WORD(baseline), WITH(JUDGES) },
	{ 0, "all-syscalls", NULL,
	  "run: record all calls, as export seccomp wants it",
	  FLAG(records_all), WITH(RUN) },
	{ 0, "collapse", "N",
	  "learn, export: more names of a directory than these are one (8)",
	  OPTIONS_NUMBER(options_number_in, struct kaudit_options, collapse, 1,
			 COLLAPSE_MAX, "a number from 1 to 1000000"),
	  WITH(WRITES) },
	{ 0, "env", NULL, "run: keep values of variables, not only hashes",
	  FLAG(keeps_variables), WITH(RUN) },
	{ 0, "enforce", "[WHAT]",
	  "run: have the kernel forbid what -p does: all, possible",
	  TAKE(take_enforce), WITH(RUN) },
	{ 0, "exit-policy", "WHOSE",
	  "run: whose exit status it has: command, audit",
	  TAKE(take_exit), WITH(RUN) },
	{ 0, "format", "FORMAT", "of the report (" REPORT_DEFAULT ")",
	  TAKE(wanted_form), WITH(JUDGES) },
	{ 0, "hash", NULL, "run: SHA-256 of what was read, run and written",
	  FLAG(hashes), WITH(RUN) },
	{ 0, "json", NULL, "--format json",
	  TAKE(wanted_form), WITH(JUDGES | BIT(KAUDIT_DIFF)) },
	{ 0, "looks", NULL, "run: record as well who only looked at something",
	  FLAG(records_looks), WITH(RUN) },
	{ 0, "markdown", NULL, "--format markdown",
	  TAKE(wanted_form), WITH(JUDGES) },
	{ 0, "nul", NULL, "export bubblewrap: words for bwrap --args FD",
	  FLAG(nul), WITH(BIT(KAUDIT_EXPORT)) },
	{ 0, "redact", "PATTERN", "mask what matches, too",
	  TAKE(wanted_redact), WITH(JUDGES) },
	{ 0, "report", "FORMAT=FILE", "write one more report there",
	  TAKE(wanted_report), WITH(JUDGES) },
	{ 0, "root", "NAME=DIR", "what @NAME is in policies",
	  TAKE(take_root), WITH(JUDGES | WRITES | BIT(KAUDIT_DIFF)) },
	{ 0, "setuid", "WHAT",
	  "run: programs that gain privilege: deny, honor (and let go)",
	  OPTIONS_CHOICE(struct kaudit_options, honours_setuid, setuid_words),
	  WITH(RUN) },
	{ 0, "timeout", "DURATION",
	  "run: end a job that takes longer: 90, 90s, 15m, 2h",
	  TAKE(take_timeout), WITH(RUN) },
	{ 0, "update-baseline", NULL,
	  "have the baseline allow what was done",
	  FLAG(updates_baseline), WITH(RUN | BIT(KAUDIT_CHECK)) },
	{ 0, "help", NULL, "print this", FLAG(help), WITH(ALL) },
	{ 0, "version", NULL, "print the version", FLAG(version), WITH(ALL) },
	{ 0 },
};
/* clang-format on */

static const struct {
	enum kaudit_job job;
	const char *name;
} jobs[] = {
	{ KAUDIT_RUN, "run" },       { KAUDIT_REPORT, "report" },
	{ KAUDIT_CHECK, "check" },   { KAUDIT_LEARN, "learn" },
	{ KAUDIT_EXPORT, "export" }, { KAUDIT_DIFF, "diff" },
};

#define NO_JOB                                                                 \
	"what to do is missing: run, report, check, learn, export or diff"

/* Whether the option goes with the job. */
static int check_job(const struct options_given *given)
{
	const struct kaudit_options *options = given->ret;

	if (given->row->with & BIT(options->job))
		return 0;
	if (!options->job) {
		text_put(given->error, NO_JOB);
		return -EINVAL;
	}
	options_put_name(given->error, given->row);
	text_format(given->error, " does not go with %s",
		    jobs[options->job - 1].name);
	return -EINVAL;
}

static bool is_trace(const struct kaudit_options *options, const char *file)
{
	return file && !strcmp(file, options->trace);
}

static const char *check_run(const struct kaudit_options *options,
			     unsigned count)
{
	bool is_twice = is_trace(options, options->output);

	for (unsigned i = 0; i < options->report_count; i++)
		is_twice |= is_trace(options, options->reports[i].file);
	if (is_twice)
		return "-f and a report cannot be the same file";
	if (options->enforce && !options->policy)
		return "--enforce wants a policy: -p POLICY";
	/* Who gains privilege would leave what it is confined in. */
	if (options->enforce && options->honours_setuid)
		return "--enforce does not go with --setuid=honor";
	return count ? NULL : "run wants a command";
}

static const char *check_export(const struct kaudit_options *options,
				unsigned count)
{
	if (!options->format)
		return "export wants a format first, as in export landlock "
		       "FILE";
	if (options->policy && count)
		return "export wants traces or a policy, not both";
	return options->policy || count
		   ? NULL
		   : "export wants traces, or a policy: -p POLICY";
}

static const char *check(const struct kaudit_options *options)
{
	unsigned count = 0;

	if (options->help || options->version)
		return NULL;
	if (options->updates_baseline && !options->baseline)
		return "--update-baseline wants a --baseline";
	while (options->operands[count])
		count++;
	switch (options->job) {
	case KAUDIT_RUN:
		return check_run(options, count);
	case KAUDIT_CHECK:
		if (!options->policy && !options->baseline)
			return "check wants a policy: -p POLICY, or a "
			       "--baseline FILE";
		return count == 1 ? NULL : "check wants one trace";
	case KAUDIT_REPORT:
		return count == 1 ? NULL : "report wants one trace";
	case KAUDIT_LEARN:
		return count ? NULL : "learn wants traces";
	case KAUDIT_DIFF:
		return count == 2 ? NULL : "diff wants two traces";
	case KAUDIT_EXPORT:
		return check_export(options, count);
	case KAUDIT_NONE:
		break;
	}
	return NO_JOB;
}

static int find_job(struct kaudit_options *options, const char *word,
		    struct text *error)
{
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		if (!strcmp(word, jobs[i].name)) {
			options->job = jobs[i].job;
			return 0;
		}
	text_format(error,
		    "\"%s\" is nothing to do; run, report, check, learn, "
		    "export and diff are",
		    word);
	return -EINVAL;
}

int kaudit_options_parse(struct kaudit_options *ret, int argc,
			 char *const *argv, struct text *error)
{
	int words = argc > 1 && argv[1][0] != '-';
	const char *problem;
	int operand;

	*ret = (struct kaudit_options){
		.trace = KAUDIT_TRACE,
		.collapse = LEARN_COLLAPSE,
		.redact = { REDACT_DEFAULT },
		.redact_count = 1,
	};
	if (words && find_job(ret, argv[1], error))
		return -EINVAL;
	if (ret->job == KAUDIT_EXPORT && argc > 2 && argv[2][0] != '-')
		ret->format = argv[++words];
	operand = options_parse(table, argc - words, argv + words, ret,
				check_job, error);
	if (operand < 0)
		return operand;
	ret->operands = argv + words + operand;
	if (!ret->form)
		ret->form = report_find(REPORT_DEFAULT, strlen(REPORT_DEFAULT));
	problem = check(ret);
	if (!problem)
		return 0;
	text_put(error, problem);
	return -EINVAL;
}

void kaudit_options_done(struct kaudit_options *options)
{
	roots_done(&options->roots);
}

void kaudit_options_usage(struct text *text)
{
	text_put(
	    text,
	    "usage: kaudit-u run [-f trace] [-p policy] [-o file] "
	    "[--format format]\n"
	    "                    [--report format=file] "
	    "[--baseline file [--update-baseline]]\n"
	    "                    [--all-syscalls] [--allow-incomplete] "
	    "[--enforce[=what]]\n"
	    "                    [--exit-policy whose] [--env] [--hash]\n"
	    "                    [--redact pattern] [--setuid what] "
	    "[--root name=dir]\n"
	    "                    [--timeout duration] command [argument ...]\n"
	    "       kaudit-u report [-p policy] [-o file] "
	    "[--format format]\n"
	    "                    [--redact pattern] [--report format=file] "
	    "[--baseline file]\n"
	    "                    [--root name=dir] trace\n"
	    "       kaudit-u check [-p policy] [-o file] "
	    "[--format format]\n"
	    "                    [--redact pattern] [--report format=file]\n"
	    "                    [--baseline file [--update-baseline]]\n"
	    "                    [--allow-incomplete] [--root name=dir] "
	    "trace\n"
	    "       kaudit-u learn [-o file] [--collapse n] "
	    "[--root name=dir] trace ...\n"
	    "       kaudit-u export format [-o file] [--allow-incomplete] "
	    "[--collapse n]\n"
	    "                    [--nul] [--root name=dir] "
	    "(trace ... | -p policy)\n"
	    "       kaudit-u diff [-o file] [--json] [--allow-incomplete]\n"
	    "                    [--root name=dir] trace trace\n");
}

void kaudit_options_help(struct text *text)
{
	kaudit_options_usage(text);
	text_put(text, "\nTells what a job did, and whether that was "
		       "allowed.\n\n");
	options_help(table, text);
	text_put(text, "\nFormats:\n");
	report_help(text);
	text_put(text, "\nVerbs, in reports and policies:\n");
	for (unsigned verb = 0; verb < VERB_COUNT; verb++)
		text_format(text, "  %-10s  %s\n",
			    verb_name((enum audit_verb)verb),
			    verb_help((enum audit_verb)verb));
	text_put(text, "\nFormats of export:\n");
	export_help(text);
}
