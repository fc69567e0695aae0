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

enum option_id {
	OPTION_TRACE = 1,
	OPTION_OUTPUT,
	OPTION_POLICY,
	OPTION_ALLOW_INCOMPLETE,
	OPTION_BASELINE,
	OPTION_COLLAPSE,
	OPTION_ENV,
	OPTION_EXIT_POLICY,
	OPTION_FORMAT,
	OPTION_HASH,
	OPTION_JSON,
	OPTION_LOOKS,
	OPTION_MARKDOWN,
	OPTION_REDACT,
	OPTION_REPORT,
	OPTION_ALL_SYSCALLS,
	OPTION_ENFORCE,
	OPTION_NUL,
	OPTION_ROOT,
	OPTION_SETUID,
	OPTION_TIMEOUT,
	OPTION_UPDATE_BASELINE,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_COUNT,
};

#define FLAG(member) OPTIONS_FLAG(struct kaudit_options, member)
#define WORD(member) OPTIONS_WORD(struct kaudit_options, member)

/* clang-format off */
static const struct options_row table[] = {
	{ 'f', NULL, "FILE", "run: keep the trace there (" KAUDIT_TRACE ")",
	  OPTION_TRACE | WORD(trace) },
	{ 'o', NULL, "FILE", "write the report, policy or profile there",
	  OPTION_OUTPUT | WORD(output) },
	{ 'p', NULL, "POLICY", "judge by this file too, not only by what is "
			       "built in", OPTION_POLICY | WORD(policy) },
	{ 0, "allow-incomplete", NULL,
	  "make do with what a trace holds, if it is not all",
	  OPTION_ALLOW_INCOMPLETE | FLAG(allows_incomplete) },
	{ 0, "baseline", "FILE", "what is not in this policy violates it",
	  OPTION_BASELINE | WORD(baseline) },
	{ 0, "all-syscalls", NULL,
	  "run: record all calls, as export seccomp wants it",
	  OPTION_ALL_SYSCALLS | FLAG(records_all) },
	{ 0, "collapse", "N",
	  "learn, export: more names of a directory than these are one (8)",
	  OPTION_COLLAPSE },
	{ 0, "env", NULL, "run: keep values of variables, not only hashes",
	  OPTION_ENV | FLAG(keeps_variables) },
	{ 0, "enforce", "[WHAT]",
	  "run: have the kernel forbid what -p does: all, possible",
	  OPTION_ENFORCE },
	{ 0, "exit-policy", "WHOSE",
	  "run: whose exit status it has: command, audit", OPTION_EXIT_POLICY },
	{ 0, "format", "FORMAT", "of the report (" REPORT_DEFAULT ")",
	  OPTION_FORMAT },
	{ 0, "hash", NULL, "run: SHA-256 of what was read, run and written",
	  OPTION_HASH | FLAG(hashes) },
	{ 0, "json", NULL, "--format json", OPTION_JSON },
	{ 0, "looks", NULL, "run: record as well who only looked at something",
	  OPTION_LOOKS | FLAG(records_looks) },
	{ 0, "markdown", NULL, "--format markdown", OPTION_MARKDOWN },
	{ 0, "nul", NULL, "export bubblewrap: words for bwrap --args FD",
	  OPTION_NUL | FLAG(nul) },
	{ 0, "redact", "PATTERN", "mask what matches, too", OPTION_REDACT },
	{ 0, "report", "FORMAT=FILE", "write one more report there",
	  OPTION_REPORT },
	{ 0, "root", "NAME=DIR", "what @NAME is in policies", OPTION_ROOT },
	{ 0, "setuid", "WHAT",
	  "run: programs that gain privilege: deny, honor (and let go)",
	  OPTION_SETUID },
	{ 0, "timeout", "DURATION",
	  "run: end a job that takes longer: 90, 90s, 15m, 2h", OPTION_TIMEOUT },
	{ 0, "update-baseline", NULL,
	  "have the baseline allow what was done",
	  OPTION_UPDATE_BASELINE | FLAG(updates_baseline) },
	{ 0, "help", NULL, "print this", OPTION_HELP | FLAG(help) },
	{ 0, "version", NULL, "print the version",
	  OPTION_VERSION | FLAG(version) },
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

#define BIT(job) (1u << (job))
#define JUDGES   (BIT(KAUDIT_RUN) | BIT(KAUDIT_REPORT) | BIT(KAUDIT_CHECK))

#define WRITES (BIT(KAUDIT_LEARN) | BIT(KAUDIT_EXPORT))

/* Jobs that an option goes with. */
static const unsigned goes_with[OPTION_COUNT] = {
	[OPTION_TRACE] = BIT(KAUDIT_RUN),
	[OPTION_OUTPUT] = JUDGES | WRITES | BIT(KAUDIT_DIFF),
	[OPTION_POLICY] = JUDGES | BIT(KAUDIT_EXPORT),
	[OPTION_ALLOW_INCOMPLETE] = BIT(KAUDIT_RUN) | BIT(KAUDIT_CHECK) |
				    BIT(KAUDIT_EXPORT) | BIT(KAUDIT_DIFF),
	[OPTION_ALL_SYSCALLS] = BIT(KAUDIT_RUN),
	[OPTION_BASELINE] = JUDGES,
	[OPTION_COLLAPSE] = WRITES,
	[OPTION_ENFORCE] = BIT(KAUDIT_RUN),
	[OPTION_ENV] = BIT(KAUDIT_RUN),
	[OPTION_EXIT_POLICY] = BIT(KAUDIT_RUN),
	[OPTION_FORMAT] = JUDGES,
	[OPTION_HASH] = BIT(KAUDIT_RUN),
	[OPTION_JSON] = JUDGES | BIT(KAUDIT_DIFF),
	[OPTION_LOOKS] = BIT(KAUDIT_RUN),
	[OPTION_MARKDOWN] = JUDGES,
	[OPTION_NUL] = BIT(KAUDIT_EXPORT),
	[OPTION_REDACT] = JUDGES,
	[OPTION_REPORT] = JUDGES,
	[OPTION_ROOT] = JUDGES | WRITES | BIT(KAUDIT_DIFF),
	[OPTION_SETUID] = BIT(KAUDIT_RUN),
	[OPTION_TIMEOUT] = BIT(KAUDIT_RUN),
	[OPTION_UPDATE_BASELINE] = BIT(KAUDIT_RUN) | BIT(KAUDIT_CHECK),
	[OPTION_HELP] = UINT32_MAX,
	[OPTION_VERSION] = UINT32_MAX,
};

struct parse {
	struct kaudit_options *options;
	struct text *error;
};

/* "--name", or "-n" where it has no other. */
static void put_option(struct text *text, int id)
{
	const struct options_row *row = table;

	while (options_id(row) != id)
		row++;
	if (row->name)
		text_format(text, "--%s", row->name);
	else
		text_format(text, "-%c", row->letter);
}

static int take_word(struct parse *parse, const char *option, const char *value,
		     const char *const words[2], unsigned *ret)
{
	for (unsigned i = 0; i < 2; i++)
		if (!strcmp(value, words[i])) {
			*ret = i;
			return 0;
		}
	text_format(parse->error, "--%s: \"%s\" is neither %s nor %s", option,
		    value, words[0], words[1]);
	return -EINVAL;
}

static int take_exit(struct parse *parse, const char *value)
{
	static const char *const words[] = { "command", "audit" };
	unsigned which = 0;
	int r = take_word(parse, "exit-policy", value, words, &which);

	parse->options->exit = which ? KAUDIT_EXIT_AUDIT : KAUDIT_EXIT_COMMAND;
	return r;
}

static int take_setuid(struct parse *parse, const char *value)
{
	static const char *const words[] = { "deny", "honor" };
	unsigned which = 0;
	int r = take_word(parse, "setuid", value, words, &which);

	parse->options->honours_setuid = which;
	return r;
}

static int take_timeout(struct parse *parse, const char *value)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t length = strlen(value);
	uint64_t unit = 1;
	char number[16];
	int64_t count;

	for (size_t i = 0; length && i < ARRAY_LEN(units); i++)
		if (value[length - 1] == units[i].letter) {
			unit = units[i].seconds;
			length--;
			break;
		}
	snprintf(number, sizeof(number), "%.*s", (int)length, value);
	if (length >= sizeof(number) ||
	    options_number(number, 1, TIMEOUT_MAX, &count)) {
		text_format(parse->error,
			    "--timeout: \"%s\" is no duration as 90, 15m, 2h",
			    value);
		return -EINVAL;
	}
	parse->options->timeout = value;
	parse->options->timeout_ns = (uint64_t)count * unit * CLOCK_NS_PER_S;
	return 0;
}

