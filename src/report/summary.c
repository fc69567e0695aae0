/*
 * Counts records, and shows what they say of the trace itself. Judges nothing.
 */
#include "report/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"
#include "join/whole.h"
#include "show/json_value.h"
#include "show/view.h"
#include "trace/record.h"

struct summary {
	const struct view *view;
	bool json;
	struct whole whole;
	uint64_t records, calls, processes;
	uint64_t first_ns, last_ns;
};

static int open_summary(void **ret, const struct report_context *context)
{
	struct summary *summary = calloc(1, sizeof(*summary));

	if (!summary)
		return -ENOMEM;
	summary->view = context->view;
	summary->json = context->json;
	*ret = summary;
	return 0;
}

static void close_summary(void *report)
{
	struct summary *summary = report;

	if (!summary)
		return;
	whole_done(&summary->whole);
	free(summary);
}

/* ---- taking ---- */

static int add(void *report, const struct record *record)
{
	struct summary *summary = report;

	if (!summary->records++)
		summary->first_ns = record->time_ns;
	summary->first_ns = MIN(summary->first_ns, record->time_ns);
	summary->last_ns = MAX(summary->last_ns, record->time_ns);
	summary->calls += record->kind == KTR_SYSCALL;
	summary->processes += record->kind == KTR_PROCDTOR;
	return whole_learn(&summary->whole, record);
}

/* ---- telling ---- */

static void put_gap(struct text *text, const struct view *view,
		    const struct gap *gap)
{
	text_format(text, "%8" PRIu64 "  ", gap->count);
	data_escape(text, gap->what.data, gap->what.length, &view->style);
	text_format(text, " (first %d ", gap->pid);
	data_escape(text, gap->comm, strlen(gap->comm), &view->style);
	text_put(text, ")\n");
}

static void put_gaps(struct text *text, const struct view *view,
		     const struct gaps *gaps)
{
	for (unsigned i = 0; i < gaps->count; i++)
		put_gap(text, view, &gaps->items[i]);
}

static void put_whole(struct text *text, const struct whole *whole)
{
	bool is_whole = whole_is(whole);

	text_format(text, "whole      %s%s\n", is_whole ? "yes" : "no: ",
		    is_whole ? "" : whole_why_not(whole) ?: "see above");
}

static void put_lines(struct text *text, const struct view *view,
		      const struct summary *summary)
{
	text_put(text, "command    ");
	data_quote_list(text, summary->whole.command.data,
			summary->whole.command.length, &view->style);
	text_format(text, "\nseconds    %.6f\n",
		    (double)(summary->last_ns - summary->first_ns) / 1e9);
	text_format(text, "ended      %" PRIu64 " processes\n",
		    summary->processes);
	text_format(text, "records    %" PRIu64 ", %" PRIu64 " system calls\n",
		    summary->records, summary->calls);
	if (summary->whole.unseen.count || summary->whole.lost.count)
		text_put(text, "not seen\n");
	put_gaps(text, view, &summary->whole.unseen);
	put_gaps(text, view, &summary->whole.lost);
	put_whole(text, &summary->whole);
}

static void put_gap_object(struct text *text, const struct gap *gap)
{
	json_value_next(text);
	text_char(text, '{');
	json_value_open(text, "what");
	json_value_put_bytes(text, gap->what.data, gap->what.length);
	text_json_unsigned(text, "count", gap->count);
	json_value_integer(text, "pid", gap->pid);
	json_value_open(text, "comm");
	json_value_put_bytes(text, gap->comm, strlen(gap->comm));
	text_char(text, '}');
}

static void put_gap_objects(struct text *text, const struct gaps *gaps)
{
	for (unsigned i = 0; i < gaps->count; i++)
		put_gap_object(text, &gaps->items[i]);
}

static void put_object(struct text *text, const struct summary *summary)
{
	text_put(text, "{\"v\":1,\"ev\":\"summary\"");
	json_value_strings(text, "command", summary->whole.command.data,
			   summary->whole.command.length);
	json_value_time(text, "first", summary->first_ns);
	json_value_time(text, "last", summary->last_ns);
	text_json_unsigned(text, "ended", summary->processes);
	text_json_unsigned(text, "records", summary->records);
	text_json_unsigned(text, "calls", summary->calls);
	json_value_open(text, "not_seen");
	text_char(text, '[');
	put_gap_objects(text, &summary->whole.unseen);
	put_gap_objects(text, &summary->whole.lost);
	text_char(text, ']');
	text_json_bool(text, "whole", whole_is(&summary->whole));
	text_put(text, "}\n");
}

static void put_summary(void *report, struct text *text)
{
	const struct summary *summary = report;

	if (summary->json)
		put_object(text, summary);
	else
		put_lines(text, summary->view, summary);
}

const struct report_kind summary_report = {
	.is_of_all = true,
	.add = add,
	.open = open_summary,
	.close = close_summary,
	.put = put_summary,
};
