/*
 * Two traces, one after the other, each through a form of its own; then what
 * was learnt of them. Selects nothing, and knows no form of its own.
 */
#include "report/diff.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "compare/comparison.h"
#include "dump/dump.h"
#include "dump/job.h"
#include "report/difference.h"

#define DIFF_PIECE ((size_t)64 << 10) /* written at once */

/* ---- a trace ---- */

static int open_diff(void **ret, const struct report_context *context)
{
	*ret = context->subject;
	return 0;
}

/* It outlives the form of one trace. */
static void close_diff(void *report)
{
	(void)report;
}

static int learn_diff(void *report, const struct record *record)
{
	return comparison_learn(report, record);
}

static int learn_call_diff(void *report, const struct call *call)
{
	return comparison_learn_call(report, call);
}

static int add_call_diff(void *report, const struct call *call)
{
	return comparison_add_call(report, call);
}

static int add_diff(void *report, const struct record *record)
{
	return comparison_add(report, record);
}

/* There is nothing to be told of one alone. */
static void put_diff(void *report, struct text *text)
{
	(void)report;
	(void)text;
}

const struct report_kind diff_report = {
	.is_document = true,
	.wants_names = true,
	.learn = learn_diff,
	.learn_call = learn_call_diff,
	.add_call = add_call_diff,
	.add = add_diff,
	.open = open_diff,
	.close = close_diff,
	.put = put_diff,
};

/* ---- both ---- */

struct diff {
	const struct diff_pair *pair;
	struct comparison *comparison;
	struct difference difference;
	struct text text;
	struct text *error;
};

/* Of one that is damaged, what is in front of the damage counts. -1: it cannot
 * be opened. */
static int take(struct diff *diff, unsigned trace, const char *file)
{
	_cleanup_(text_done) struct text error = TEXT_INIT;
	struct job job = *diff->pair->job;
	_cleanup_fd_ int fd = -1;

	job.file = file;
	job.subject = diff->comparison;
	diff->comparison->trace = trace;
	fd = dump_open(&job, diff->error);
	if (fd < 0)
		return -1;
	if (dump_run(&job, fd, &error) == 0)
		return 0;
	diff->comparison->traces[trace].is_damaged = true;
	if (diff->error->length == 0)
		text_bytes(diff->error, error.data, error.length);
	return 0;
}

static int flush(struct diff *diff)
{
	return dump_write(diff->pair->job->out, &diff->text, diff->error);
}

static int put(void *context, const struct trait *trait)
{
	struct diff *diff = context;

	difference_put(&diff->text, &diff->difference, trait);
	return diff->text.length >= DIFF_PIECE ? flush(diff) : 0;
}

static int fail(struct diff *diff)
{
	text_put(diff->error, strerror(ENOMEM));
	return -1;
}

/* 0 or -1. */
static int tell(struct diff *diff)
{
	const struct comparison *comparison = diff->comparison;

	diff->difference = (struct difference){
		.view = &diff->pair->job->view,
		.comparison = comparison,
		.names = { diff->pair->job->file, diff->pair->other },
		.counts = diff->pair->counts,
		.json = diff->pair->job->json
	};
	if (comparison_settle(diff->comparison) < 0)
		return fail(diff);
	difference_put_traces(&diff->text, &diff->difference);
	if (traits_each_difference(&diff->comparison->traits,
				   diff->pair->counts, put, diff) < 0)
		return -1;
	if (!diff->difference.any && !(comparison_is_whole(comparison, 0) &&
				       comparison_is_whole(comparison, 1)))
		difference_put_none(&diff->text, &diff->difference);
	return flush(diff);
}

/* What is known to differ does, whatever else is not known. */
static enum diff_result judge(const struct diff *diff)
{
	const struct comparison *comparison = diff->comparison;

	if (comparison->traces[0].is_damaged ||
	    comparison->traces[1].is_damaged)
		return DIFF_TROUBLE;
	if (diff->difference.any)
		return DIFF_DIFFERS;
	return comparison_is_whole(comparison, 0) &&
		       comparison_is_whole(comparison, 1)
		   ? DIFF_SAME
		   : DIFF_TROUBLE;
}

enum diff_result diff_run(const struct diff_pair *pair, struct text *error)
{
	struct diff diff = { .pair = pair, .error = error };
	enum diff_result result = DIFF_TROUBLE;

	if (comparison_open(&diff.comparison) < 0)
		fail(&diff);
	else if (take(&diff, 0, pair->job->file) == 0 &&
		 take(&diff, 1, pair->other) == 0 && tell(&diff) == 0)
		result = judge(&diff);
	comparison_close(diff.comparison);
	text_done(&diff.text);
	return result;
}
