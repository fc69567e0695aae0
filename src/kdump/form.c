/*
 * Selects records, and hands them to what shows them. Neither reads nor writes.
 */
#include "kdump/form.h"

#include <errno.h>

#include "kdump/joined.h"
#include "kdump/json.h"
#include "kdump/line.h"
#include "kdump/options.h"
#include "kdump/select.h"
#include "kdump/stacks.h"
#include "kdump/stats.h"
#include "kdump/summary.h"
#include "kdump/tree.h"
#include "trace/record.h"

int form_open(struct form *form, const struct options *options)
{
	*form = (struct form){
		.options = options,
		.state = STATE_INIT,
		.calls = CALLS_INIT,
	};
	if ((options->stats && stats_open(&form->stats) < 0) ||
	    (options->summary && summary_open(&form->summary) < 0) ||
	    (options->tree && tree_open(&form->tree) < 0))
		return -ENOMEM;
	return stacks_open(&form->state.stacks, options->debug_directories);
}

void form_close(struct form *form)
{
	stats_close(form->stats);
	summary_close(form->summary);
	tree_close(form->tree);
	calls_done(&form->calls);
	stacks_close(form->state.stacks);
	state_done(&form->state);
	text_done(&form->out);
}

static void show_drop(struct form *form, const struct record *record)
{
	if (!record->after_drop || form->drop_said)
		return;
	form->drop_said = true;
	if (form->options->json)
		json_put_drop(&form->out, record);
	else
		line_put_drop(&form->out, form->options, record);
}

/* ---- a line or an object for each record ---- */

static void show_record(struct form *form, const struct record *record)
{
	if (form->options->json)
		json_put(&form->out, form->options, &form->state, record);
	else if (line_has(record))
		line_put(&form->out, form->options, &form->state, record);
	else
		return;
	state_shown(&form->state, record);
	form->drop_said = false;
}

/* ---- a line for each call ---- */

static void show_call(struct form *form, struct call *call)
{
	/* It is marked already. */
	if (call->is_marked && !call->has_returned)
		return;
	joined_put_call(&form->out, form->options, &form->state, call);
	state_shown(&form->state, &call->entry);
	form->drop_said = false;
}

static void show_event(struct form *form, const struct record *record)
{
	joined_put_event(&form->out, form->options, &form->state, record);
	state_shown(&form->state, record);
	form->drop_said = false;
}

/* ---- calls, shown or summed up ---- */

static void take_call(void *context, struct call *call)
{
	struct form *form = context;
	int r = 0;

	if (form->stats)
		r = stats_add(form->stats, call);
	else
		show_call(form, call);
	/* As when a text cannot grow: whoever writes it sees it. */
	form->out.failed |= r < 0;
}

/* Nothing of the process returns any more. */
static bool is_end(const struct record *record)
{
	return record->kind == KTR_PROCDTOR ||
	       record_is_struct(record, KTR_STRUCT_EXIT_STATUS);
}

static int join(struct form *form, const struct record *record)
{
	struct call *call = NULL;
	int fate = calls_take(&form->calls, &form->state, record, &call);

	if (fate < 0)
		return fate;
	if (fate == CALL_DONE)
		take_call(form, call);
	if (is_end(record))
		calls_pending(&form->calls, record->pid, true, take_call, form);
	if (fate == CALL_ALONE && !form->stats)
		show_event(form, record);
	return 0;
}

/* ---- */

static bool joins(const struct form *form)
{
	return form->options->joined || form->stats;
}

static int take_selected(struct form *form, const struct record *record)
{
	if (form->summary)
		return summary_add(form->summary, record);
	if (form->tree)
		return tree_add(form->tree, record);
	if (!select_origin(form->options, record))
		return 0;
	show_drop(form, record);
	if (!select_kind(form->options, record))
		return 0;
	if (joins(form))
		return join(form, record);
	show_record(form, record);
	return 0;
}

int form_take(struct form *form, const struct record *record)
{
	bool is_last = record->kind == KTR_PROCDTOR;
	int r = 0;

	/* The end of a process is shown while it is still known. */
	if (is_last)
		r = take_selected(form, record);
	if (!r)
		r = state_learn(&form->state, record);
	if (!r)
		r = stacks_learn(form->state.stacks, record);
	if (!r && !is_last)
		r = take_selected(form, record);
	return r;
}

bool form_waits(const struct form *form)
{
	return form->options->joined && form->calls.threads;
}

void form_idle(struct form *form)
{
	calls_pending(&form->calls, 0, false, take_call, form);
}

void form_end(struct form *form)
{
	if (joins(form))
		calls_pending(&form->calls, 0, true, take_call, form);
	if (form->stats)
		stats_put(&form->out, form->options, form->stats);
	if (form->summary)
		summary_put(&form->out, form->options, form->summary);
	if (form->tree)
		tree_put(&form->out, form->options, form->tree);
}
