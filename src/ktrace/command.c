/*
 * Starts a recorder, and becomes the command. Must not leave the command
 * anything of ours.
 */
#include "ktrace/command.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "confine/confine.h"
#include "ktrace/confining.h"
#include "ktrace/options.h"
#include "ktrace/output.h"
#include "ktrace/recorder.h"
#include "ktrace/say.h"
#include "ktrace/why.h"
#include "supervisor/supervisor.h"
#include "tracee/filter.h"
#include "tracee/launch.h"

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

	return say_why(is_there ? EXIT_CANNOT_EXEC : EXIT_NOT_FOUND,
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
		return say_why(EXIT_OURS, text_string(&line));
	}
	r = confine ? confine_apply(confine) : 0;
	if (r < 0) {
		text_format(&line, "--confine-fd: %s", strerror(-r));
		return say_why(EXIT_OURS, text_string(&line));
	}
	r = launch_exec(filter, forgoes_privilege(options, filter),
			options->command, &is_filter);
	if (!is_filter)
		return cannot_exec(options->command[0], -r);
	text_format(&line, "seccomp filter: %s", strerror(-r));
	return say_why(EXIT_OURS, text_string(&line));
}

int command_run(const struct ktrace_options *options,
		struct supervisor_config *config, recorder_run *recorder)
{
	_cleanup_(confine_done) struct confine confine = { 0 };
	_cleanup_(text_done) struct text line = TEXT_INIT;
	struct filter filter = { 0 };
	struct launch launch;
	int r = 0;

	if (options->confine_fd >= 0)
		r = confining_read(&confine, options->confine_fd, &line);
	if (r < 0)
		return say_why(EXIT_OURS, text_string(&line));
	config->fd = output_open(options, &line);
	if (config->fd < 0)
		return say_why(EXIT_OURS, text_string(&line));
	r = make_filter(options, config, &filter);
	if (r == -EDQUOT)
		return say_why(EXIT_OURS,
			       "--seccomp=always: the hard limit on CPU time "
			       "would kill the recorder and the command "
			       "(ulimit -Ht)");
	if (r < 0) {
		text_format(&line, "seccomp filter: %s", strerror(-r));
		return say_why(EXIT_OURS, text_string(&line));
	}
	r = recorder_fork(&launch, config);
	if (r < 0)
		return EXIT_OURS;
	if (r == LAUNCH_SUPERVISOR)
		return recorder(config, &launch);
	return be_command(options, options->confine_fd >= 0 ? &confine : NULL,
			  config->filtered ? &filter : NULL, &launch);
}
