/*
 * Records processes that run already: whoever is traced by a recorder of ours
 * by asking that one, the others by a new one.
 */
#include "ktrace/attaching.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "control/tracers.h"
#include "ktrace/ask.h"
#include "ktrace/options.h"
#include "ktrace/output.h"
#include "ktrace/recorder.h"
#include "ktrace/report.h"
#include "ktrace/say.h"
#include "ktrace/why.h"
#include "supervisor/supervisor.h"
#include "tracee/launch.h"
#include "tracee/tracee.h"

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
	return say_why(EXIT_FAILED, text_string(line));
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

/* A supervisor of its own for those whom nobody traces. */
static int start_attached(const struct ktrace_options *options,
			  struct supervisor_config *config,
			  recorder_run *recorder)
{
	struct launch launch;
	int r = recorder_fork(&launch, config);

	if (r < 0) {
		report_outcome(options->report_fd, r);
		return EXIT_FAILED;
	}
	if (r == LAUNCH_SUPERVISOR)
		exit(recorder(config, &launch));
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
			const struct tracers *found, recorder_run *recorder)
{
	_cleanup_(text_done) struct text line = TEXT_INIT;
	bool left = true;
	int r = 0;

	if (found->count)
		r = ask_set(options, found, config->fd, &left, &line);
	if (r < 0)
		return fail(options, r, &line);
	if (left)
		return start_attached(options, config, recorder);
	/* It is done, whether anybody can be told of it or not. */
	say_text(&line, stderr);
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
	return r < 0 ? say_why(EXIT_FAILED, text_string(&line)) : 0;
}

/* Of several that were meant some may have been refused. */
static void tell_left_out(const struct ktrace_options *options, uint64_t since)
{
	_cleanup_(text_done) struct text lines = TEXT_INIT;

	if (options->target.pgid || options->target.descendants)
		why_left_out(&lines, options, since);
	say_text(&lines, stderr);
}

/* Only when there is something to record does the trace replace another one. */
int attaching_run(const struct ktrace_options *options,
		  struct supervisor_config *config, recorder_run *recorder)
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
		: set_or_start(options, config, &found, recorder);
	if (!r && output_publish(&output, &line) < 0)
		return fail(options, -EIO, &line);
	if (r)
		return r;
	tell_left_out(options, since);
	report_outcome(options->report_fd, 0);
	return options->background ? be_background(options, output.fd) : 0;
}
