/*
 * The options of ktruss-u: how to show, which it shares with kdump-u, and what
 * to record, which it hands on. Nothing is printed here.
 */
#include "ktruss/options.h"

#include <errno.h>
#include <stdint.h>

#include "base/options.h"
#include "base/text.h"

/* There is a place for each option, and one given again stands there again. */
static int hand_on(const struct options_given *given)
{
	struct ktruss_options *options = given->ret;
	const char *option = given->row->by;

	if (options->recording_count + 3 > KTRUSS_WORDS_MAX) {
		text_format(given->error, "%s once more than can be", option);
		return -EINVAL;
	}
	options->recording[options->recording_count++] = option;
	if (given->value)
		options->recording[options->recording_count++] = given->value;
	return 0;
}

static int take_where(const struct options_given *given)
{
	struct ktruss_options *options = given->ret;

	return job_take_where(&options->show, given->value, given->error);
}

#define FLAG(member) OPTIONS_FLAG(struct ktruss_options, member)
#define WORD(member) OPTIONS_WORD(struct ktruss_options, member)
#define NUMBER(...)                                                            \
	OPTIONS_NUMBER(options_number_in, struct ktruss_options, __VA_ARGS__)
#define HAND_ON(option) .take = hand_on, .by = (option)

/* clang-format off */
static const struct options_row table[] = {
	{ 'E', NULL, NULL, "show the time since the first line",
	  FLAG(show.view.elapsed) },
	{ 'f', NULL, "FILE", "show a trace that is there already", WORD(file) },
	{ 'H', NULL, NULL, "show the thread of each call",
	  FLAG(show.view.threads) },
	{ 'i', NULL, NULL, "the children too", HAND_ON("-i") },
	{ 'k', NULL, NULL, "who made each call, too", HAND_ON("-k") },
	{ 'm', NULL, "BYTES", "show at most so much data of a call",
	  NUMBER(show.view.data_max, 1, INT32_MAX, "a number of bytes") },
	{ 'n', NULL, NULL, "show numbers, not what they mean",
	  FLAG(show.view.plain) },
	{ 'o', NULL, "FILE", "print to FILE, not to standard error",
	  WORD(output) },
	{ 'p', NULL, "PID", "attach to a process, until interrupted",
	  NUMBER(pid, 1, INT32_MAX, "a process id") },
	{ 'R', NULL, NULL, "show the time since the line before",
	  FLAG(show.view.relative) },
	{ 'S', NULL, NULL, "show the numbers of system calls too",
	  FLAG(show.view.numbers) },
	{ 's', NULL, NULL, "show no data", FLAG(show.view.no_data) },
	{ 'T', NULL, NULL, "show the time, in seconds since 1970",
	  FLAG(show.view.absolute) },
	{ 't', NULL, "POINTS", "record these trace points (see ktrace-u(1))",
	  HAND_ON("-t") },
	{ 'w', "where", "EXPRESSION",
	  "show what it is true of alone (see kdump-u(1))", .take = take_where },
	{ 0, "syscalls", "LIST",
	  "only these: NAME,@CLASS,!NAME,... (see ktrace-u(1))",
	  HAND_ON("--syscalls") },
	{ 0, "cpu", NULL, "show the CPU of each call", FLAG(show.view.cpu) },
	{ 0, "help", NULL, "print this", FLAG(help) },
	{ 0, "version", NULL, "print the version", FLAG(version) },
	{ 0 },
};
/* clang-format on */

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
	const char *problem;
	int operand;

	*ret = (struct ktruss_options){
		.show = { .joined = true,
			  .debug_directories = JOB_DEBUG_DIRECTORIES },
	};
	operand = options_parse(table, argc, argv, ret, NULL, error);
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
