/* Must not judge anything itself. */
#include "kaudit/running.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/enforce.h"
#include "kaudit/judging.h"
#include "kaudit/load.h"
#include "kaudit/mask.h"
#include "kaudit/options.h"
#include "kaudit/output.h"
#include "kaudit/recording.h"
#include "kaudit/verdict.h"

#define EXIT_OURS 125 /* as ktrace-u's: it could not begin */
#define EXIT_BASE 128 /* and this plus a signal, as shells have it */
#define EXIT_LATE 124 /* as timeout's */

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : EXIT_BASE + WTERMSIG(status);
}

static int command_status(const struct waiting *waiting)
{
	if (!waiting->is_over)
		return status_of(waiting->status);
	return waiting->signal ? EXIT_BASE + waiting->signal : EXIT_LATE;
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
static int tell_ended(struct audit *audit, const struct kaudit_options *options,
		      const struct waiting *waiting)
{
	struct text what = TEXT_INIT;

	if (!waiting->is_over)
		return 0;
	if (waiting->signal)
		text_format(&what, "the job was ended by a SIG%s to kaudit-u",
			    sigabbrev_np(waiting->signal));
	else
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
static int judge_recording(struct judging *judging,
			   const struct kaudit_options *options,
			   struct recording *recording, struct text *error)
{
	_cleanup_(audit_done) struct audit audit = { 0 };
	_cleanup_(text_done) struct text trouble = TEXT_INIT;
	_cleanup_(mask_done) struct mask mask = { 0 };
	const struct judging_matter matter = { &audit, &mask, options->trace,
					       recording->fd, STDERR_FILENO };
	int status = VERDICT_FAILED;

	if (judging_mask(&mask, options, error))
		return VERDICT_FAILED;
	if (make_changeable(recording->fd) < 0)
		output_fail(error, options->trace, -errno);
	else if (!load_trace(&audit, recording->fd, options->trace, &mask,
			     error) &&
		 !tell_ended(&audit, options, &recording->waiting))
		status = judging_trace(judging, options, &matter, error);
	else if (mask.has_failed)
		return VERDICT_FAILED;
	if (!recording_keep(recording, &trouble))
		return status;
	output_complain(&trouble, false);
	return VERDICT_FAILED;
}

int running_run(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(recording_done) struct recording recording = RECORDING_NONE;
	_cleanup_(judging_done) struct judging judging;
	_cleanup_free_ char *directory = getcwd(NULL, 0);
	struct recording_wish wish = { .rules = -1 };
	_cleanup_fd_ int rules = -1;
	int audit = judging_open(&judging, options, directory, error);

	if (!audit && options->enforce)
		audit = enforce_rules(options, &rules, error);
	if (audit)
		return audit;
	wish.rules = rules;
	wish.looks = options->records_looks ||
		     judging_wants_looks(&judging, options);
	if (recording_run(&recording, options, &wish, error))
		return EXIT_OURS;
	audit = judge_recording(&judging, options, &recording, error);
	return settle(options, command_status(&recording.waiting), audit);
}