static int take_enforce(struct parse *parse, const char *value)
{
	static const char *const words[] = { "all", "possible" };
	unsigned which = 0;
	int r = take_word(parse, "enforce", value ? value : words[0], words,
			  &which);

	parse->options->enforce = which ? KAUDIT_ENFORCE_POSSIBLE
					: KAUDIT_ENFORCE_ALL;
	return r;
}

static int take_collapse(struct parse *parse, const char *value)
{
	int64_t number = 0;

	if (options_number(value, 1, COLLAPSE_MAX, &number)) {
		text_format(parse->error,
			    "--collapse: \"%s\" is not a number from 1 to %d",
			    value, COLLAPSE_MAX);
		return -EINVAL;
	}
	parse->options->collapse = (unsigned)number;
	return 0;
}

#define NO_JOB                                                                 \
	"what to do is missing: run, report, check, learn, export or diff"

static int complain_job(struct parse *parse, int id)
{
	if (!parse->options->job) {
		text_put(parse->error, NO_JOB);
		return -EINVAL;
	}
	put_option(parse->error, id);
	text_format(parse->error, " does not go with %s",
		    jobs[parse->options->job - 1].name);
	return -EINVAL;
}

static int take_option(void *context, int id, const char *value)
{
	struct parse *parse = context;
	struct kaudit_options *options = parse->options;

	if (!(goes_with[id] & BIT(options->job)))
		return complain_job(parse, id);
	switch (id) {
	case OPTION_COLLAPSE:
		return take_collapse(parse, value);
	case OPTION_EXIT_POLICY:
		return take_exit(parse, value);
	case OPTION_FORMAT:
		return wanted_form(options, value, parse->error);
	case OPTION_JSON:
		return wanted_form(options, "json", parse->error);
	case OPTION_MARKDOWN:
		return wanted_form(options, "markdown", parse->error);
	case OPTION_REDACT:
		return wanted_redact(options, value, parse->error);
	case OPTION_REPORT:
		return wanted_report(options, value, parse->error);
	case OPTION_ENFORCE:
		return take_enforce(parse, value);
	case OPTION_ROOT:
		return roots_set(&options->roots, value, parse->error);
	case OPTION_SETUID:
		return take_setuid(parse, value);
	case OPTION_TIMEOUT:
		return take_timeout(parse, value);
	default:
		return 0; /* its row says what it sets */
	}
}

static const char *check_run(const struct kaudit_options *options,
			     unsigned count)
{
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

static int find_job(struct parse *parse, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		if (!strcmp(word, jobs[i].name)) {
			parse->options->job = jobs[i].job;
			return 0;
		}
	text_format(parse->error,
		    "\"%s\" is nothing to do; run, report, check, learn, "
		    "export and diff are",
		    word);
	return -EINVAL;
}

int kaudit_options_parse(struct kaudit_options *ret, int argc,
			 char *const *argv, struct text *error)
{
	struct parse parse = { ret, error };
	int words = argc > 1 && argv[1][0] != '-';
	const char *problem;
	int operand;

	*ret = (struct kaudit_options){
		.trace = KAUDIT_TRACE,
		.collapse = LEARN_COLLAPSE,
		.redact = { REDACT_DEFAULT },
		.redact_count = 1,
	};
	if (words && find_job(&parse, argv[1]))
		return -EINVAL;
	if (ret->job == KAUDIT_EXPORT && argc > 2 && argv[2][0] != '-')
		ret->format = argv[++words];
	operand = options_parse(table, argc - words, argv + words, ret,
				take_option, &parse, error);
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
