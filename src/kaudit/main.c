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
#include "kaudit/diff.h"
#include "kaudit/digest.h"
#include "kaudit/enforce.h"
#include "kaudit/export.h"
#include "kaudit/gate.h"
#include "kaudit/hashes.h"
#include "kaudit/load.h"
#include "kaudit/mask.h"
#include "kaudit/options.h"
#include "kaudit/recording.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

#define WIDTH     80
#define EXIT_OURS 125 /* as ktrace-u's: it could not begin */
#define EXIT_BASE 128 /* and this plus a signal, as shells have it */
#define EXIT_LATE 124 /* as timeout's */

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

/* To a file, or (NULL) to a descriptor. 0 or -errno. */
static int write_out(const char *file, int otherwise, const struct text *text,
		     struct text *error)
{
	_cleanup_fd_ int fd = -1;
	const char *name = file ? file : "output";
	int r;

	if (text->failed)
		return fail(error, name, -ENOMEM);
	if (file)
		fd = open(file,
			  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY,
			  0666);
	if (file && fd < 0)
		return fail(error, name, -errno);
	r = fd_write_all(file ? fd : otherwise, text->data, text->length);
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

static struct data_style own_style(void)
{
	return (struct data_style){
		.width = WIDTH,
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
}

/* In one form, to one place. 0 or -errno. */
static int report(const struct report *report, const struct report_form *form,
		  const char *file, int otherwise, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	struct report own = *report;

	own.is_short = report->is_short && !form->is_whole;
	form->put(&text, &own);
	return write_out(file, otherwise, &text, error);
}

/* All that are wanted, whatever becomes of one. 0 or -errno. */
static int report_all(const struct report *wanted,
		      const struct kaudit_options *options, int otherwise,
		      struct text *error)
{
	int r = report(wanted, options->form, options->output, otherwise,
		       error);

	for (unsigned i = 0; i < options->report_count; i++) {
		_cleanup_(text_done) struct text trouble = TEXT_INIT;
		int own = report(wanted, options->reports[i].form,
				 options->reports[i].file, -1, &trouble);

		if (own && r)
			complain(&trouble, false);
		else if (own)
			text_put(error, text_string(&trouble));
		r = r ? r : own;
	}
	return r;
}

/* ---- judging ---- */

/* A trace that was read. */
struct matter {
	struct audit *audit;
	struct mask *mask;
	const char *trace; /* its name, */
	int fd;            /* and itself */
	int otherwise;     /* where a report goes without -o */
};

static bool wants_digest(const struct kaudit_options *options)
{
	bool wants = options->form->wants_digest;

	for (unsigned i = 0; i < options->report_count; i++)
		wants |= options->reports[i].form->wants_digest;
	return wants;
}

/* The exit status. */
static int tell(const struct kaudit_options *options,
		const struct matter *matter, const struct verdict *verdict,
		struct text *error)
{
	const struct data_style style = own_style();
	_cleanup_(hashes_done) struct hashes hashes = { 0 };
	struct digest digest;
	struct report wanted = {
		.verdict = verdict,
		.style = &style,
		.trace = matter->trace,
		.policy = options->policy,
		.is_live = options->job == KAUDIT_RUN,
		.is_short = options->job != KAUDIT_REPORT,
	};

	int r = options->hashes ? hashes_take(&hashes, verdict) : 0;

	if (!r)
		r = mask_audit(matter->mask, matter->audit);
	if (r) {
		fail(error, "reporting", r);
		return VERDICT_FAILED;
	}
	if (options->hashes)
		wanted.hashes = &hashes;
	if (wants_digest(options) && lseek(matter->fd, 0, SEEK_SET) == 0 &&
	    !digest_fd(&digest, matter->fd))
		wanted.digest = &digest;
	if (report_all(&wanted, options, matter->otherwise, error))
		return VERDICT_FAILED;
	if (options->job == KAUDIT_REPORT)
		return VERDICT_COMPLIES;
	return verdict_status(verdict, options->allows_incomplete);
}

/* What a policy may forbid, and nobody recorded, is not known. */
static int tell_looks(struct audit *audit, const struct policy *policy,
		      const struct gate *gate,
		      const struct kaudit_options *options)
{
	if (!audit->lacks_looks ||
	    (!policy_judges_looks(policy) && !gate_judges_looks(gate, options)))
		return 0;
	return gaps_add(&audit->gaps, NULL, 1,
			"who only looked at something was not recorded (run "
			"--looks), and the policy may forbid that");
}

/* The exit status. */
static int judge(const struct kaudit_options *options,
		 const struct matter *matter, struct text *error)
{
	const char *directory = load_directory(matter->audit);
	_cleanup_(policy_done) struct policy policy = { 0 };
	_cleanup_(gate_done) struct gate gate = { 0 };
	_cleanup_(verdict_done) struct verdict verdict = { 0 };
	int r = load_policy(&policy, options, directory, error)
		    ?: gate_load(&gate, options, directory, error);

	if (r)
		return r == -EINVAL ? VERDICT_BAD_POLICY : VERDICT_FAILED;
	r = tell_looks(matter->audit, &policy, &gate, options)
		?: verdict_reach(&verdict, matter->audit, &policy)
		?: gate_judge(&gate, options, directory, &verdict, error);
	if (!r)
		return tell(options, matter, &verdict, error);
	if (!error->length)
		fail(error, "judging", r);
	return VERDICT_FAILED;
}

static int open_mask(struct mask *ret, const struct kaudit_options *options,
		     struct text *error)
{
	int r = mask_open(ret, options->redact, options->redact_count,
			  options->keeps_variables);

