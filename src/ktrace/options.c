/*
 * Options of ktrace-u. The short ones are FreeBSD's, letter for letter.
 */
#include "ktrace/options.h"
#include "ktrace/options_check.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "base/options.h"
#include "base/text.h"
#include "capture/capture.h"
#include "supervisor/answer.h"
#include "supervisor/files.h"
#include "trace/facility.h"
#include "trace/frame_writer.h"
#include "trace/writer.h"

/* A record is at most half the queue: the largest must fit with room to spare.
 */
_Static_assert(CAPTURE_GENIO_SIZE_MAX < WRITER_QUEUE_LOW / 2,
	       "the largest record fits");

/* Less than a few records is no trace. */
#define SIZE_MAX_LOW  (UINT64_C(64) << 10)
#define RING_SIZE_LOW (UINT64_C(1) << 20)

enum option_id {
	OPTION_CLEAR = 1,
	OPTION_CLEAR_ALL,
	OPTION_GROUP,
	OPTION_PROCESS,
	OPTION_POINTS,
	OPTION_STACKS,
	OPTION_STACK,
	OPTION_FD,
	OPTION_TAKE_FD,
	OPTION_SYSCALLS,
	OPTION_SECCOMP,
	OPTION_SETUID,
	OPTION_GENIO_SIZE,
	OPTION_QUEUE,
	OPTION_ZSTD,
	OPTION_MAX_SIZE,
	OPTION_ROTATE,
	OPTION_RING,
	OPTION_SNAPSHOT,
	OPTION_GUARD,
	OPTION_STATUS,
	OPTION_RULES,
	OPTION_OWNER,
	OPTION_PAUSE,
	OPTION_RESUME,
	OPTION_FACILITIES,
	OPTION_REPORT_FD,
	OPTION_CONFINE_FD,
};

#define FLAG(member) OPTIONS_FLAG(struct ktrace_options, member)
#define WORD(member) OPTIONS_WORD(struct ktrace_options, member)

