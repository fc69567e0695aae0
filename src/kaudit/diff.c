/* Reads both before it compares: what is temporary is told by both. */
#include "kaudit/diff.h"

#include <string.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/diff_tell.h"
#include "kaudit/difference.h"
#include "kaudit/load.h"
#include "kaudit/options.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

/* For one of two traces. */
struct comparing {
	struct difference *difference;
	unsigned which;
};

static int learn_call(void *context, const struct call *call)
{
	struct comparing *comparing = context;

	return difference_learn(comparing->difference, comparing->which, call);
}

static int load_side(struct audit *audit, struct difference *difference,
		     unsigned which, const struct kaudit_options *options,
		     struct text *error)
{
	struct comparing comparing = { difference, which };
	const char *path = options->operands[which];
	int r = load_trace_calls(audit, path, learn_call, &comparing, error);

	return r ? r
		 : load_roots(&difference->roots[which], options,
			      load_directory(audit), error);
}

static bool is_whole(const struct audit *const audits[2])
{
	return !audits[0]->gaps.count && !audits[1]->gaps.count;
}

int diff_files(struct text *text, const struct kaudit_options *options,
	       const struct data_style *style, struct text *error)
{
	_cleanup_(difference_done) struct difference difference = { 0 };
	_cleanup_(audit_done) struct audit one = { 0 };
	_cleanup_(audit_done) struct audit other = { 0 };
	const struct audit *const audits[] = { &one, &other };
	const struct diff_told told = { &difference, audits, options->operands,
					style };
	int r = load_side(&one, &difference, 0, options, error)
		    ?: load_side(&other, &difference, 1, options, error);

	if (r)
		return VERDICT_FAILED;
	r = difference_find(&difference, audits);
	if (r) {
		text_format(error, "comparing: %s", strerror(-r));
		return VERDICT_FAILED;
	}
	if (!strcmp(options->form->name, "json"))
		diff_tell_json(text, &told);
	else
		diff_tell_text(text, &told);
	if (difference.count)
		return VERDICT_VIOLATES;
	return is_whole(audits) || options->allows_incomplete
		   ? VERDICT_COMPLIES
		   : VERDICT_INCOMPLETE;
}