	return r ? fail(error, "masking", r) : 0;
}

static int judge_file(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(audit_done) struct audit audit = { 0 };
	_cleanup_(mask_done) struct mask mask = { 0 };
	const char *path = options->operands[0];
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const struct matter matter = { &audit, &mask, path, fd, STDOUT_FILENO };

	if (fd < 0)
		fail(error, path, -errno);
	else if (!open_mask(&mask, options, error) &&
		 !load_trace(&audit, fd, path, NULL, error))
		return judge(options, &matter, error);
	return VERDICT_FAILED;
}

/* ---- running ---- */

/* A policy that cannot be read is said before anything runs. Sets whether the
 * judgement will ask who only looked. */
static int check_policy(const struct kaudit_options *options, bool *ret_looks,
			struct text *error)
{
	_cleanup_(policy_done) struct policy policy = { 0 };
	_cleanup_(gate_done) struct gate gate = { 0 };
	_cleanup_free_ char *directory = getcwd(NULL, 0);
	int r = load_policy(&policy, options, directory, error)
		    ?: gate_load(&gate, options, directory, error);

	*ret_looks = !r && (policy_judges_looks(&policy) ||
			    gate_judges_looks(&gate, options));
	if (!r)
		return 0;
	return r == -EINVAL ? VERDICT_BAD_POLICY : VERDICT_FAILED;
}

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : EXIT_BASE + WTERMSIG(status);
}

static int command_status(const struct waiting *waiting)
{
	return waiting->is_over ? EXIT_LATE : status_of(waiting->status);
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

/* What it would have done besides nobody knows. */
static int tell_late(struct audit *audit, const struct kaudit_options *options,
		     const struct waiting *waiting)
{
	struct text what = TEXT_INIT;

	if (!waiting->is_over)
		return 0;
	text_format(&what, "the job was ended by --timeout %s",
		    options->timeout);
	if (waiting->left.length) {
		text_put(&what, "; there still ran: ");
		text_bytes(&what, waiting->left.data, waiting->left.length);
	}
	return gaps_add_text(&audit->gaps, NULL, 1, &what);
}

/* A recorder appends, and so would whoever corrects it. */
static int make_changeable(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_APPEND) < 0)
		return -1;
	return lseek(fd, 0, SEEK_SET) < 0 ? -1 : 0;
}

/* What was recorded is judged even where it cannot be kept; but with secrets in
 * it it is not kept. */
static int judge_recording(const struct kaudit_options *options,
			   struct recording *recording, struct text *error)
{
	_cleanup_(audit_done) struct audit audit = { 0 };
	_cleanup_(text_done) struct text trouble = TEXT_INIT;
	_cleanup_(mask_done) struct mask mask = { 0 };
	const struct matter matter = { &audit, &mask, options->trace,
				       recording->fd, STDERR_FILENO };
	int status = VERDICT_FAILED;

	if (open_mask(&mask, options, error))
		return VERDICT_FAILED;
	if (make_changeable(recording->fd) < 0)
		fail(error, options->trace, -errno);
	else if (!load_trace(&audit, recording->fd, options->trace, &mask,
			     error) &&
		 !tell_late(&audit, options, &recording->waiting))
		status = judge(options, &matter, error);
	else if (mask.has_failed)
		return VERDICT_FAILED;
	if (!recording_keep(recording, options->trace, &trouble))
		return status;
	complain(&trouble, false);
	return VERDICT_FAILED;
}

static int run(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(recording_done) struct recording recording = { .fd = -1 };
	struct recording_wish wish = { .rules = -1 };
	_cleanup_fd_ int rules = -1;
	int audit = check_policy(options, &wish.looks, error);

	if (!audit && options->enforce)
		audit = enforce_rules(options, &rules, error);
	if (audit)
		return audit;
	wish.rules = rules;
	wish.looks |= options->records_looks;
	if (recording_run(&recording, options, &wish, error))
		return EXIT_OURS;
	audit = judge_recording(options, &recording, error);
	return settle(options, command_status(&recording.waiting), audit);
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
	if (r || write_out(options->output, STDOUT_FILENO, &text, error))
		return VERDICT_FAILED;
	return VERDICT_COMPLIES;
}

/* ---- comparing ---- */

static int differ(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	const struct data_style style = own_style();
	int status = diff_files(&text, options, &style, error);

	if (status != VERDICT_FAILED &&
	    write_out(options->output, STDOUT_FILENO, &text, error))
		return VERDICT_FAILED;
	return status;
}

/* ---- exporting ---- */

static int export(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	int status = export_profile(options, &text, error);

	if (!status && write_out(options->output, STDOUT_FILENO, &text, error))
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
	case KAUDIT_DIFF:
		return differ(options, error);
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
