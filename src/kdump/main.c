/*
 * kdump-u: prints a trace. Takes the command line, and says once what went
 * wrong. Everything else happens in dump.c, diff.c,
 * copy.c and translate.c.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "dump/dump.h"
#include "kdump/copy.h"
#include "kdump/options.h"
#include "kdump/translate.h"
#include "report/diff.h"

#define MAIN_WIDTH     80 /* where no terminal says */
#define MAIN_WIDTH_MIN 9

enum main_status { MAIN_OK, MAIN_FAILED, MAIN_USAGE };

/* What the terminal is like on which people will read this. */
static struct data_style main_style(const struct kdump_options *options)
{
	struct data_style style = { .width = MAIN_WIDTH };
	struct winsize size;

	setlocale(LC_CTYPE, "");
	style.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	style.plain = options->job.view.plain;
	/* Standard output is often a pager; standard error seldom is. */
	if (!options->job.view.plain &&
	    ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col >= MAIN_WIDTH_MIN)
		style.width = size.ws_col;
	return style;
}

/* "kdump-u: ..." on standard error. */
static void main_say(const struct text *line)
{
	_cleanup_(text_done) struct text message = TEXT_INIT;

	text_put(&message, "kdump-u: ");
	text_bytes(&message, line->data, line->length);
	text_char(&message, '\n');
	fd_write_all(STDERR_FILENO, message.data, message.length);
}

static int main_translate(const struct kdump_options *options, int fd,
			  struct text *error)
{
	_cleanup_(text_done) struct text notes = TEXT_INIT;
	int r = translate_run(options, fd, &notes, error);

	if (notes.length)
		main_say(&notes);
	return r;
}

static int main_dump(const struct kdump_options *options, struct text *error)
{
	_cleanup_fd_ int fd = dump_open(&options->job, error);

	if (fd < 0)
		return -1;
	if (options->system)
		return main_translate(options, fd, error);
	return options->copy ? copy_run(options, fd, error)
			     : dump_run(&options->job, fd, error);
}

/* That of diff(1), which knows no other numbers either. */
static enum main_status main_diff(const struct kdump_options *options,
				  struct text *error)
{
	const struct diff_pair pair = {
		.job = &options->job,
		.other = options->other,
		.counts = options->counts,
	};

	return (enum main_status)diff_run(&pair, error);
}

static int main_print(const struct kdump_options *options, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	if (options->help)
		kdump_options_help(&text);
	else
		text_put(&text, "kdump-u " KTRACE_U_VERSION "\n");
	return dump_write(STDOUT_FILENO, &text, error);
}

static enum main_status main_run(const struct kdump_options *options,
				 struct text *error)
{
	if (options->help || options->version)
		return main_print(options, error) ? MAIN_FAILED : MAIN_OK;
	if (options->job.report == &diff_report)
		return main_diff(options, error);
	return main_dump(options, error) ? MAIN_FAILED : MAIN_OK;
}

/* And how to do better when that helps. */
static void main_complain(const struct text *error, bool with_usage)
{
	_cleanup_(text_done) struct text usage = TEXT_INIT;

	if (error->length == 0)
		return;
	main_say(error);
	if (!with_usage)
		return;
	kdump_options_usage(&usage);
	fd_write_all(STDERR_FILENO, usage.data, usage.length);
}

int main(int argc, char **argv)
{
	_cleanup_(text_done) struct text error = TEXT_INIT;
	enum main_status status = MAIN_USAGE;
	struct kdump_options options;
	bool is_usage;

	/* A trace may name files, but not have the network asked about them. */
	unsetenv("DEBUGINFOD_URLS");
	is_usage = kdump_options_parse(&options, argc, argv, &error) < 0;
	if (!is_usage) {
		options.job.view.style = main_style(&options);
		status = main_run(&options, &error);
	}
	main_complain(&error, is_usage);
	return (int)status;
}
