/*
 * Records and calls as events of a viewer. Slices of a thread must not overlap
 * in part, so that a process's life and time without a CPU go on tracks of
 * their own ("b" and "e").
 */
#include "report/chrome.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/text.h"
#include "decode/name.h"
#include "foreign/system.h"
#include "join/call.h"
#include "report/chrome_event.h"
#include "report/chrome_life.h"
#include "show/arguments.h"
#include "show/json_value.h"

/* A thread without a CPU, since when. */
struct absence {
	int64_t tid;
	uint64_t since_ns;
	UT_hash_handle hh;
};

struct chrome {
	struct chrome_events events;
	struct chrome_life *lives; /* a table */
	struct absence *absences;  /* another */
};

static int open_chrome(void **ret, const struct report_context *context)
{
	struct chrome *chrome = calloc(1, sizeof(*chrome));

	if (!chrome)
		return -ENOMEM;
	chrome->events.view = *context->view;
	chrome->events.view.style.utf8 = false;
	chrome->events.view.colour = false;
	chrome->events.out = context->out;
	*ret = chrome;
	return 0;
}

static void close_chrome(void *report)
{
	struct chrome *chrome = report;
	struct absence *absence, *later;

	if (!chrome)
		return;
	chrome_life_done(&chrome->lives);
	absence = chrome->absences;
	HASH_CLEAR(hh, chrome->absences);
	for (; absence; absence = later) {
		later = absence->hh.next;
		free(absence);
	}
	free(chrome);
}

/* ---- other records ---- */

static int add_signal(struct chrome *chrome, const struct record *record)
{
	struct text name = TEXT_INIT;

	name_signal(&name, record->system, record->psig.signo);
	chrome_event_moment(&chrome->events, text_string(&name), "signal",
			    record);
	chrome_event_end(&chrome->events);
	text_done(&name);
	return 0;
}

static int add_mark(struct chrome *chrome, const struct record *record)
{
	chrome_event_moment(&chrome->events, "mark", "user", record);
	json_value_open(chrome->events.out, "args");
	text_char(chrome->events.out, '{');
	chrome_event_text(&chrome->events, "text", record->raw.data,
			  record->raw.length);
	text_char(chrome->events.out, '}');
	chrome_event_end(&chrome->events);
	return 0;
}

static struct absence *find_absence(const struct chrome *chrome, int64_t tid)
{
	struct absence *absence;

	HASH_FIND(hh, chrome->absences, &tid, sizeof(tid), absence);
	return absence;
}

static void forget_absence(struct chrome *chrome, int64_t tid)
{
	struct absence *absence = find_absence(chrome, tid);

	if (!absence)
		return;
	HASH_DEL(chrome->absences, absence);
	free(absence);
}

/* The first one is the oldest. */
static int begin_absence(struct chrome *chrome, const struct record *record)
{
	struct absence *absence;

	if (HASH_COUNT(chrome->absences) >= CHROME_PROCESSES_MAX)
		forget_absence(chrome, chrome->absences->tid);
	absence = calloc(1, sizeof(*absence));
	if (!absence)
		return -ENOMEM;
	absence->tid = record->tid;
	absence->since_ns = record->time_ns;
	HASH_ADD(hh, chrome->absences, tid, sizeof(absence->tid), absence);
	if (absence->hh.tbl)
		return 0;
	free(absence);
	return -ENOMEM;
}

static void put_absence(struct chrome *chrome, const char *phase,
			const struct record *record)
{
	chrome_event_begin(&chrome->events, phase, "off CPU", record);
	chrome_event_category(&chrome->events, "switch");
	chrome_event_id(&chrome->events, record->tid);
	chrome_event_end(&chrome->events);
}

/* A time off its CPU is shown when it is over: one that nobody saw begin, or
 * end, is none. */
static int add_switch(struct chrome *chrome, const struct record *record)
{
	const struct absence *absence = find_absence(chrome, record->tid);
	struct record begun = *record;

	if (!record->csw.out && absence) {
		begun.time_ns = absence->since_ns;
		put_absence(chrome, "b", &begun);
		put_absence(chrome, "e", record);
	}
	forget_absence(chrome, record->tid);
	return record->csw.out ? begin_absence(chrome, record) : 0;
}

static int add(void *report, const struct record *record)
{
	struct chrome *chrome = report;

	switch (record->kind) {
	case KTR_PSIG:
		return add_signal(chrome, record);
	case KTR_USER:
		return add_mark(chrome, record);
	case KTR_CSW:
		return add_switch(chrome, record);
	case KTR_PROCDTOR:
		chrome_life_end(&chrome->lives, &chrome->events, record);
		return 0;
	default:
		return record_is_struct(record, KTR_STRUCT_PROCESS)
			   ? chrome_life_begin(&chrome->lives, &chrome->events,
					       record)
			   : 0;
	}
}

/* ---- calls ---- */

static bool makes_child(const struct call *call)
{
	return call->row && call->has_returned && !call->exit.sysret.error &&
	       call->exit.sysret.retval > 0 &&
	       (call->row->effect == EFFECT_SPAWN ||
		call->row->effect == EFFECT_SPAWN3);
}

static void put_result(struct text *text, const struct call *call)
{
	int32_t error = call->exit.sysret.error;
	const char *name = system_errno_name(call->exit.system, error);

	if (!call->has_returned || error < 0)
		return;
	if (error == 0)
		json_value_integer(text, "result", call->exit.sysret.retval);
	else if (name)
		json_value_string(text, "error", name);
	else
		json_value_integer(text, "error", error);
}

static void put_details(struct chrome *chrome, const struct call *call)
{
	struct text given = TEXT_INIT;
	struct arguments arguments = {
		&given, &chrome->events.view, call, { false }
	};

	arguments_put(&arguments);
	json_value_open(chrome->events.out, "args");
	text_char(chrome->events.out, '{');
	json_value_string(chrome->events.out, "args", text_string(&given));
	put_result(chrome->events.out, call);
	text_char(chrome->events.out, '}');
	text_done(&given);
}

/* "file", "network": the first of its classes. */
static const char *category_of(const struct call *call)
{
	uint32_t classes = call->row ? call->row->classes : 0;

	return classes ? sysdesc_class_name((unsigned)__builtin_ctz(classes))
		       : "call";
}

static int add_call(void *report, const struct call *call)
{
	struct chrome *chrome = report;
	struct text name = TEXT_INIT;

	name_syscall(&name, call->abi, call->number, false);
	chrome_event_begin(&chrome->events, call->has_returned ? "X" : "i",
			   text_string(&name), &call->entry);
	chrome_event_category(&chrome->events, category_of(call));
	if (call->has_returned)
		chrome_event_micros(&chrome->events, "dur",
				    call_duration_ns(call));
	put_details(chrome, call);
	chrome_event_end(&chrome->events);
	if (makes_child(call)) {
		chrome_event_begin(&chrome->events, "s", "fork", &call->entry);
		chrome_event_category(&chrome->events, "fork");
		chrome_event_id(&chrome->events, call->exit.sysret.retval);
		chrome_event_end(&chrome->events);
	}
	text_done(&name);
	return 0;
}

static void put_chrome(void *report, struct text *text)
{
	struct chrome *chrome = report;

	text_put(text, chrome->events.has_first ? "\n]\n" : "[]\n");
}

const struct report_kind chrome_report = {
	.is_document = true,
	.wants_names = true,
	.add_call = add_call,
	.add = add,
	.open = open_chrome,
	.close = close_chrome,
	.put = put_chrome,
};
