/*
 * Calls and events as lines. Neither selects nor writes.
 */
#include "show/joined.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "decode/data.h"
#include "decode/name.h"
#include "foreign/system.h"
#include "join/call.h"
#include "join/state.h"
#include "show/arguments.h"
#include "show/column.h"
#include "show/line.h"
#include "show/line_stack.h"
#include "show/stacks.h"
#include "show/view.h"
#include "trace/fields.h"

#define SECOND_NS UINT64_C(1000000000)

struct joined {
	struct text *text;
	const struct view *view;
	const struct state *state;
	const struct call *call;
	struct arguments arguments;
};

/* ---- marks for a terminal ---- */

enum mark { MARK_NOTHING, MARK_CALL, MARK_ERROR, MARK_SIGNAL, MARK_EVENT };

static void mark(struct text *text, const struct view *view, enum mark which)
{
	static const char *const marks[] = {
		[MARK_NOTHING] = "\033[m", [MARK_CALL] = "\033[1m",
		[MARK_ERROR] = "\033[31m", [MARK_SIGNAL] = "\033[33m",
		[MARK_EVENT] = "\033[36m",
	};

	if (view->colour)
		text_put(text, marks[which]);
}

/* ---- results ---- */

static void put_error(struct joined *joined, int error)
{
	enum record_system system = joined->call->exit.system;
	const char *name = system_errno_name(system, error);

	mark(joined->text, joined->view, MARK_ERROR);
	text_put(joined->text, "-1 ");
	if (name)
		text_put(joined->text, name);
	else
		text_decimal(joined->text, error);
	text_put(joined->text, " (");
	name_errno(joined->text, system, error);
	text_char(joined->text, ')');
	mark(joined->text, joined->view, MARK_NOTHING);
}

static void put_number(struct joined *joined, int64_t value)
{
	if (joined->call->row && joined->call->row->result == RESULT_ADDRESS)
		text_hex(joined->text, (uint64_t)value);
	else
		text_decimal(joined->text, value);
}

static void put_result(struct joined *joined)
{
	const struct record *exit = &joined->call->exit;

	text_put(joined->text, " = ");
	switch (exit->sysret.error) {
	case 0:
		put_number(joined, exit->sysret.retval);
		if (exit->sysret.second) {
			text_put(joined->text, ", ");
			put_number(joined, exit->sysret.second);
		}
		arguments_put_name(joined->text, joined->view,
				   joined->call->result_name);
		break;
	case KTR_ERESTART:
		text_put(joined->text, "? (to be restarted)");
		break;
	case KTR_EJUSTRETURN:
		text_put(joined->text, "? (registers replaced)");
		break;
	default:
		put_error(joined, exit->sysret.error);
	}
}

/* "<0.000013>" */
static void put_duration(struct joined *joined)
{
	uint64_t took = call_duration_ns(joined->call);

	text_format(joined->text, " <%" PRIu64 ".%06" PRIu64 ">",
		    took / SECOND_NS, took % SECOND_NS / 1000);
}

static void put_no_result(struct joined *joined)
{
	const struct sysdesc_row *row = joined->call->row;

	text_put(joined->text, " = ?");
	if (!row ||
	    (row->effect != EFFECT_EXIT && row->effect != EFFECT_EXIT_GROUP))
		text_put(joined->text, " <unfinished>");
}

/* What was captured and has no place among the arguments. */
static void put_rest(struct joined *joined)
{
	struct record record;

	for (unsigned i = 0; i < joined->call->part_count; i++) {
		if (joined->arguments.is_used[i] ||
		    !call_part(joined->call, i, &record) ||
		    stacks_is_one(&record))
			continue;
		text_put(joined->text, "; ");
		line_put_body(joined->text, joined->view, joined->state,
			      &record);
	}
	if (joined->call->is_cut)
		text_put(joined->text, "; more was captured");
}

/* Below the line. */
static void put_stacks(struct joined *joined)
{
	struct record record;

	for (unsigned i = 0; i < joined->call->part_count; i++)
		if (call_part(joined->call, i, &record) &&
		    stacks_is_one(&record))
			line_stack_frames(joined->text, joined->state->stacks,
					  &record, &joined->view->style);
}

/* ---- lines ---- */

