/*
 * kaudit-u: tells what a job did, and whether that was allowed. Takes the
 * command line, has its work done, and says what went wrong.
 */
#include <errno.h>
#include <locale.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/diff.h"
#include "kaudit/export.h"
#include "kaudit/judging.h"
#include "kaudit/learning.h"
#include "kaudit/options.h"
#include "kaudit/output.h"
#include "kaudit/running.h"
#include "kaudit/verdict.h"

static int print(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	if (options->help)
		kaudit_options_help(&text);
	else
		text_put(&text, "kaudit-u " KTRACE_U_VERSION "\n");
	if (!fd_write_all(STDOUT_FILENO, text.data, text.length))
		return VERDICT_COMPLIES;
	output_fail(error, "standard output", -EIO);
	return VERDICT_FAILED;
}

static int differ(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	const struct data_style style = output_style();
	int status = diff_files(&text, options, &style, error);

	if (status != VERDICT_FAILED &&
	    output_write(options->output, &text, error))
		return VERDICT_FAILED;
	return status;
}

static int export(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	int status = export_profile(options, &text, error);

	if (!status && output_write(options->output, &text, error))
		return VERDICT_FAILED;
	return status;
}

static int work(const struct kaudit_options *options, struct text *error)
{
	if (options->help || options->version)
		return print(options, error);
	switch (options->job) {
	case KAUDIT_RUN:
		return running_run(options, error);
	case KAUDIT_LEARN:
		return learning_run(options, error);
	case KAUDIT_DIFF:
		return differ(options, error);
	case KAUDIT_EXPORT:
		return export(options, error);
	default:
		return judging_file(options, error);
	}
}

int main(int argc, char **argv)
{
	_cleanup_(text_done) struct text error = TEXT_INIT;
	_cleanup_(kaudit_options_done) struct kaudit_options options = { 0 };
	int status;

	setlocale(LC_CTYPE, "");
	if (kaudit_options_parse(&options, argc, argv, &error)) {
		output_complain(&error, true);
		return VERDICT_FAILED;
	}
	status = work(&options, &error);
	output_complain(&error, false);
	return status;
}
