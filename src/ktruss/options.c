/*
 * The options of ktruss-u: how to show, which it shares with kdump-u, and what
 * to record, which it hands on. Nothing is printed here.
 */
#include "ktruss/options.h"

#include <errno.h>
#include <stdint.h>

#include "base/options.h"
#include "base/text.h"

enum option_id {
	OPTION_CHILDREN = 1,
	OPTION_STACKS,
	OPTION_DATA_MAX,
	OPTION_PID,
	OPTION_POINTS,
	OPTION_SYSCALLS,
	OPTION_WHERE,
};

#define FLAG(member) OPTIONS_FLAG(struct ktruss_options, member)
#define WORD(member) OPTIONS_WORD(struct ktruss_options, member)

/* clang-format off */
static const struct options_row table[] = {
	{ 'E', NULL, NULL, "show the time since the first line",
	  FLAG(show.view.elapsed) },
	{ 'f', NULL, "FILE", "show a trace that is there already", WORD(file) },
	{ 'H', NULL, NULL, "show the thread of each call",
	  FLAG(show.view.threads) },
	{ 'i', NULL, NULL, "the children too", OPTION_CHILDREN },
	{ 'k', NULL, NULL, "who made each call, too", OPTION_STACKS },
	{ 'm', NULL, "BYTES", "show at most so much data of a call",
	  OPTION_DATA_MAX },
	{ 'n', NULL, NULL, "show numbers, not what they mean",
	  FLAG(show.view.plain) },
	{ 'o', NULL, "FILE", "print to FILE, not to standard error",
	  WORD(output) },
	{ 'p', NULL, "PID", "attach to a process, until interrupted", OPTION_PID },
	{ 'R', NULL, NULL, "show the time since the line before",
	  FLAG(show.view.relative) },
	{ 'S', NULL, NULL, "show the numbers of system calls too",
	  FLAG(show.view.numbers) },
	{ 's', NULL, NULL, "show no data", FLAG(show.view.no_data) },
	{ 'T', NULL, NULL, "show the time, in seconds since 1970",
	  FLAG(show.view.absolute) },
	{ 't', NULL, "POINTS", "record these trace points (see ktrace-u(1))",
	  OPTION_POINTS },
	{ 'w', "where", "EXPRESSION",
	  "show what it is true of alone (see kdump-u(1))", OPTION_WHERE },
	{ 0, "syscalls", "LIST",
	  "only these: NAME,@CLASS,!NAME,... (see ktrace-u(1))",
	  OPTION_SYSCALLS },
	{ 0, "cpu", NULL, "show the CPU of each call", FLAG(show.view.cpu) },
	{ 0, "help", NULL, "print this", FLAG(help) },
	{ 0, "version", NULL, "print the version", FLAG(version) },
	{ 0 },
};
/* clang-format on */

struct parse {
	struct ktruss_options *options;
	struct text *error;
};

/* There is a place for each option, and one given again stands there again. */
static int hand_on(struct parse *parse, const char *option, const char *value)
{
	struct ktruss_options *options = parse->options;

	if (options->recording_count + 3 > KTRUSS_WORDS_MAX) {
		text_format(parse->error, "%s once more than can be", option);
		return -EINVAL;
	}
	options->recording[options->recording_count++] = option;
	if (value)
		options->recording[options->recording_count++] = value;
	return 0;
}

static int take_number(struct parse *parse, const char *what, const char *value,
		       int64_t low, int64_t high, int64_t *ret)
{
	if (options_number(value, low, high, ret) == 0)
		return 0;
	text_format(parse->error, "invalid %s: %s", what, value);
	return -EINVAL;
}

static int take_pid(struct parse *parse, const char *value)
{
	int64_t number = 0;
	int r = take_number(parse, "process id", value, 1, INT32_MAX, &number);

	parse->options->pid = (pid_t)number;
	return r;
}

static int take_data_max(struct parse *parse, const char *value)
{
	int64_t number = 0;
	int r = take_number(parse, "number of bytes", value, 1, INT32_MAX,
			    &number);

	parse->options->show.view.data_max = (size_t)number;
	return r;
}

static int take_one(void *context, int id, const char *value)
{
	struct parse *parse = context;

	switch ((enum option_id)id) {
	case OPTION_CHILDREN:
		return hand_on(parse, "-i", NULL);
	case OPTION_STACKS:
		return hand_on(parse, "-k", NULL);
	case OPTION_POINTS:
		return hand_on(parse, "-t", value);
	case OPTION_SYSCALLS:
		return hand_on(parse, "--syscalls", value);
	case OPTION_DATA_MAX:
		return take_data_max(parse, value);
	case OPTION_PID:
		return take_pid(parse, value);
	case OPTION_WHERE:
		return job_take_where(&parse->options->show, value,
				      parse->error);
	}
	return 0;
}

/* What does not go together, in words. */
static const char *check(const struct ktruss_options *options)
{
	bool has_command = options->command[0] != NULL;

	if (options->help || options->version)
		return NULL;
	if (has_command + (options->pid > 0) + (options->file != NULL) != 1)
		return "a command, -p or -f: one of them";
	if (options->file && options->recording_count)
		return "-i, -k, -t and --syscalls say what to record, which -f "
		       "does not";
	return NULL;
}

int ktruss_options_parse(struct ktruss_options *ret, int argc,
			 char *const *argv, struct text *error)
{
	struct parse parse = { ret, error };
	const char *problem;
	int operand;

	*ret = (struct ktruss_options){
		.show = { .joined = true,
			  .debug_directories = JOB_DEBUG_DIRECTORIES },
	};
	operand = options_parse(table, argc, argv, ret, take_one, &parse,
				error);
	if (operand < 0)
		return operand;
	ret->command = argv + operand;
	problem = check(ret);
	if (!problem)
		return 0;
	text_put(error, problem);
	return -EINVAL;
}

void ktruss_options_usage(struct text *text)
{
	text_put(text, "usage: ktruss-u [-EHiknRSsT] [-m bytes] [-o file] "
		       "[-t points] [-w expression]\n"
		       "                [--syscalls list] "
		       "command [argument ...] | -p pid\n"
		       "       ktruss-u [-EHnRSsT] [-m bytes] [-o file] "
		       "[-w expression] -f file\n");
}

void ktruss_options_help(struct text *text)
{
	ktruss_options_usage(text);
	text_put(text,
		 "\nShows what a program asks of the kernel while it runs, a "
		 "line for each call.\n\n");
	options_help(table, text);
}
