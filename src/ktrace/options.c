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

static const char *const rules_words[] = { "freebsd", "netbsd", NULL };
static const char *const seccomp_words[] = { "auto", "always", "never", NULL };
static const char *const setuid_words[] = { "allow", "deny", NULL };

static int take_points(const struct options_given *given)
{
	struct ktrace_options *options = given->ret;
	char bad = 0;

	options->points_given = true;
	if (facility_parse(given->value, &options->points, &bad) < 0) {
		text_format(given->error, "unknown facility '%c' in %s", bad,
			    given->value);
		return -EINVAL;
	}
	return 0;
}

/* As ktrace(3) has them; what a number cannot be typed for is left out. */
static int take_facilities(const struct options_given *given)
{
	struct ktrace_options *options = given->ret;
	int64_t mask;

	if (options_number(given->value, 0, KTRFAC_MASK, &mask) < 0)
		return options_refuse(given, "a mask of trace points");
	options->points_given = true;
	options->points = (uint32_t)mask;
	return 0;
}

static int take_fd_away(const struct options_given *given)
{
	struct ktrace_options *options = given->ret;

	options->takes_fd = true;
	return options_number_in(given);
}

static int set_mode(const struct options_given *given, enum ktrace_mode mode)
{
	struct ktrace_options *options = given->ret;

	if (options->mode != KTRACE_RECORD && options->mode != mode) {
		text_put(given->error,
			 "-c, -C, --status, --snapshot, --owner, --pause and "
			 "--resume exclude each other");
		return -EINVAL;
	}
	options->mode = mode;
	return 0;
}

static int take_mode(const struct options_given *given)
{
	const enum ktrace_mode *mode = given->row->by;

	return set_mode(given, *mode);
}

static int own(const struct options_given *given, enum wire_operation operation)
{
	struct ktrace_options *options = given->ret;

	options->own_operation = operation;
	return set_mode(given, KTRACE_OWN);
}

static int take_owner(const struct options_given *given)
{
	int r = options_number_in(given);

	return r ? r : own(given, WIRE_OWNER);
}

static int take_pause(const struct options_given *given)
{
	static const char *const words[] = { "foreground", "background", NULL };
	struct ktrace_options *options = given->ret;
	int which = options_find(given, words);

	if (which < 0)
		return which;
	options->state = which ? OWNERSHIP_BACKGROUND : OWNERSHIP_FOREGROUND;
	return own(given, WIRE_PAUSE);
}

static int take_resume(const struct options_given *given)
{
	return own(given, WIRE_RESUME);
}

static int take_calls(const struct options_given *given)
{
	struct ktrace_options *options = given->ret;
	size_t at, length;

	options->calls_selected = true;
	options->calls_text = given->value;
	if (select_parse(&options->calls, given->value, &at, &length) < 0) {
		text_format(given->error,
			    "--syscalls: \"%.*s\" is no system call or class",
			    (int)length, given->value + at);
		return -EINVAL;
	}
	return 0;
}

static int take_stacks(const struct options_given *given)
{
	struct ktrace_options *options = given->ret;
	const char *value = given->value ?: "all";
	size_t at, length;
	int r = plan_stacks_parse(&options->stacks, value, &at, &length);

	options->stacks_text = value;
	if (r == -EINVAL)
		text_format(given->error,
			    "--stack: \"%.*s\" is no system call, class or "
			    "signal",
			    (int)length, value + at);
	else if (r < 0)
		text_put(given->error, strerror(-r));
	return r;
}

static int take_level(const struct options_given *given)
{
	struct ktrace_options *options = given->ret;

	options->level = FRAME_LEVEL_DEFAULT;
	return given->value ? options_number_in(given) : 0;
}

static int take_limit(const struct options_given *given)
{
	const struct ktrace_options *options = given->ret;

	if (options->size_max || options->ring_size) {
		text_put(given->error,
			 "--max-size, --rotate and --ring: one of them, once");
		return -EINVAL;
	}
	return options_size_in(given);
}

