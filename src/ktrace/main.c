/*
 * ktrace-u: the process that the shell started reads its options, opens the
 * trace, forks off a supervisor and becomes the command.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "confine/confine.h"
#include "control/tracers.h"
#include "ktrace/ask.h"
#include "ktrace/confining.h"
#include "ktrace/options.h"
#include "ktrace/output.h"
#include "ktrace/report.h"
#include "ktrace/why.h"
#include "supervisor/supervisor.h"
#include "trace/facility.h"
#include "tracee/filter.h"
#include "tracee/launch.h"
#include "tracee/tracee.h"

enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_OURS = 125,
	EXIT_CANNOT_EXEC = 126,
	EXIT_NOT_FOUND = 127,
};

static volatile sig_atomic_t end_requested;

/* The signal may come just before the supervisor waits: the timer repeats it
 * until it has been seen. */
static void request_end(int signal_number)
{
	static const struct itimerval again = {
		.it_value = { .tv_usec = 20000 },
	};

	if (signal_number == SIGTERM && !end_requested)
		end_requested = 1;
	if (end_requested == 1)
		setitimer(ITIMER_REAL, &again, NULL);
}

static void listen_for_end(void)
{
	struct sigaction action = { .sa_handler = request_end };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
}

static int complain(int status, const char *line)
{
	fprintf(stderr, "ktrace-u: %s\n", line);
	return status;
}

static int print(struct text *text, FILE *to)
{
	if (text->length)
		fwrite(text->data, 1, text->length, to);
	return fflush(to) ? 1 : 0;
}

/* A recorder with a hard limit on its CPU time is killed when it is used up,
 * and a filter has the program killed with it. Who may lift the limit is found
 * out by lifting it: root need not have that capability. */
static bool may_outlast_us(void)
{
	struct rlimit limit, lifted;

	if (getrlimit(RLIMIT_CPU, &limit) < 0 ||
	    limit.rlim_max == RLIM_INFINITY)
		return false;
	lifted = (struct rlimit){ limit.rlim_cur, RLIM_INFINITY };
	if (setrlimit(RLIMIT_CPU, &lifted) < 0)
		return true;
	setrlimit(RLIMIT_CPU, &limit);
	return false;
}

static bool wants_filter(const struct ktrace_options *options)
{
	switch (options->seccomp) {
	case SECCOMP_NEVER:
		return false;
	case SECCOMP_ALWAYS:
		return true;
	case SECCOMP_AUTO:
		break;
	}
	return (options->denies_setuid || filter_is_free()) &&
	       !may_outlast_us();
}

/* The filter that the selection gives; leaves config->filtered false where it
 * would be of no use. */
static int make_filter(const struct ktrace_options *options,
		       struct supervisor_config *config, struct filter *ret)
{
	struct select stops;
	int r;

	if (!wants_filter(options) || !plan_stops(&config->wish, &stops))
		return 0;
	if (may_outlast_us())
		return -EDQUOT;
	r = filter_compile(ret, &stops);
	if (r < 0)
		return r;
	config->filtered = true;
	return 0;
}

static int cannot_exec(const char *command, int error)
{
	struct text line = TEXT_INIT;
	bool is_there = why_not_executed(&line, command, error);

	return complain(is_there ? EXIT_CANNOT_EXEC : EXIT_NOT_FOUND,
			text_string(&line));
}

/* Who has no CAP_SYS_ADMIN may install a filter only then. */
static bool forgoes_privilege(const struct ktrace_options *options,
			      const struct filter *filter)
{
	return options->denies_setuid ||
	       (filter && options->seccomp == SECCOMP_ALWAYS);
}

/* What is left to do for the process that was started. confine is NULL, or what
 * it gives itself into last: no file that we need is forbidden before. */
static int be_command(const struct ktrace_options *options,
		      const struct confine *confine,
		      const struct filter *filter, struct launch *launch)
{
	_cleanup_(text_done) struct text line = TEXT_INIT;
	bool is_filter = false;
	int r = launch_wait(launch);

	if (r < 0) {
		why_not_traced(&line, -r);
		return complain(EXIT_OURS, text_string(&line));
	}
	r = confine ? confine_apply(confine) : 0;
	if (r < 0) {
		text_format(&line, "--confine-fd: %s", strerror(-r));
		return complain(EXIT_OURS, text_string(&line));
	}
	r = launch_exec(filter, forgoes_privilege(options, filter),
			options->command, &is_filter);
	if (!is_filter)
		return cannot_exec(options->command[0], -r);
	text_format(&line, "seccomp filter: %s", strerror(-r));
	return complain(EXIT_OURS, text_string(&line));
}

static int be_supervisor(const struct supervisor_config *config,
			 struct launch *launch)
{
	listen_for_end();
	return supervisor_run(config, launch) < 0 ? EXIT_OURS : 0;
}

