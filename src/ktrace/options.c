/*
 * Options of ktrace-u. The short ones are FreeBSD's, letter for letter.
 */
#include "ktrace/options.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "base/options.h"
#include "base/text.h"
#include "capture/capture.h"
#include "trace/facility.h"
#include "trace/writer.h"

/* A record is at most half the queue: the largest must fit with room to spare.
 */
#define GENIO_SIZE_MAX (256u << 10)
#define QUEUE_SIZE_MIN (1u << 20)
#define QUEUE_SIZE_MAX (1u << 30)

enum option_id {
	OPTION_APPEND = 1,
	OPTION_DESCENDANTS,
	OPTION_GROUP,
	OPTION_PROCESS,
	OPTION_FILE,
	OPTION_INHERIT,
	OPTION_POINTS,
	OPTION_FD,
	OPTION_SYSCALLS,
	OPTION_SECCOMP,
	OPTION_GENIO_SIZE,
	OPTION_GENIO_ALL,
	OPTION_QUEUE,
	OPTION_DROP,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct options_row table[] = {
	{ 'a', NULL, NULL, "append to the trace file", OPTION_APPEND },
	{ 'd', NULL, NULL, "with -p or -g: and all descendants there are",
	  OPTION_DESCENDANTS },
	{ 'f', NULL, "FILE", "trace to FILE (ktrace.out; - is standard output)",
	  OPTION_FILE },
	{ 'g', NULL, "PGID", "trace the processes of a group", OPTION_GROUP },
	{ 'i', NULL, NULL, "trace the children too", OPTION_INHERIT },
	{ 'p', NULL, "PID", "trace a process that runs", OPTION_PROCESS },
	{ 't', NULL, "POINTS", "trace points, by letter (see below)",
	  OPTION_POINTS },
	{ 0, "fd", "N", "trace to the open descriptor N", OPTION_FD },
	{ 0, "syscalls", "LIST",
	  "only these: NAME,@CLASS,!NAME,... (see ktrace-u(1))",
	  OPTION_SYSCALLS },
	{ 0, "seccomp", "WHEN",
	  "let a filter spare the rest: auto, always, never", OPTION_SECCOMP },
	{ 0, "genio-size", "BYTES", "most data in a GIO record (4096)",
	  OPTION_GENIO_SIZE },
	{ 0, "genio-all", NULL, "all data, in as many GIO records as it takes",
	  OPTION_GENIO_ALL },
	{ 0, "queue", "BYTES", "records that may wait to be written (8M)",
	  OPTION_QUEUE },
	{ 0, "drop", NULL, "lose records rather than let the program wait",
	  OPTION_DROP },
	{ 0, "help", NULL, "print this and exit", OPTION_HELP },
	{ 0, "version", NULL, "print the version and exit", OPTION_VERSION },
	{ 0 },
};

struct parse {
	struct ktrace_options *options;
	struct text *error;
};

static int bad_value(struct parse *parse, const char *option, const char *value,
		     const char *wanted)
{
	text_format(parse->error, "%s: \"%s\" is not %s", option, value,
		    wanted);
	return -EINVAL;
}

static int take_points(struct parse *parse, const char *value)
{
	struct ktrace_options *options = parse->options;
	char bad = 0;

	if (facility_parse(value, &options->points, &bad) < 0) {
		text_format(parse->error, "unknown facility '%c' in %s", bad,
			    value);
		return -EINVAL;
	}
	options->asked = strchr(value, '+') ? 0 : options->points;
	return 0;
}

static int take_id(struct parse *parse, const char *option, const char *value,
		   pid_t *ret)
{
	int64_t id;

	if (options_number(value, 1, INT_MAX, &id) < 0)
		return bad_value(parse, option, value, "a process id");
	*ret = (pid_t)id;
	parse->options->attaches = true;
	return 0;
}

static int take_fd(struct parse *parse, const char *value)
{
	int64_t fd;

	if (options_number(value, 0, INT_MAX, &fd) < 0)
		return bad_value(parse, "--fd", value, "a descriptor");
	parse->options->fd = (int)fd;
	return 0;
}

static int take_calls(struct parse *parse, const char *value)
{
	size_t at, length;

	parse->options->calls_selected = true;
	if (select_parse(&parse->options->calls, value, &at, &length) < 0) {
		text_format(parse->error,
			    "--syscalls: \"%.*s\" is no system call or class",
			    (int)length, value + at);
		return -EINVAL;
	}
	return 0;
}

static int take_seccomp(struct parse *parse, const char *value)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(value, names[i])) {
			parse->options->seccomp = (enum ktrace_seccomp)i;
			return 0;
		}
	return bad_value(parse, "--seccomp", value, "auto, always or never");
}