static int take_rotate(const struct options_given *given)
{
	struct ktrace_options *options = given->ret;
	struct options_given part = *given;
	const char *comma = strchr(given->value, ',');
	int64_t count = 0;
	char size[32];

	options->rotates = true;
	part.value = comma ? comma + 1 : "";
	if (comma && options_number(part.value, 1, FILES_MAX, &count) < 0)
		return options_refuse(&part, "a number of files");
	options->kept_files = (unsigned)count;
	snprintf(size, sizeof(size), "%.*s", (int)strcspn(given->value, ","),
		 given->value);
	part.value = size;
	return take_limit(&part);
}

static int take_guard(const struct options_given *given)
{
	struct ktrace_options *options = given->ret;

	options->guards = true;
	return given->value ? options_number_in(given) : 0;
}

#define FLAG(member) OPTIONS_FLAG(struct ktrace_options, member)
#define WORD(member) OPTIONS_WORD(struct ktrace_options, member)
#define CHOICE(member, words)                                                  \
	OPTIONS_CHOICE(struct ktrace_options, member, words)
#define NUMBER(...) MORE_NUMBER(options_number_in, __VA_ARGS__)
#define SIZE(...)   MORE_SIZE(options_size_in, __VA_ARGS__)
/* Not only set, but more. */
#define MORE_NUMBER(function, ...)                                             \
	OPTIONS_NUMBER(function, struct ktrace_options, __VA_ARGS__)
#define MORE_SIZE(function, ...)                                               \
	OPTIONS_SIZE(function, struct ktrace_options, __VA_ARGS__)
#define MODE(mode)                                                             \
	.take = take_mode, .by = &(const enum ktrace_mode)                     \
	{                                                                      \
		mode                                                           \
	}