/* Threads that sleep where nothing wakes them stop when they wake. */
static void tell_late(const pid_t *late, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		fprintf(stderr,
			"ktrace-u: thread %d has not stopped yet, and is "
			"recorded from when it does\n",
			late[i]);
}

/* Of attaching. */
static int fail(const struct ktrace_options *options, int error,
		struct text *line)
{
	if (error == -EPERM && tracee_is_forbidden())
		error = -ENOSYS;
	report_outcome(options->report_fd, error);
	return complain(EXIT_FAILED, text_string(line));
}

/* Whom we report to may have to name it first. */
static int let_attach(const struct ktrace_options *options,
		      const struct launch *launch)
{
	pid_t supervisor = 0;
	int r = launch_named(launch, &supervisor);

	if (!r)
		r = report_supervisor(options->report_fd, supervisor);
	return r ? r : launch_go(launch);
}

/* What is left to do for who asked: to be told. */
static int be_asker(const struct ktrace_options *options, struct launch *launch)
{
	_cleanup_(text_done) struct text line = TEXT_INIT;
	pid_t late[LAUNCH_LATE_MAX];
	unsigned count = 0;
	int r = let_attach(options, launch);

	if (!r)
		r = launch_outcome(launch, late, &count);
	if (r < 0) {
		why_not_attached(&line, options, -r);
		return fail(options, r, &line);
	}
	tell_late(late, count);
	return 0;
}

/* A launch_side, or -errno after it was said. */
static int fork_supervisor(struct launch *launch,
			   struct supervisor_config *config)
{
	int r = launch_fork(launch, &config->fd);

	if (r < 0)
		fprintf(stderr, "ktrace-u: cannot start the supervisor: %s\n",
			strerror(-r));
	return r;
}

/* A supervisor of its own for those whom nobody traces. */
static int start_attached(const struct ktrace_options *options,
			  struct supervisor_config *config)
{
	struct launch launch;
	int r = fork_supervisor(&launch, config);

	if (r < 0) {
		report_outcome(options->report_fd, r);
		return EXIT_FAILED;
	}
	if (r == LAUNCH_SUPERVISOR)
		exit(be_supervisor(config, &launch));
	return be_asker(options, &launch);
}

static int fail_attach(const struct ktrace_options *options, int error)
{
	_cleanup_(text_done) struct text line = TEXT_INIT;

	why_not_attached(&line, options, -error);
	return fail(options, error, &line);
}

/* Those first who have a supervisor: nobody else can change what it does.
 * Returns the exit status. */
static int set_or_start(const struct ktrace_options *options,
			struct supervisor_config *config,
			const struct tracers *found)
{
	_cleanup_(text_done) struct text line = TEXT_INIT;
	bool left = true;
	int r = 0;

	if (found->count)
		r = ask_set(options, found, config->fd, &left, &line);
	if (r < 0)
		return fail(options, r, &line);
	if (left)
		return start_attached(options, config);
	/* It is done, whether anybody can be told of it or not. */
	print(&line, stderr);
	return 0;
}

static int be_background(const struct ktrace_options *options, int fd)
{
	_cleanup_(tracers_done) struct tracers found = { 0 };
	_cleanup_(text_done) struct text line = TEXT_INIT;
	int r = ask_find(options, &found);

	if (!r)
		r = ask_background(options, &found, fd, &line);
	else
		return fail_attach(options, r);
	return r < 0 ? complain(EXIT_FAILED, text_string(&line)) : 0;
}

/* Of several that were meant some may have been refused. */
static void tell_left_out(const struct ktrace_options *options, uint64_t since)
{
	_cleanup_(text_done) struct text lines = TEXT_INIT;

	if (options->target.pgid || options->target.descendants)
		why_left_out(&lines, options, since);
	print(&lines, stderr);
}

/* Only when there is something to record does the trace replace another one. */
static int attach(const struct ktrace_options *options,
		  struct supervisor_config *config)
{
	_cleanup_(tracers_done) struct tracers found = { 0 };
	_cleanup_(output_done) struct output output = { .fd = -1 };
	_cleanup_(text_done) struct text line = TEXT_INIT;
	const uint64_t since = targets_now();
	int r = ask_find(options, &found);

	if (r < 0)
		return fail_attach(options, r);
	if ((options->size_max || options->ring_size) && found.count) {
		text_put(&line, "--max-size, --rotate and --ring go with a "
				"recorder of their own, and it is traced "
				"already");
		return fail(options, -EBUSY, &line);
	}
	r = output_prepare(&output, options, &line);
	if (r < 0)
		return fail(options, r, &line);
	config->fd = output.fd;
	config->background = options->background;
	r = options->background && found.count
		? 0
		: set_or_start(options, config, &found);
	if (!r && output_publish(&output, &line) < 0)
		return fail(options, -EIO, &line);
	if (r)
		return r;
	tell_left_out(options, since);
	report_outcome(options->report_fd, 0);
	return options->background ? be_background(options, output.fd) : 0;
}