static int take_size(struct parse *parse, const char *option, const char *value,
		     uint64_t low, uint64_t high, uint64_t *ret)
{
	if (options_size(value, low, high, ret) < 0) {
		text_format(parse->error,
			    "%s: \"%s\" is not a size from %llu to %llu",
			    option, value, (unsigned long long)low,
			    (unsigned long long)high);
		return -EINVAL;
	}
	return 0;
}

static int take_option(void *context, int id, const char *value)
{
	struct parse *parse = context;
	struct ktrace_options *options = parse->options;

	switch ((enum option_id)id) {
	case OPTION_APPEND:
		options->append = true;
		return 0;
	case OPTION_DESCENDANTS:
		options->target.descendants = true;
		return 0;
	case OPTION_GROUP:
		return take_id(parse, "-g", value, &options->target.pgid);
	case OPTION_PROCESS:
		return take_id(parse, "-p", value, &options->target.pid);
	case OPTION_FILE:
		options->file = value;
		return 0;
	case OPTION_INHERIT:
		options->inherit = true;
		return 0;
	case OPTION_POINTS:
		return take_points(parse, value);
	case OPTION_FD:
		return take_fd(parse, value);
	case OPTION_SYSCALLS:
		return take_calls(parse, value);
	case OPTION_SECCOMP:
		return take_seccomp(parse, value);
	case OPTION_GENIO_SIZE:
		return take_size(parse, "--genio-size", value, 1,
				 GENIO_SIZE_MAX, &options->genio_size);
	case OPTION_GENIO_ALL:
		options->genio_all = true;
		return 0;
	case OPTION_QUEUE:
		return take_size(parse, "--queue", value, QUEUE_SIZE_MIN,
				 QUEUE_SIZE_MAX, &options->queue_size);
	case OPTION_DROP:
		options->drop = true;
		return 0;
	case OPTION_HELP:
		options->help = true;
		return 0;
	case OPTION_VERSION:
		options->version = true;
		return 0;
	}
	return 0;
}

static const char *check_target(const struct ktrace_options *options)
{
	if (options->command[0])
		return "-p and -g do not go with a command";
	if (options->target.pid && options->target.pgid)
		return "-p and -g exclude each other";
	if (options->seccomp == SECCOMP_ALWAYS)
		return "--seccomp=always does not go with -p and -g: a process "
		       "that runs cannot be given a filter";
	return NULL;
}

static int check(const struct ktrace_options *options, struct text *error)
{
	const char *problem = NULL;

	if (options->help || options->version)
		return 0;
	if (options->fd >= 0 && options->file)
		problem = "--fd and -f exclude each other";
	else if (options->fd >= 0 && options->append)
		problem = "-a does not go with --fd";
	else if (options->attaches)
		problem = check_target(options);
	else if (options->target.descendants)
		problem = "-d goes with -p or -g";
	else if (!options->command[0])
		problem = "no command given";
	if (!problem)
		return 0;
	text_put(error, problem);
	return -EINVAL;
}

int ktrace_options_parse(struct ktrace_options *ret, int argc,
			 char *const *argv, struct text *error)
{
	struct ktrace_options options = {
		.fd = -1,
		.points = facility_default(),
		.genio_size = CAPTURE_GENIO_SIZE_DEFAULT,
		.queue_size = WRITER_QUEUE_DEFAULT,
	};
	struct parse parse = { &options, error };
	int first;

	select_all(&options.calls);
	first = options_parse(table, argc, argv, take_option, &parse, error);
	if (first < 0)
		return -EINVAL;
	options.command = argv + first;
	if (check(&options, error) < 0)
		return -EINVAL;
	if (!options.file)
		options.file = "ktrace.out";
	*ret = options;
	return 0;
}

void ktrace_options_usage(struct text *text)
{
	text_put(text, "usage: ktrace-u [-ai] [-f file | --fd n] [-t points] "
		       "[--syscalls list] command [args]\n"
		       "       ktrace-u [-adi] [-f file | --fd n] [-t points] "
		       "[--syscalls list] -p pid | -g pgid\n");
}

void ktrace_options_help(struct text *text)
{
	ktrace_options_usage(text);
	text_put(text, "\nRecords what a program asks of the kernel; kdump-u "
		       "prints it.\n\n");
	options_help(table, text);
	text_put(text, "\nTrace points (-t), without -t as with +:\n");
	facility_help(text);
}