void joined_put_call(struct text *text, const struct view *view,
		     const struct state *state, struct call *call)
{
	struct joined joined = {
		.text = text,
		.view = view,
		.state = state,
		.call = call,
		.arguments = { text, view, call, { false } },
	};

	column_put_origin(text, view, &call->entry);
	column_put_times(text, view, state, call->entry.time_ns);
	mark(text, view, MARK_CALL);
	name_syscall(text, call->abi, call->number, view->numbers);
	mark(text, view, MARK_NOTHING);
	if (call->is_marked)
		text_put(text, " resumed");
	arguments_put(&joined.arguments);
	if (call->has_returned) {
		put_result(&joined);
		put_duration(&joined);
	} else {
		put_no_result(&joined);
	}
	call->is_marked = !call->has_returned;
	put_rest(&joined);
	text_char(text, '\n');
	put_stacks(&joined);
}

/* ---- events ---- */

struct event {
	struct text *text;
	const struct view *view;
	const struct state *state;
	const struct record *record;
};

static void put_text_field(const struct event *event, const char *before,
			   const char *name)
{
	const struct record *record = event->record;
	struct field field;

	if (!fields_find(record->structure.data, record->structure.length, name,
			 &field))
		return;
	text_put(event->text, before);
	data_escape(event->text, field.data, field.length, &event->view->style);
}

static void put_process(const struct event *event)
{
	mark(event->text, event->view, MARK_EVENT);
	text_put(event->text, "+++ runs");
	put_text_field(event, " ", "exe");
	put_text_field(event, " in ", "cwd");
	put_text_field(event, ", child of ", "ppid");
	text_put(event->text, " +++");
	mark(event->text, event->view, MARK_NOTHING);
}

static bool find_number(const struct record *record, const char *name,
			int64_t *ret)
{
	return fields_find_number(record->structure.data,
				  record->structure.length, name, ret);
}

static void put_exit_status(const struct event *event)
{
	int64_t number = 0, core = 0;

	mark(event->text, event->view, MARK_EVENT);
	if (find_number(event->record, "signal", &number)) {
		text_put(event->text, "+++ killed by ");
		name_signal(event->text, event->record->system, (int)number);
	} else if (find_number(event->record, "status", &number)) {
		text_put(event->text, "+++ exited with ");
		text_decimal(event->text, number);
	} else {
		text_put(event->text, "+++ ended");
	}
	find_number(event->record, "core", &core);
	text_put(event->text, core ? " (core dumped) +++" : " +++");
	mark(event->text, event->view, MARK_NOTHING);
}

static void put_signal(const struct event *event)
{
	mark(event->text, event->view, MARK_SIGNAL);
	text_put(event->text, "--- ");
	line_put_body(event->text, event->view, event->state, event->record);
	text_put(event->text, " ---");
	mark(event->text, event->view, MARK_NOTHING);
}

/* The return of a call whose entry was not recorded: of a newborn. */
static void put_resumed(const struct event *event)
{
	const struct record *record = event->record;

	enum sysdesc_abi abi = state_abi(event->state, record);
	int64_t number = state_number(event->state, record,
				      record->sysret.code);
	const struct call call = { .exit = *record,
				   .row = system_call(abi, number) };
	struct joined joined = { .text = event->text,
				 .view = event->view,
				 .call = &call };

	name_syscall(event->text, abi, number, event->view->numbers);
	text_put(event->text, " resumed");
	put_result(&joined);
}

/* How a record is shown; NULL: as everywhere else. */
static void (*shown_by(const struct record *record))(const struct event *)
{
	switch (record->kind) {
	case KTR_PSIG:
		return put_signal;
	case KTR_SYSRET:
		return put_resumed;
	case KTR_STRUCT:
		if (record_is_struct(record, KTR_STRUCT_PROCESS))
			return put_process;
		if (record_is_struct(record, KTR_STRUCT_EXIT_STATUS))
			return put_exit_status;
		return NULL;
	default:
		return NULL;
	}
}

void joined_put_event(struct text *text, const struct view *view,
		      const struct state *state, const struct record *record)
{
	const struct event event = { text, view, state, record };
	void (*put)(const struct event *) = shown_by(record);

	if (!line_has(record))
		return;
	if (!put) {
		line_put(text, view, state, record);
		return;
	}
	column_put_origin(text, view, record);
	column_put_times(text, view, state, record->time_ns);
	put(&event);
	text_char(text, '\n');
}
