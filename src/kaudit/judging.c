/* Must not change the trace. */
#include "kaudit/judging.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/policy.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/digest.h"
#include "kaudit/gate.h"
#include "kaudit/hashes.h"
#include "kaudit/load.h"
#include "kaudit/mask.h"
#include "kaudit/options.h"
#include "kaudit/output.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

/* In one form, to one place. 0 or -errno. */
static int report(const struct report *report, const struct report_form *form,
		  const struct destination *to, int otherwise,
		  struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	struct report own = *report;

	own.is_short = report->is_short && !form->is_whole;
	form->put(&text, &own);
	return output_put(to, otherwise, &text, error);
}

/* All that are wanted, whatever becomes of one. 0 or -errno. */
static int report_all(const struct report *wanted,
		      const struct judging *judging,
		      const struct kaudit_options *options, int otherwise,
		      struct text *error)
{
	int r = report(wanted, options->form, &judging->report, otherwise,
		       error);

	for (unsigned i = 0; i < options->report_count; i++) {
		_cleanup_(text_done) struct text trouble = TEXT_INIT;
		int own = report(wanted, options->reports[i].form,
				 &judging->reports[i], -1, &trouble);

		if (own && r)
			output_complain(&trouble, false);
		else if (own)
			text_put(error, text_string(&trouble));
		r = r ? r : own;
	}
	return r;
}

static bool wants_digest(const struct kaudit_options *options)
{
	bool wants = options->form->wants_digest;

	for (unsigned i = 0; i < options->report_count; i++)
		wants |= options->reports[i].form->wants_digest;
	return wants;
}

/* The exit status. */
static int tell(const struct judging *judging,
		const struct kaudit_options *options,
		const struct judging_matter *matter,
		const struct verdict *verdict, struct text *error)
{
	const struct data_style style = output_style();
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
		output_fail(error, "reporting", r);
		return VERDICT_FAILED;
	}
	if (options->hashes)
		wanted.hashes = &hashes;
	if (wants_digest(options) && lseek(matter->fd, 0, SEEK_SET) == 0 &&
	    !digest_fd(&digest, matter->fd))
		wanted.digest = &digest;
	if (report_all(&wanted, judging, options, matter->otherwise, error))
		return VERDICT_FAILED;
	if (options->job == KAUDIT_REPORT)
		return VERDICT_COMPLIES;
	return verdict_status(verdict, options->allows_incomplete);
}

static int open_destinations(struct judging *judging,
			     const struct kaudit_options *options,
			     struct text *error)
{
	const char *path = options->updates_baseline ? options->baseline : NULL;
	int r = path ? destination_open(&judging->baseline, path) : 0;

	if (!r && options->output) {
		path = options->output;
		r = destination_open(&judging->report, path);
	}

	for (unsigned i = 0; !r && i < options->report_count; i++) {
		path = options->reports[i].file;
		r = destination_open(&judging->reports[i], path);
	}
	return r ? output_fail(error, path, r) : 0;
}

int judging_open(struct judging *ret, const struct kaudit_options *options,
		 const char *directory, struct text *error)
{
	int r;

	*ret = (struct judging){ .report = DESTINATION_NONE,
				 .baseline = DESTINATION_NONE };
	for (unsigned i = 0; i < KAUDIT_REPORTS_MAX; i++)
		ret->reports[i] = (struct destination)DESTINATION_NONE;
	r = load_policy(&ret->policy, options, directory, error)
		?: gate_load(&ret->gate, options, directory, error);
	if (r)
		return r == -EINVAL ? VERDICT_BAD_POLICY : VERDICT_FAILED;
	return open_destinations(ret, options, error) ? VERDICT_FAILED : 0;
}

void judging_done(struct judging *judging)
{
	for (unsigned i = 0; i < KAUDIT_REPORTS_MAX; i++)
		destination_done(&judging->reports[i]);
	destination_done(&judging->report);
	destination_done(&judging->baseline);
	gate_done(&judging->gate);
	policy_done(&judging->policy);
}

bool judging_wants_looks(const struct judging *judging,
			 const struct kaudit_options *options)
{
	return policy_judges_looks(&judging->policy) ||
	       gate_judges_looks(&judging->gate, options);
}

/* What a policy may forbid, and nobody recorded, is not known. */
static int tell_looks(const struct judging *judging, struct audit *audit,
		      const struct kaudit_options *options)
{
	if (!audit->lacks_looks || !judging_wants_looks(judging, options))
		return 0;
	return gaps_add(&audit->gaps, NULL, 1,
			"who only looked at something was not recorded (run "
			"--looks), and the policy may forbid that");
}

int judging_trace(struct judging *judging, const struct kaudit_options *options,
		  const struct judging_matter *matter, struct text *error)
{
	const char *directory = load_directory(matter->audit);
	_cleanup_(verdict_done) struct verdict verdict = { 0 };
	int r = tell_looks(judging, matter->audit, options)
		    ?: verdict_reach(&verdict, matter->audit, &judging->policy)
		    ?: gate_judge(&judging->gate, options, directory,
				  &judging->baseline, &verdict, error);

	if (!r)
		return tell(judging, options, matter, &verdict, error);
	if (!error->length)
		output_fail(error, "judging", r);
	return VERDICT_FAILED;
}

/* What is judged again stays. */
static bool overwrites(const struct judging *judging,
		       const struct kaudit_options *options, int fd)
{
	bool is_trace = destination_is(&judging->report, fd);

	for (unsigned i = 0; i < options->report_count; i++)
		is_trace |= destination_is(&judging->reports[i], fd);
	return is_trace;
}

static int judge_loaded(const struct kaudit_options *options,
			const struct judging_matter *matter, struct text *error)
{
	_cleanup_(judging_done) struct judging judging;
	int status = judging_open(&judging, options,
				  load_directory(matter->audit), error);

	if (status)
		return status;
	if (overwrites(&judging, options, matter->fd)) {
		text_format(error, "%s: a report would overwrite the trace",
			    matter->trace);
		return VERDICT_FAILED;
	}
	return judging_trace(&judging, options, matter, error);
}

int judging_mask(struct mask *ret, const struct kaudit_options *options,
		 struct text *error)
{
	int r = mask_open(ret, options->redact, options->redact_count,
			  options->keeps_variables);

	return r ? output_fail(error, "masking", r) : 0;
}

int judging_file(const struct kaudit_options *options, struct text *error)
{
	_cleanup_(audit_done) struct audit audit = { 0 };
	_cleanup_(mask_done) struct mask mask = { 0 };
	const char *path = options->operands[0];
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const struct judging_matter matter = { &audit, &mask, path, fd,
					       STDOUT_FILENO };

	if (fd < 0)
		output_fail(error, path, -errno);
	else if (!judging_mask(&mask, options, error) &&
		 !load_trace(&audit, fd, path, NULL, error))
		return judge_loaded(options, &matter, error);
	return VERDICT_FAILED;
}
