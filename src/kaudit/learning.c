/* Must not judge. */
#include "kaudit/learning.h"

#include <errno.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/learn.h"
#include "audit/policy.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/load.h"
#include "kaudit/options.h"
#include "kaudit/output.h"
#include "kaudit/verdict.h"

/* Less is allowed then: that is safe, and to be known. */
static int learn_one(struct learn *learn, const struct audit *audit,
		     const char *path, struct text *error)
{
	_cleanup_(text_done) struct text line = TEXT_INIT;

	if (!audit->images.first) {
		text_format(error, "%s: no job is in it", path);
		return -ENODATA;
	}
	if (audit->gaps.count) {
		text_format(&line,
			    "%s: not all is known (report tells), and only "
			    "what is known is learnt",
			    path);
		output_complain(&line, false);
	}
	return learn_add(learn, audit);
}

static int learn_files(struct learn *learn,
		       const struct kaudit_options *options,
		       const struct audit *first, struct text *error)
{
	int r = learn_one(learn, first, options->operands[0], error);

	for (unsigned i = 1; !r && options->operands[i]; i++) {
		_cleanup_(audit_done) struct audit audit = { 0 };

		r = load_trace_file(&audit, options->operands[i], error)
			? -EIO
			: learn_one(learn, &audit, options->operands[i], error);
	}
	return r;
}

int learning_run(const struct kaudit_options *options, struct text *error)
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
		output_fail(error, "learning", r);
	if (r || output_write(options->output, &text, error))
		return VERDICT_FAILED;
	return VERDICT_COMPLIES;
}
