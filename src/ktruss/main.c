/*
 * ktruss-u: shows calls while they are made. Takes the command line, has
 * ktrace-u record, prints what comes as kdump-u -j does, and ends as the
 * command ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "dump/dump.h"
#include "ktruss/options.h"
#include "ktruss/recording.h"

#define WIDTH 80

enum exit_status {
	EXIT_WORKED,
	EXIT_FAILED,
	EXIT_USAGE,
	EXIT_CANNOT_RECORD = 125, /* as ktrace-u's */
};

static void complain(const struct text *error, bool with_usage)
{
	_cleanup_(text_done) struct text message = TEXT_INIT;

	if (error->length == 0)
		return;
	text_put(&message, "ktruss-u: ");
	text_bytes(&message, error->data, error->length);
	text_char(&message, '\n');
	if (with_usage)
		ktruss_options_usage(&message);
	fd_write_all(STDERR_FILENO, message.data, message.length);
}

static int fail(struct text *error, const char *what, int r)
{
	text_format(error, "%s: %s", what, strerror(-r));
	return EXIT_FAILED;
}

/* ---- where it goes ---- */

static void style(struct job *show)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	setlocale(LC_CTYPE, "");
	show->view.style = (struct data_style){
		.width = WIDTH,
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
	show->view.colour = isatty(show->out) && term &&
			    strcmp(term, "dumb") != 0 &&
			    (!no_colour || !*no_colour);
}

static int open_output(struct ktruss_options *options)
{
	int fd = STDERR_FILENO;

	if (options->output)
		fd = open(options->output,
			  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY,
			  0666);
	if (fd < 0)
		return -errno;
	options->show.out = fd;
	style(&options->show);
	return 0;
}

/* ---- a trace that is there already ---- */

static int show_file(const struct ktruss_options *options, struct text *error)
{
	_cleanup_fd_ int fd = open(options->file,
				   O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct job show = options->show;

	if (fd < 0)
		return fail(error, options->file, -errno);
	show.file = options->file;
	return dump_run(&show, fd, error) ? EXIT_FAILED : EXIT_WORKED;
}

/* ---- one that is being made ---- */

struct clearing {
	pid_t pid;
	sigset_t signals;
};

/* The first interrupt lets the process go; then its trace ends, and so do we.
 */
static void *clear_when_told(void *context)
{
	const struct clearing *clearing = context;
	int which;

	while (sigwait(&clearing->signals, &which) == 0)
		recording_clear(clearing->pid);
	return NULL;
}

static int watch_for_end(struct clearing *clearing, pid_t pid)
{
	pthread_t thread;

	clearing->pid = pid;
	sigemptyset(&clearing->signals);
	sigaddset(&clearing->signals, SIGINT);
	sigaddset(&clearing->signals, SIGTERM);
	sigaddset(&clearing->signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &clearing->signals, NULL);
	return -pthread_create(&thread, NULL, clear_when_told, clearing);
}

/* As who started us would have seen the command itself end. */
static int end_as(int status)
{
	struct rlimit none = { 0 };

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

static int show_live(const struct ktruss_options *options, struct text *error)
{
	static struct clearing clearing;
	struct job show = options->show;
	struct recording recording;
	int r, status;

	r = recording_start(&recording, options);
	if (!r && options->pid)
		r = watch_for_end(&clearing, options->pid);
	if (r < 0) {
		fail(error, "ktrace-u", r);
		return options->pid ? EXIT_FAILED : EXIT_CANNOT_RECORD;
	}
	show.file = "the trace";
	r = dump_run(&show, recording.fd, error);
	close(recording.fd);
	status = recording_wait(&recording);
	if (options->pid)
		return r < 0 || status ? EXIT_FAILED : EXIT_WORKED;
	complain(error, false);
	text_clear(error);
	return end_as(status);
}

/* ---- */

static int print_help(const struct ktruss_options *options, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	if (options->help)
		ktruss_options_help(&text);
	else
		text_put(&text, "ktruss-u " KTRACE_U_VERSION "\n");
	return dump_write(STDOUT_FILENO, &text, error) ? EXIT_FAILED
						       : EXIT_WORKED;
}

static int run(struct ktruss_options *options, struct text *error)
{
	int r;

	if (options->help || options->version)
		return print_help(options, error);
	r = open_output(options);
	if (r < 0)
		return fail(error, options->output, r);
	return options->file ? show_file(options, error)
			     : show_live(options, error);
}

int main(int argc, char **argv)
{
	_cleanup_(text_done) struct text error = TEXT_INIT;
	struct ktruss_options options;
	int status;

	if (ktruss_options_parse(&options, argc, argv, &error)) {
		complain(&error, true);
		return EXIT_USAGE;
	}
	status = run(&options, &error);
	complain(&error, false);
	return status;
}
