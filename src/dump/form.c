/*
 * Selects records, and hands them to what shows them. Neither reads nor writes.
 */
#include "dump/form.h"

#include <errno.h>

#include "dump/job.h"
#include "dump/report.h"
#include "dump/select.h"
#include "query/query.h"
#include "show/joined.h"
#include "show/json.h"
#include "show/line.h"
#include "show/stacks.h"
#include "trace/record.h"

/* What was asked for has been looked at already: see job_take_where(). */
static int open_query(struct form *form)
{
	struct text error = TEXT_INIT;
	int r = 0;

	if (form->job->where)
		r = query_parse(&form->query, form->job->where, &error);
	text_done(&error);
	return r;
}

static int open_report(struct form *form)
{
	const struct report_context context = {
		.view = &form->job->view,
		.json = form->job->json,
		.subject = form->job->subject,
		.stacks = form->state.stacks,
		.state = &form->state,
		.out = &form->out,
		.error = &form->error,
	};

	if (!form->job->report)
		return 0;
	return form->job->report->open(&form->report, &context);
}

int form_open(struct form *form, const struct job *job)
{
	int r;

	*form = (struct form){
		.job = job,
		.state = STATE_INIT,
		.calls = CALLS_INIT,
	};
	/* Where records are left out, it is not known what calls did. */
	if (!job->has_facilities &&
	    (job->report ? job->report->wants_names
			 : job->joined && !job->view.plain))
		form->calls.descriptors = &form->descriptors;
	r = stacks_open(&form->state.stacks, job->debug_directories);
	if (!r)
		r = open_query(form);
	form->calls.skips_parts = job->report && job->report->needs_no_parts &&
				  !(form->query &&
				    query_needs_parts(form->query));
	return r ?: open_report(form);
}

void form_close(struct form *form)
{
	if (form->job->report)
		form->job->report->close(form->report);
	calls_done(&form->calls);
	descriptors_done(&form->descriptors);
	query_free(form->query);
	stacks_close(form->state.stacks);
	state_done(&form->state);
	text_done(&form->out);
	text_done(&form->error);
}

static void show_drop(struct form *form, const struct record *record)
{
	if (!record->after_drop || form->drop_said)
		return;
	form->drop_said = true;
	if (form->job->json)
		json_put_drop(&form->out, record);
	else
		line_put_drop(&form->out, &form->job->view, record);
}

/* ---- a line or an object for each record ---- */

static void show_record(struct form *form, const struct record *record)
{
	if (form->job->json)
		json_put(&form->out, &form->job->view, &form->state, record);
	else if (line_has(record))
		line_put(&form->out, &form->job->view, &form->state, record);
	else
		return;
	state_shown(&form->state, record);
	form->drop_said = false;
}

/* What was put together as a call, record by record again. */
static void show_records(struct form *form, const struct call *call)
{
	const struct state_call shown = { call->abi, call->number };
	struct record record = call->entry;

	record.syscall.args = (const uint8_t *)call->args;
	record.syscall.narg = call->arg_count;
	form->state.shown = &shown;
	show_record(form, &record);
	for (unsigned i = 0; i < call->part_count; i++)
		if (call_part(call, i, &record))
			show_record(form, &record);
	if (call->is_cut && form->job->json)
		json_put_cut(&form->out, &call->entry);
	else if (call->is_cut)
		line_put_cut(&form->out, &form->job->view, &call->entry);
	if (call->has_returned)
		show_record(form, &call->exit);
	form->state.shown = NULL;
}

/* ---- a line for each call ---- */

static void show_joined(struct form *form, struct call *call)
{
	/* It is marked already. */
	if (call->is_marked && !call->has_returned)
		return;
	joined_put_call(&form->out, &form->job->view, &form->state, call);
	state_shown(&form->state, &call->entry);
	form->drop_said = false;
}

static void show_joined_event(struct form *form, const struct record *record)
{
	joined_put_event(&form->out, &form->job->view, &form->state, record);
	state_shown(&form->state, record);
	form->drop_said = false;
}

/* ---- calls, shown or summed up ---- */

static bool is_wanted(const struct form *form, const struct record *record,
		      const struct call *call)
{
	const struct query_subject subject = { record, call, &form->state };

	return select_origin(form->job, record) &&
	       (!form->query || query_matches(form->query, &subject));
}

static int add_to_report(struct form *form, const struct record *record)
{
	const struct report_kind *kind = form->job->report;

	return kind->add ? kind->add(form->report, record) : 0;
}

static int learn_call(struct form *form, const struct call *call)
{
	const struct report_kind *kind = form->job->report;

	return form->report && kind->learn_call
		   ? kind->learn_call(form->report, call)
		   : 0;
}

static void report_call(struct form *form, const struct call *call)
{
	const struct state_call shown = { call->abi, call->number };
	int r;

	form->state.shown = &shown;
	r = form->job->report->add_call(form->report, call);
	form->state.shown = NULL;
	form->failure = r < 0 ? r : 0;
}