typedef int ask(const struct ktrace_options *options,
		const struct tracers *found, struct text *text);

/* What is asked of those that are there. */
static ask *ask_of(const struct ktrace_options *options)
{
	switch (options->mode) {
	case KTRACE_CLEAR:
		return options->has_target ? ask_clear : ask_clear_file;
	case KTRACE_CLEAR_ALL:
		return ask_clear_all;
	case KTRACE_STATUS:
		return ask_status;
	case KTRACE_OWN:
		return ask_own;
	case KTRACE_SNAPSHOT:
		return ask_snapshot;
	case KTRACE_RECORD:
		break;
	}
	return NULL;
}

static int ask_others(const struct ktrace_options *options)
{
	_cleanup_(tracers_done) struct tracers found = { 0 };
	_cleanup_(text_done) struct text text = TEXT_INIT;
	int r = ask_find(options, &found);

	if (r < 0)
		why_not_attached(&text, options, -r);
	else
		r = ask_of(options)(options, &found, &text);
	if (r < 0)
		return complain(EXIT_FAILED, text_string(&text));
	return print(&text, options->mode == KTRACE_STATUS ? stdout : stderr);
}

static int record(const struct ktrace_options *options,
		  struct supervisor_config *config)
{
	_cleanup_(confine_done) struct confine confine = { 0 };
	_cleanup_(text_done) struct text line = TEXT_INIT;
	struct filter filter = { 0 };
	struct launch launch;
	int r = 0;

	if (options->confine_fd >= 0)
		r = confining_read(&confine, options->confine_fd, &line);
	if (r < 0)
		return complain(EXIT_OURS, text_string(&line));
	config->fd = output_open(options, &line);
	if (config->fd < 0)
		return complain(EXIT_OURS, text_string(&line));
	r = make_filter(options, config, &filter);
	if (r == -EDQUOT)
		return complain(EXIT_OURS,
				"--seccomp=always: the hard limit on CPU time "
				"would kill the recorder and the command "
				"(ulimit -Ht)");
	if (r < 0) {
		text_format(&line, "seccomp filter: %s", strerror(-r));
		return complain(EXIT_OURS, text_string(&line));
	}
	r = fork_supervisor(&launch, config);
	if (r < 0)
		return EXIT_OURS;
	if (r == LAUNCH_SUPERVISOR)
		return be_supervisor(config, &launch);
	return be_command(options, options->confine_fd >= 0 ? &confine : NULL,
			  config->filtered ? &filter : NULL, &launch);
}

/* A descriptor of ours must not get the number of a standard one that the
 * command was started without: messages would go there. */
static void hold_standard_numbers(void)
{
	int fd;

	do
		fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && fd < STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static int run(const struct ktrace_options *options,
	       struct supervisor_config *config)
{
	_cleanup_(text_done) struct text line = TEXT_INIT;
	_cleanup_free_ char *path = NULL;

	if (options->rotates || options->ring_size) {
		config->path = path = output_path(options, &line);
		if (!path)
			return complain(EXIT_OURS, text_string(&line));
	}
	if (options->mode != KTRACE_RECORD)
		return ask_others(options);
	return options->has_target ? attach(options, config)
				   : record(options, config);
}

int main(int argc, char **argv)
{
	struct ktrace_options options;
	_cleanup_(text_done) struct text line = TEXT_INIT;
	struct supervisor_config config;

	hold_standard_numbers();
	if (ktrace_options_parse(&options, argc, argv, &line) < 0) {
		complain(EXIT_USAGE, text_string(&line));
		text_clear(&line);
		ktrace_options_usage(&line);
		print(&line, stderr);
		return EXIT_USAGE;
	}
	if (options.help) {
		ktrace_options_help(&line);
		return print(&line, stdout);
	}
	if (options.version) {
		text_put(&line, "ktrace-u " KTRACE_U_VERSION "\n");
		return print(&line, stdout);
	}
	config = (struct supervisor_config){
		.file = options.file,
		.wish = {
			.facilities = options.points | FACILITY_PROCESS,
			.calls = options.calls,
			.genio_size = (uint32_t)options.genio_size,
			.genio_all = options.genio_all,
			.refuses_rings = options.refuses_rings,
			.guards = options.guards,
			.stacks = options.stacks,
		},
		.inherit = options.inherit,
		.resolves = options.resolves,
		.guards = options.guards,
		.guarded = options.guarded,
		.answers = options.answers,
		.rules = options.rules,
		.queue_size = options.queue_size,
		.drop = options.drop,
		.level = options.level,
		.size_max = options.size_max,
		.rotates = options.rotates,
		.ring_size = options.ring_size,
		.kept_files = options.kept_files,
		.version = KTRACE_U_VERSION,
		.command = options.command,
		.target = options.has_target ? &options.target : NULL,
		.end_requested = &end_requested,
	};
	return run(&options, &config);
}
