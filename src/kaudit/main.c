/*
 * kaudit-u: tells what a job did, and whether that was allowed. Takes the
 * command line, has the job recorded or reads its trace, judges, writes a
 * report, or a policy.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include "audit/audit.h"
#include "audit/learn.h"
#include "audit/policy.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/enforce.h"
#include "kaudit/export.h"
#include "kaudit/load.h"
#include "kaudit/options.h"
#include "kaudit/recording.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

#define WIDTH     80
#define EXIT_OURS 125 /* as ktrace-u's: it could not begin */
#define EXIT_BASE 128 /* and this plus a signal, as shells have it */

static void complain(const struct text *error, bool with_usage)
{
	_cleanup_(text_done) struct text message = TEXT_INIT;

	if (error->length == 0)
		return;
	text_put(&message, "kaudit-u: ");
	text_bytes(&message, error->data, error->length);
	text_char(&message, '\n');
	if (with_usage)
		kaudit_options_usage(&message);
	fd_write_all(STDERR_FILENO, message.data, message.length);
}

static int fail(struct text *error, const char *what, int r)
{
	text_format(error, "%s: %s", what, strerror(-r));
	return r;
}

/* ---- writing ---- */

/* To the file of -o, or else to a descriptor. 0 or -errno. */
static int write_out(const struct kaudit_options *options, int otherwise,
		     const struct text *text, struct text *error)
{
	_cleanup_fd_ int fd = -1;
	const char *name = options->output ? options->output : "output";
	int r;

	if (text->failed)
		return fail(error, name, -ENOMEM);
	if (options->output)
		fd = open(options->output,
			  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY,
			  0666);
	if (options->output && fd < 0)
		return fail(error, name, -errno);
	r = fd_write_all(options->output ? fd : otherwise, text->data,
			 text->length);
	return r ? fail(error, name, r) : 0;
}

static int print(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	if (options->help)
		kaudit_options_help(&text);
	else
		text_put(&text, "kaudit-u " KTRACE_U_VERSION "\n");
	if (!fd_write_all(STDOUT_FILENO, text.data, text.length))
		return VERDICT_COMPLIES;
	fail(error, "standard output", -EIO);
	return VERDICT_FAILED;
}

static void put_report(struct text *text, const struct kaudit_options *options,
		       const struct verdict *verdict)
{
	const struct data_style style = {
		.width = WIDTH,
		.utf8 = options->form == KAUDIT_MARKDOWN ||
			!strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
	const struct report report = {
		.verdict = verdict,
		.style = &style,
		.is_short = options->job != KAUDIT_REPORT,
	};

	switch (options->form) {
	case KAUDIT_TEXT:
		report_text(text, &report);
		break;
	case KAUDIT_JSON:
		report_json(text, &report);
		break;
	case KAUDIT_MARKDOWN:
		report_markdown(text, &report);
		break;
	}
}

/* ---- judging ---- */

/* The exit status. */
static int judge(const struct kaudit_options *options,
		 const struct audit *audit, int otherwise, struct text *error)
{
	_cleanup_(policy_done) struct policy policy = { 0 };
	_cleanup_(verdict_done) struct verdict verdict = { 0 };
	_cleanup_(text_done) struct text text = TEXT_INIT;
	int r = load_policy(&policy, options, load_directory(audit), error);

	if (r)
		return r == -EINVAL ? VERDICT_BAD_POLICY : VERDICT_FAILED;
	r = verdict_reach(&verdict, audit, &policy);
	if (r) {
		fail(error, "judging", r);
		return VERDICT_FAILED;
	}
	put_report(&text, options, &verdict);
	if (write_out(options, otherwise, &text, error))
		return VERDICT_FAILED;
	if (options->job == KAUDIT_REPORT)
		return VERDICT_COMPLIES;
	return verdict_status(&verdict, options->allows_incomplete);
}

static int judge_file(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(audit_done) struct audit audit = { 0 };

	if (load_trace_file(&audit, options->operands[0], error))
		return VERDICT_FAILED;
	return judge(options, &audit, STDOUT_FILENO, error);
}

/* ---- running ---- */

/* A policy that cannot be read is said before anything runs. */
static int check_policy(const struct kaudit_options *options,
			struct text *error)
{
	_cleanup_(policy_done) struct policy policy = { 0 };
	_cleanup_free_ char *directory = getcwd(NULL, 0);
	int r = load_policy(&policy, options, directory, error);

	if (!r)
		return 0;
	return r == -EINVAL ? VERDICT_BAD_POLICY : VERDICT_FAILED;
}

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : EXIT_BASE + WTERMSIG(status);
}