static const struct options_row table[] = {
	{ 'a', NULL, NULL, "append to the trace file", FLAG(append) },
	{ 'c', NULL, NULL, "clear trace points: of -p, -g, or all into -f",
	  OPTION_CLEAR },
	{ 'C', NULL, NULL, "stop all tracing that you may", OPTION_CLEAR_ALL },
	{ 'd', NULL, NULL, "with -p or -g: and all descendants there are",
	  FLAG(target.descendants) },
	{ 'f', NULL, "FILE", "trace to FILE (ktrace.out; - is standard output)",
	  WORD(file) },
	{ 'g', NULL, "PGID", "trace the processes of a group", OPTION_GROUP },
	{ 'i', NULL, NULL, "trace the children too", FLAG(inherit) },
	{ 'k', NULL, NULL, "record who called: of each call and signal",
	  OPTION_STACKS },
	{ 'p', NULL, "PID", "trace a process that runs", OPTION_PROCESS },
	{ 't', NULL, "POINTS", "trace points, by letter (see below)",
	  OPTION_POINTS },
	{ 0, "fd", "N", "trace to the open descriptor N", OPTION_FD },
	{ 0, "take-fd", "N", "the same, and the command does not have it",
	  OPTION_TAKE_FD },
	{ 0, "syscalls", "LIST",
	  "only these: NAME,@CLASS,!NAME,... (see ktrace-u(1))",
	  OPTION_SYSCALLS },
	{ 0, "stack", "LIST", "who called, of these: as --syscalls, or SIGNAME",
	  OPTION_STACK },
	{ 0, "seccomp", "WHEN",
	  "let a filter spare the rest: auto, always, never", OPTION_SECCOMP },
	{ 0, "setuid", "WHAT",
	  "programs that gain privilege: allow (and let go), deny",
	  OPTION_SETUID },
	{ 0, "genio-size", "BYTES", "most data in a GIO record (4096)",
	  OPTION_GENIO_SIZE },
	{ 0, "genio-all", NULL, "all data, in as many GIO records as it takes",
	  FLAG(genio_all) },
	{ 0, "queue", "BYTES", "records that may wait to be written (8M)",
	  OPTION_QUEUE },
	{ 0, "drop", NULL, "lose records rather than let the program wait",
	  FLAG(drop) },
	{ 0, "zstd", "[LEVEL]", "compress the trace (1 to 19; 3)",
	  OPTION_ZSTD },
	{ 0, "max-size", "BYTES", "stop recording when the trace has so many",
	  OPTION_MAX_SIZE },
	{ 0, "rotate", "BYTES[,N]",
	  "begin a new file then; keep N before it, as FILE.1 and so on",
	  OPTION_ROTATE },
	{ 0, "ring", "BYTES",
	  "keep the last so many in memory; write them at the end or a crash",
	  OPTION_RING },
	{ 0, "snapshot", NULL, "have a recorder with --ring write them now",
	  OPTION_SNAPSHOT },
	{ 0, "no-io-uring", NULL,
	  "have programs do without: what it does is not seen",
	  FLAG(refuses_rings) },
	{ 0, "answers", NULL, "record what name servers answer",
	  FLAG(answers) },
	{ 0, "resolve", NULL,
	  "ask the kernel what was opened, wherever links led to it",
	  FLAG(resolves) },
	{ 0, "guard", "[PID]",
	  "let nobody traced get at the recorder, nor at process PID",
	  OPTION_GUARD },
	{ 0, "status", NULL, "tell what is traced: of -p, -g, or everywhere",
	  OPTION_STATUS },
	{ 0, "json", NULL, "with --status: a JSON document per recorder",
	  FLAG(json) },
	{ 0, "rules", "WHOSE", "who may trace whom: freebsd, netbsd",
	  OPTION_RULES },
	{ 0, "background", NULL,
	  "with -p or -g: stay, give way to others, come back after them",
	  FLAG(background) },
	{ 0, "owner", "PID",
	  "with -p or -g: who owns the recorder (-1: nobody)", OPTION_OWNER },
	{ 0, "pause", "STATE",
	  "with -p or -g: record nothing, if it is foreground, background",
	  OPTION_PAUSE },
	{ 0, "resume", NULL, "with -p or -g: go on", OPTION_RESUME },
	{ 0, "facilities", "MASK", "trace points, by number (see ktrace(3))",
	  OPTION_FACILITIES },
	{ 0, "report-fd", "N",
	  "with -p or -g: tell the socket N what becomes of it",
	  OPTION_REPORT_FD },
	{ 0, "confine-fd", "N",
	  "let the command do only what the rules say that N holds",
	  OPTION_CONFINE_FD },
	{ 0, "help", NULL, "print this and exit", FLAG(help) },
	{ 0, "version", NULL, "print the version and exit", FLAG(version) },
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

	options->points_given = true;

	if (facility_parse(value, &options->points, &bad) < 0) {
		text_format(parse->error, "unknown facility '%c' in %s", bad,
			    value);
		return -EINVAL;
	}
	return 0;
}

static int take_id(struct parse *parse, const char *option, const char *value,
		   pid_t *ret)
{
	int64_t id;

	if (options_number(value, 1, INT_MAX, &id) < 0)
		return bad_value(parse, option, value, "a process id");
	*ret = (pid_t)id;
	parse->options->has_target = true;
	return 0;
}

static int take_mode(struct parse *parse, enum ktrace_mode mode)
{
	if (parse->options->mode != KTRACE_RECORD &&
	    parse->options->mode != mode) {
		text_put(parse->error,
			 "-c, -C, --status, --snapshot, --owner, --pause and "
			 "--resume exclude each other");
		return -EINVAL;
	}
	parse->options->mode = mode;
	return 0;
}

static int take_owner(struct parse *parse, const char *value)
{
	int64_t pid;

	if (options_number(value, -1, INT_MAX, &pid) < 0)
		return bad_value(parse, "--owner", value,
				 "a process id, or -1");
	parse->options->owner = (pid_t)pid;
	parse->options->own_operation = WIRE_OWNER;
	return take_mode(parse, KTRACE_OWN);
}

static int take_pause(struct parse *parse, const char *value)
{
	if (!strcmp(value, "foreground"))
		parse->options->state = OWNERSHIP_FOREGROUND;
	else if (!strcmp(value, "background"))
		parse->options->state = OWNERSHIP_BACKGROUND;
	else
		return bad_value(parse, "--pause", value,
				 "foreground or background");
	parse->options->own_operation = WIRE_PAUSE;
	return take_mode(parse, KTRACE_OWN);
}

static int take_rules(struct parse *parse, const char *value)
{
	if (!strcmp(value, "freebsd"))
		parse->options->rules = PERMISSION_FREEBSD;
	else if (!strcmp(value, "netbsd"))
		parse->options->rules = PERMISSION_NETBSD;
	else
		return bad_value(parse, "--rules", value, "freebsd or netbsd");
	return 0;
}