/* After a failure nothing more is taken: see join(). */
static void take_call(void *context, struct call *call)
{
	struct form *form = context;

	if (!form->failure)
		form->failure = learn_call(form, call);
	if (form->failure || !is_wanted(form, &call->entry, call))
		return;
	if (form->report)
		report_call(form, call);
	else if (form->job->joined)
		show_joined(form, call);
	else
		show_records(form, call);
}

static int take_event(struct form *form, const struct record *record)
{
	if (!is_wanted(form, record, NULL))
		return 0;
	if (form->report)
		return add_to_report(form, record);
	if (form->job->joined)
		show_joined_event(form, record);
	else
		show_record(form, record);
	return 0;
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
	if (form->failure)
		return form->failure;
	return fate == CALL_ALONE ? take_event(form, record) : 0;
}

/* ---- */

static bool joins(const struct form *form)
{
	const struct report_kind *report = form->job->report;

	if (report)
		return report->add_call != NULL;
	return form->job->joined ||
	       (form->query && query_needs_calls(form->query));
}

/* ---- leaving out ---- */

struct waiting {
	const struct form *form;
	bool is_wanted; /* one of those that have not returned may be */
};

/* What it was given is known, but not yet what it gave. */
static void look_at_pending(void *context, struct call *call)
{
	struct waiting *waiting = context;
	const struct record *entry = &call->entry;
	const struct query_span span = { entry->time_ns, entry->time_ns,
					 entry->number, entry->number };

	waiting->is_wanted |= query_may_match(waiting->form->query, &span);
}

/* A return in another frame belongs to something that is shown. */
static bool waits_for_return(struct form *form)
{
	struct waiting waiting = { .form = form };

	calls_pending(&form->calls, 0, false, look_at_pending, &waiting);
	return waiting.is_wanted;
}

/* Names of descriptors are made of all that came before; and whether a return
 * stands alone depends on it. */
static bool needs_what_was(const struct form *form)
{
	const struct report_kind *report = form->job->report;

	return !report || report->add || form->calls.descriptors;
}

/* There are sums of all, whatever is asked for. */
static bool looks_at_all(const struct report_kind *report)
{
	return report &&
	       (report->is_of_all || report->learn || report->learn_call);
}

bool form_may_skip(struct form *form, const struct ktr_frame *frame,
		   uint64_t before, bool is_behind)
{
	const struct query_span span = {
		.earliest_ns = frame->earliest_ns,
		.latest_ns = frame->latest_ns,
		.first = before + 1,
		.last = before + frame->records,
	};

	if (!form->query || (frame->flags & KTR_FRAME_STATE) ||
	    query_may_match(form->query, &span))
		return false;
	if (!form->report && !joins(form))
		return true;
	return !looks_at_all(form->job->report) &&
	       (is_behind || !needs_what_was(form)) && !waits_for_return(form);
}

/* ---- */

static int take_selected(struct form *form, const struct record *record)
{
	if (form->report && form->job->report->is_of_all)
		return add_to_report(form, record);
	/* What all did must be known to know what descriptors lead to. */
	if (!form->calls.descriptors && !select_origin(form->job, record))
		return 0;
	if (select_origin(form->job, record) &&
	    !(form->report && form->job->report->is_document))
		show_drop(form, record);
	if (!select_kind(form->job, record))
		return 0;
	return joins(form) ? join(form, record) : take_event(form, record);
}

static int learn(struct form *form, const struct record *record)
{
	int r = state_learn(&form->state, record);

	if (!r && form->calls.descriptors)
		r = descriptors_learn(&form->descriptors, record);
	if (!r && form->report && form->job->report->learn)
		r = form->job->report->learn(form->report, record);
	return r ?: stacks_learn(form->state.stacks, record);
}

/* The end of a process is shown while it is still known. */
static int take_end(struct form *form, const struct record *record)
{
	int r = take_selected(form, record) ?: learn(form, record);

	if (form->query)
		query_forget(form->query, record);
	return r;
}

int form_take(struct form *form, const struct record *record)
{
	int r = form->query ? query_learn(form->query, record) : 0;

	if (r)
		return r;
	if (record->kind == KTR_PROCDTOR)
		return take_end(form, record);
	return learn(form, record) ?: take_selected(form, record);
}

bool form_waits(const struct form *form)
{
	return form->job->joined && !form->report && form->calls.threads;
}

void form_idle(struct form *form)
{
	/* What is selected is known when a call has returned. */
	if (form->query)
		return;
	calls_pending(&form->calls, 0, false, take_call, form);
}

int form_end(struct form *form)
{
	const struct report_kind *report = form->job->report;

	if (joins(form))
		calls_pending(&form->calls, 0, true, take_call, form);
	if (form->failure)
		return form->failure;
	if (report && report->put)
		report->put(form->report, &form->out);
	return report && report->finish ? report->finish(form->report) : 0;
}