/* clang-format off */
static const struct options_row table[] = {
	{ 'a', NULL, NULL, "append to the trace file", FLAG(append) },
	{ 'c', NULL, NULL, "clear trace points: of -p, -g, or all into -f",
	  MODE(KTRACE_CLEAR) },
	{ 'C', NULL, NULL, "stop all tracing that you may",
	  MODE(KTRACE_CLEAR_ALL) },
	{ 'd', NULL, NULL, "with -p or -g: and all descendants there are",
	  FLAG(target.descendants) },
	{ 'f', NULL, "FILE", "trace to FILE (ktrace.out; - is standard output)",
	  WORD(file) },
	{ 'g', NULL, "PGID", "trace the processes of a group",
	  NUMBER(target.pgid, 1, INT_MAX, "a process id") },
	{ 'i', NULL, NULL, "trace the children too", FLAG(inherit) },
	{ 'k', NULL, NULL, "record who called: of each call and signal",
	  .take = take_stacks },
	{ 'p', NULL, "PID", "trace a process that runs",
	  NUMBER(target.pid, 1, INT_MAX, "a process id") },
	{ 't', NULL, "POINTS", "trace points, by letter (see below)",
	  .take = take_points },
	{ 0, "fd", "N", "trace to the open descriptor N",
	  NUMBER(fd, 0, INT_MAX, "a descriptor") },
	{ 0, "take-fd", "N", "the same, and the command does not have it",
	  MORE_NUMBER(take_fd_away, fd, 0, INT_MAX, "a descriptor") },
	{ 0, "syscalls", "LIST",
	  "only these: NAME,@CLASS,!NAME,... (see ktrace-u(1))",
	  .take = take_calls },
	{ 0, "stack", "LIST", "who called, of these: as --syscalls, or SIGNAME",
	  .take = take_stacks },
	{ 0, "seccomp", "WHEN",
	  "let a filter spare the rest: auto, always, never",
	  CHOICE(seccomp, seccomp_words) },
	{ 0, "setuid", "WHAT",
	  "programs that gain privilege: allow (and let go), deny",
	  CHOICE(denies_setuid, setuid_words) },
	{ 0, "genio-size", "BYTES", "most data in a GIO record (4096)",
	  SIZE(genio_size, 1, CAPTURE_GENIO_SIZE_MAX, "4K") },
	{ 0, "genio-all", NULL, "all data, in as many GIO records as it takes",
	  FLAG(genio_all) },
	{ 0, "queue", "BYTES", "records that may wait to be written (8M)",
	  SIZE(queue_size, WRITER_QUEUE_LOW, WRITER_QUEUE_HIGH, "16M") },
	{ 0, "drop", NULL, "lose records rather than let the program wait",
	  FLAG(drop) },
	{ 0, "zstd", "[LEVEL]", "compress the trace (1 to 19; 3)",
	  MORE_NUMBER(take_level, level, FRAME_LEVEL_MIN, FRAME_LEVEL_MAX,
		      "a level from 1 to 19") },
	{ 0, "max-size", "BYTES", "stop recording when the trace has so many",
	  MORE_SIZE(take_limit, size_max, SIZE_MAX_LOW, INT64_MAX, "1M") },
	{ 0, "rotate", "BYTES[,N]",
	  "begin a new file then; keep N before it, as FILE.1 and so on",
	  MORE_SIZE(take_rotate, size_max, SIZE_MAX_LOW, INT64_MAX, "1M") },
	{ 0, "ring", "BYTES",
	  "keep the last so many in memory; write them at the end or a crash",
	  MORE_SIZE(take_limit, ring_size, RING_SIZE_LOW, INT64_MAX, "1M") },
	{ 0, "snapshot", NULL, "have a recorder with --ring write them now",
	  MODE(KTRACE_SNAPSHOT) },
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
	  MORE_NUMBER(take_guard, guarded, 1, INT_MAX, "a process id") },
	{ 0, "status", NULL, "tell what is traced: of -p, -g, or everywhere",
	  MODE(KTRACE_STATUS) },
	{ 0, "json", NULL, "with --status: a JSON document per recorder",
	  FLAG(json) },
	{ 0, "rules", "WHOSE", "who may trace whom: freebsd, netbsd",
	  CHOICE(rules, rules_words) },
	{ 0, "background", NULL,
	  "with -p or -g: stay, give way to others, come back after them",
	  FLAG(background) },
	{ 0, "owner", "PID",
	  "with -p or -g: who owns the recorder (-1: nobody)",
	  MORE_NUMBER(take_owner, owner, -1, INT_MAX, "a process id, or -1") },
	{ 0, "pause", "STATE",
	  "with -p or -g: record nothing, if it is foreground, background",
	  .take = take_pause },
	{ 0, "resume", NULL, "with -p or -g: go on", .take = take_resume },
	{ 0, "facilities", "MASK", "trace points, by number (see ktrace(3))",
	  .take = take_facilities },
	{ 0, "report-fd", "N",
	  "with -p or -g: tell the socket N what becomes of it",
	  NUMBER(report_fd, 0, INT_MAX, "a descriptor") },
	{ 0, "confine-fd", "N",
	  "let the command do only what the rules say that N holds",
	  NUMBER(confine_fd, 0, INT_MAX, "a descriptor") },
	{ 0, "help", NULL, "print this and exit", FLAG(help) },
	{ 0, "version", NULL, "print the version and exit", FLAG(version) },
	{ 0 },
};
/* clang-format on */

/* What was not given. */
static void fill(struct ktrace_options *options)
{
	options->has_target = options->target.pid || options->target.pgid;
	options->genio_given = options->genio_size;
	if (!options->genio_given)
		options->genio_size = CAPTURE_GENIO_SIZE_DEFAULT;
	options->queue_given = options->queue_size;
	if (!options->queue_given)
		options->queue_size = WRITER_QUEUE_DEFAULT;
}

int ktrace_options_parse(struct ktrace_options *ret, int argc,
			 char *const *argv, struct text *error)
{
	struct ktrace_options options = {
		.fd = -1,
		.report_fd = -1,
		.confine_fd = -1,
		.points = facility_default(),
	};
	const char *problem;
	int first;

	select_all(&options.calls);
	first = options_parse(table, argc, argv, &options, NULL, error);
	if (first < 0)
		return -EINVAL;
	options.command = argv + first;
	fill(&options);
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