static int settle(const struct kaudit_options *options, int command, int audit)
{
	switch (options->exit) {
	case KAUDIT_EXIT_COMMAND:
		return command;
	case KAUDIT_EXIT_AUDIT:
		return audit;
	case KAUDIT_EXIT_BOTH:
		break;
	}
	return command ? command : audit;
}

/* What was recorded is judged even where it cannot be kept. */
static int judge_recording(const struct kaudit_options *options,
			   struct recording *recording, struct text *error)
{
	_cleanup_(audit_done) struct audit audit = { 0 };
	_cleanup_(text_done) struct text trouble = TEXT_INIT;
	int status = VERDICT_FAILED;

	if (lseek(recording->fd, 0, SEEK_SET) < 0)
		fail(error, options->trace, -errno);
	else if (!load_trace(&audit, recording->fd, options->trace, error))
		status = judge(options, &audit, STDERR_FILENO, error);
	if (!recording_keep(recording, options->trace, &trouble))
		return status;
	complain(&trouble, false);
	return VERDICT_FAILED;
}

static int run(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(recording_done) struct recording recording = { .fd = -1 };
	_cleanup_fd_ int rules = -1;
	int audit = check_policy(options, error);

	if (!audit && options->enforce)
		audit = enforce_rules(options, &rules, error);
	if (audit)
		return audit;
	if (recording_run(&recording, options, rules, error))
		return EXIT_OURS;
	audit = judge_recording(options, &recording, error);
	return settle(options, status_of(recording.status), audit);
}

/* ---- learning ---- */

static int learn_files(struct learn *learn,
		       const struct kaudit_options *options,
		       const struct audit *first, struct text *error)
{
	int r = learn_add(learn, first);

	for (unsigned i = 1; !r && options->operands[i]; i++) {
		_cleanup_(audit_done) struct audit audit = { 0 };

		r = load_trace_file(&audit, options->operands[i], error)
			? -EIO
			: learn_add(learn, &audit);
	}
	return r;
}

static int learn(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(audit_done) struct audit first = { 0 };
	_cleanup_(policy_done) struct policy policy = { 0 };
	_cleanup_(learn_done) struct learn learnt = { 0 };
	_cleanup_(text_done) struct text text = TEXT_INIT;
	int r;

	if (load_trace_file(&first, options->operands[0], error) ||
	    load_policy(&policy, options, load_directory(&first), error))
		return VERDICT_FAILED;
	learn_open(&learnt, &policy, options->collapse);
	r = learn_files(&learnt, options, &first, error)
		?: learn_put(&learnt, &text);
	if (r && !error->length)
		fail(error, "learning", r);
	if (r || write_out(options, STDOUT_FILENO, &text, error))
		return VERDICT_FAILED;
	return VERDICT_COMPLIES;
}

/* ---- exporting ---- */

static int export(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	int status = export_profile(options, &text, error);

	if (!status && write_out(options, STDOUT_FILENO, &text, error))
		return VERDICT_FAILED;
	return status;
}

/* ---- */

static int work(const struct kaudit_options *options, struct text *error)
{
	if (options->help || options->version)
		return print(options, error);
	switch (options->job) {
	case KAUDIT_RUN:
		return run(options, error);
	case KAUDIT_LEARN:
		return learn(options, error);
	case KAUDIT_EXPORT:
		return export(options, error);
	default:
		return judge_file(options, error);
	}
}

int main(int argc, char **argv)
{
	_cleanup_(text_done) struct text error = TEXT_INIT;
	_cleanup_(kaudit_options_done) struct kaudit_options options = { 0 };
	int status;

	setlocale(LC_CTYPE, "");
	if (kaudit_options_parse(&options, argc, argv, &error)) {
		complain(&error, true);
		return VERDICT_FAILED;
	}
	status = work(&options, &error);
	complain(&error, false);
	return status;
}
