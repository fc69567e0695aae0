/*
 * ktrace-u: what the options ask for. The recorder that is forked off for it
 * listens here for the signal that ends it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "control/tracers.h"
#include "ktrace/ask.h"
#include "ktrace/attaching.h"
#include "ktrace/command.h"
#include "ktrace/options.h"
#include "ktrace/output.h"
#include "ktrace/say.h"
#include "ktrace/why.h"
#include "supervisor/supervisor.h"
#include "trace/facility.h"

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

static int be_supervisor(const struct supervisor_config *config,
			 struct launch *launch)
{
	listen_for_end();
	return supervisor_run(config, launch) < 0 ? EXIT_OURS : 0;
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
		return say_why(EXIT_FAILED, text_string(&text));
	return say_text(&text,
			options->mode == KTRACE_STATUS ? stdout : stderr);
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
			return say_why(EXIT_OURS, text_string(&line));
	}
	if (options->mode != KTRACE_RECORD)
		return ask_others(options);
	return options->has_target
		   ? attaching_run(options, config, be_supervisor)
		   : command_run(options, config, be_supervisor);
}

int main(int argc, char **argv)
{
	struct ktrace_options options;
	_cleanup_(text_done) struct text line = TEXT_INIT;
	struct supervisor_config config;

	hold_standard_numbers();
	if (ktrace_options_parse(&options, argc, argv, &line) < 0) {
		say_why(EXIT_USAGE, text_string(&line));
		text_clear(&line);
		ktrace_options_usage(&line);
		say_text(&line, stderr);
		return EXIT_USAGE;
	}
	if (options.help) {
		ktrace_options_help(&line);
		return say_text(&line, stdout);
	}
	if (options.version) {
		text_put(&line, "ktrace-u " KTRACE_U_VERSION "\n");
		return say_text(&line, stdout);
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