static int take_fd(struct parse *parse, const char *option, const char *value,
		   int *ret)
{
	int64_t fd;

	if (options_number(value, 0, INT_MAX, &fd) < 0)
		return bad_value(parse, option, value, "a descriptor");
	*ret = (int)fd;
	return 0;
}

/* As ktrace(3) has them; what a number cannot be typed for is left out. */
static int take_facilities(struct parse *parse, const char *value)
{
	int64_t mask;

	if (options_number(value, 0, KTRFAC_MASK, &mask) < 0)
		return bad_value(parse, "--facilities", value,
				 "a mask of trace points");
	parse->options->points_given = true;
	parse->options->points = (uint32_t)mask;
	return 0;
}

static int take_calls(struct parse *parse, const char *value)
{
	size_t at, length;

	parse->options->calls_selected = true;
	parse->options->calls_text = value;
	if (select_parse(&parse->options->calls, value, &at, &length) < 0) {
		text_format(parse->error,
			    "--syscalls: \"%.*s\" is no system call or class",
			    (int)length, value + at);
		return -EINVAL;
	}
	return 0;
}

static int take_stacks(struct parse *parse, const char *value)
{
	size_t at, length;
	int r = plan_stacks_parse(&parse->options->stacks, value, &at, &length);

	parse->options->stacks_text = value;
	if (r == -EINVAL)
		text_format(parse->error,
			    "--stack: \"%.*s\" is no system call, class or "
			    "signal",
			    (int)length, value + at);
	else if (r < 0)
		text_put(parse->error, strerror(-r));
	return r;
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

static int take_setuid(struct parse *parse, const char *value)
{
	bool denies = !strcmp(value, "deny");

	if (!denies && strcmp(value, "allow") != 0)
		return bad_value(parse, "--setuid", value, "allow or deny");
	parse->options->denies_setuid = denies;
	return 0;
}

static int take_level(struct parse *parse, const char *value)
{
	int64_t level = FRAME_LEVEL_DEFAULT;

	if (value &&
	    options_number(value, FRAME_LEVEL_MIN, FRAME_LEVEL_MAX, &level) < 0)
		return bad_value(parse, "--zstd", value,
				 "a level from 1 to 19");
	parse->options->level = (int)level;
	return 0;
}

static int take_size(struct parse *parse, const char *option, const char *value,
		     const char *example, uint64_t low, uint64_t high,
		     uint64_t *ret)
{
	if (options_size(value, low, high, ret) < 0) {
		text_format(parse->error,
			    "%s: \"%s\" is not a size from %llu to %llu, such "
			    "as %s",
			    option, value, (unsigned long long)low,
			    (unsigned long long)high, example);
		return -EINVAL;
	}
	return 0;
}

static int take_limit(struct parse *parse, const char *option,
		      const char *value, uint64_t low, uint64_t *ret)
{
	if (parse->options->size_max || parse->options->ring_size) {
		text_put(parse->error,
			 "--max-size, --rotate and --ring: one of them, once");
		return -EINVAL;
	}
	return take_size(parse, option, value, "1M", low, INT64_MAX, ret);
}

static int take_rotate(struct parse *parse, const char *value)
{
	const char *comma = strchr(value, ',');
	int64_t count = 0;
	char size[32];

	parse->options->rotates = true;
	if (comma && options_number(comma + 1, 1, FILES_MAX, &count) < 0)
		return bad_value(parse, "--rotate", comma + 1,
				 "a number of files");
	parse->options->kept_files = (unsigned)count;
	snprintf(size, sizeof(size), "%.*s", (int)strcspn(value, ","), value);
	return take_limit(parse, "--rotate", size, SIZE_MAX_LOW,
			  &parse->options->size_max);
}

static int take_guard(struct parse *parse, const char *value)
{
	int64_t pid = 0;

	parse->options->guards = true;
	if (value && options_number(value, 1, INT_MAX, &pid) < 0)
		return bad_value(parse, "--guard", value, "a process id");
	parse->options->guarded = (pid_t)pid;
	return 0;
}

static int take_option(void *context, int id, const char *value)
{
	struct parse *parse = context;
	struct ktrace_options *options = parse->options;

	switch ((enum option_id)id) {
	case OPTION_CLEAR:
		return take_mode(parse, KTRACE_CLEAR);
	case OPTION_CLEAR_ALL:
		return take_mode(parse, KTRACE_CLEAR_ALL);
	case OPTION_STATUS:
		return take_mode(parse, KTRACE_STATUS);
	case OPTION_RULES:
		return take_rules(parse, value);
	case OPTION_OWNER:
		return take_owner(parse, value);
	case OPTION_PAUSE:
		return take_pause(parse, value);
	case OPTION_RESUME:
		options->own_operation = WIRE_RESUME;
		return take_mode(parse, KTRACE_OWN);
	case OPTION_GROUP:
		return take_id(parse, "-g", value, &options->target.pgid);
	case OPTION_PROCESS:
		return take_id(parse, "-p", value, &options->target.pid);
	case OPTION_POINTS:
		return take_points(parse, value);
	case OPTION_TAKE_FD:
		options->takes_fd = true;
		return take_fd(parse, "--take-fd", value, &options->fd);
	case OPTION_FD:
		return take_fd(parse, "--fd", value, &options->fd);
	case OPTION_FACILITIES:
		return take_facilities(parse, value);
	case OPTION_REPORT_FD:
		return take_fd(parse, "--report-fd", value,
			       &options->report_fd);
	case OPTION_CONFINE_FD:
		return take_fd(parse, "--confine-fd", value,
			       &options->confine_fd);
	case OPTION_STACKS:
		return take_stacks(parse, "all");
	case OPTION_STACK:
		return take_stacks(parse, value);
	case OPTION_SYSCALLS:
		return take_calls(parse, value);
	case OPTION_SECCOMP:
		return take_seccomp(parse, value);
	case OPTION_SETUID:
		return take_setuid(parse, value);
	case OPTION_GENIO_SIZE:
		options->genio_given = true;
		return take_size(parse, "--genio-size", value, "4K", 1,
				 CAPTURE_GENIO_SIZE_MAX, &options->genio_size);
	case OPTION_QUEUE:
		options->queue_given = true;
		return take_size(parse, "--queue", value, "16M",
				 WRITER_QUEUE_LOW, WRITER_QUEUE_HIGH,
				 &options->queue_size);
	case OPTION_ZSTD:
		return take_level(parse, value);
	case OPTION_MAX_SIZE:
		return take_limit(parse, "--max-size", value, SIZE_MAX_LOW,
				  &options->size_max);
	case OPTION_RING:
		return take_limit(parse, "--ring", value, RING_SIZE_LOW,
				  &options->ring_size);
	case OPTION_SNAPSHOT:
		return take_mode(parse, KTRACE_SNAPSHOT);
	case OPTION_ROTATE:
		return take_rotate(parse, value);
	case OPTION_GUARD:
		return take_guard(parse, value);
	}
	return 0;
}

int ktrace_options_parse(struct ktrace_options *ret, int argc,
			 char *const *argv, struct text *error)
{
	struct ktrace_options options = {
		.fd = -1,
		.report_fd = -1,
		.confine_fd = -1,
		.points = facility_default(),
		.genio_size = CAPTURE_GENIO_SIZE_DEFAULT,
		.queue_size = WRITER_QUEUE_DEFAULT,
	};
	struct parse parse = { &options, error };
	const char *problem;
	int first;

	select_all(&options.calls);
	first = options_parse(table, argc, argv, &options, take_option, &parse,
			      error);
	if (first < 0)
		return -EINVAL;
	options.command = argv + first;
	problem = ktrace_options_check(&options);
	if (problem) {
		text_put(error, problem);
		return -EINVAL;
	}
	if (options.answers)
		answer_select(&options.calls);
	if (!options.file)
		options.file = "ktrace.out";
	*ret = options;
	return 0;
}

void ktrace_options_usage(struct text *text)
{
	text_put(text,
		 "usage: ktrace-u [-aik] [-f file | --fd n] [-t points] "
		 "[--syscalls list] command [args]\n"
		 "       ktrace-u [-adik] [-f file | --fd n] [-t points] "
		 "[--syscalls list] -p pid | -g pgid\n"
		 "       ktrace-u -c [-d] [-f file] [-t points] [-p pid | "
		 "-g pgid]\n"
		 "       ktrace-u -C\n"
		 "       ktrace-u --status [--json] [-p pid | -g pgid]\n"
		 "       ktrace-u --snapshot [-f file | -p pid]\n");
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
