/*
 * Records and calls as events of a viewer. Times are microseconds after the
 * first record. Slices of a thread must not overlap in part, so that a
 * process's life and time without a CPU go on tracks of their own ("b" and
 * "e").
 */
#include "report/chrome.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/text.h"
#include "decode/name.h"
#include "foreign/system.h"
#include "join/call.h"
#include "show/arguments.h"
#include "show/json_value.h"
#include "show/view.h"
#include "trace/fields.h"

/* A process whose life is shown: named by what it executes. */
struct life {
	int32_t pid;
	char *name; /* of the part that has begun */
	UT_hash_handle hh;
};

/* A thread without a CPU, since when. */
struct absence {
	int64_t tid;
	uint64_t since_ns;
	UT_hash_handle hh;
};

struct chrome {
	struct view view; /* that bytes beyond ASCII are escaped by */
	struct text *out;
	struct life *lives;       /* a table */
	struct absence *absences; /* another */
	uint64_t first_ns;
	bool has_first;
};

static int open_chrome(void **ret, const struct report_context *context)
{
	struct chrome *chrome = calloc(1, sizeof(*chrome));

	if (!chrome)
		return -ENOMEM;
	chrome->view = *context->view;
	chrome->view.style.utf8 = false;
	chrome->view.colour = false;
	chrome->out = context->out;
	*ret = chrome;
	return 0;
}

static void free_life(struct life *life)
{
	free(life->name);
	free(life);
}

static void close_chrome(void *report)
{
	struct chrome *chrome = report;
	struct absence *absence, *later;
	struct life *life, *next;

	if (!chrome)
		return;
	life = chrome->lives;
	HASH_CLEAR(hh, chrome->lives);
	for (; life; life = next) {
		next = life->hh.next;
		free_life(life);
	}
	absence = chrome->absences;
	HASH_CLEAR(hh, chrome->absences);
	for (; absence; absence = later) {
		later = absence->hh.next;
		free(absence);
	}
	free(chrome);
}

/* ---- events ---- */

static void put_micros(struct text *text, const char *name, uint64_t ns)
{
	json_value_open(text, name);
	text_format(text, "%" PRIu64 ".%03u", ns / 1000, (unsigned)(ns % 1000));
}

/* `{"ph":"X","name":"openat","pid":1,"tid":1,"ts":1.500`, open */
static void begin_event(struct chrome *chrome, const char *phase,
			const char *name, const struct record *record)
{
	struct text *text = chrome->out;
	uint64_t now = record->time_ns;

	if (!chrome->has_first) {
		chrome->first_ns = now;
		text_put(text, "[\n");
	} else {
		text_put(text, ",\n");
	}
	chrome->has_first = true;
	text_char(text, '{');
	json_value_string(text, "ph", phase);
	json_value_string(text, "name", name);
	json_value_integer(text, "pid", record->pid);
	json_value_integer(text, "tid", record->tid);
	/* What was recorded by another CPU may be a little older. */
	put_micros(text, "ts",
		   now > chrome->first_ns ? now - chrome->first_ns : 0);
}

static void end_event(struct chrome *chrome)
{
	text_char(chrome->out, '}');
}

static void put_category(struct chrome *chrome, const char *category)
{
	json_value_string(chrome->out, "cat", category);
}

/* Of those that belong together. */
static void put_id(struct chrome *chrome, int64_t id)
{
	json_value_open(chrome->out, "id");
	text_format(chrome->out, "\"%" PRId64 "\"", id);
}

/* A string that may hold anything. */
static void put_text(struct chrome *chrome, const char *name, const void *data,
		     size_t length)
{
	struct text escaped = TEXT_INIT;

	data_escape(&escaped, data, length, &chrome->view.style);
	json_value_string(chrome->out, name, text_string(&escaped));
	text_done(&escaped);
}

static void put_metadata(struct chrome *chrome, const char *what,
			 const struct record *record, const char *name)
{
	begin_event(chrome, "M", what, record);
	json_value_open(chrome->out, "args");
	text_char(chrome->out, '{');
	put_text(chrome, "name", name, strlen(name));
	text_char(chrome->out, '}');
	end_event(chrome);
}

/* Something at a moment; it goes on with what the caller adds. */
static void begin_moment(struct chrome *chrome, const char *name,
			 const char *category, const struct record *record)
{
	begin_event(chrome, "i", name, record);
	put_category(chrome, category);
	json_value_string(chrome->out, "s", "t");
}

/* ---- processes ---- */

static struct life *find_life(const struct chrome *chrome, int32_t pid)
{
	struct life *life;

	HASH_FIND(hh, chrome->lives, &pid, sizeof(pid), life);
	return life;
}

static void forget_life(struct chrome *chrome, int32_t pid)
{
	struct life *life = find_life(chrome, pid);

	if (!life)
		return;
	HASH_DEL(chrome->lives, life);
	free_life(life);
}

static void make_room(struct chrome *chrome)
{
	if (HASH_COUNT(chrome->lives) >= CHROME_PROCESSES_MAX)
		forget_life(chrome, chrome->lives->pid);
}

static struct life *add_life(struct chrome *chrome, int32_t pid)
{
	struct life *life;

	make_room(chrome);
	life = calloc(1, sizeof(*life));
	if (!life)
		return NULL;
	life->pid = pid;
	HASH_ADD(hh, chrome->lives, pid, sizeof(life->pid), life);
	if (life->hh.tbl)
		return life;
	free_life(life);
	return NULL;
}

static void put_life(struct chrome *chrome, const char *phase,
		     const struct life *life, const struct record *record)
{
	begin_event(chrome, phase, life->name, record);
	put_category(chrome, "process");
	put_id(chrome, life->pid);
	end_event(chrome);
}

/* What it executes, without the directories. */
static char *name_of(struct chrome *chrome, const struct record *record)
{
	struct text name = TEXT_INIT;
	struct field exe;
	const char *slash;

	if (fields_find(record->structure.data, record->structure.length, "exe",
			&exe) &&
	    exe.length <= PATH_MAX) {
		slash = memrchr(exe.data, '/', exe.length);
		if (slash)
			exe.length -= (size_t)(slash + 1 - exe.data);
		data_escape(&name, slash ? slash + 1 : exe.data, exe.length,
			    &chrome->view.style);
	} else {
		data_escape(&name, record->comm, strlen(record->comm),
			    &chrome->view.style);
	}
	if (name.failed || !text_string(&name)[0]) {
		text_done(&name);
		return strdup("?");
	}
	return name.data;
}

/* The head of the arrow from the call that made it, to the first call of its
 * own. */
static void put_birth(struct chrome *chrome, const struct record *record)
{
	int64_t parent;

	if (!fields_find_number(record->structure.data,
				record->structure.length, "ppid", &parent) ||
	    !find_life(chrome, (int32_t)parent))
		return;
	begin_event(chrome, "f", "fork", record);
	put_category(chrome, "fork");
	put_id(chrome, record->pid);
	end_event(chrome);
}

/* A birth, or another program. */
static int add_process(struct chrome *chrome, const struct record *record)
{
	struct life *life = find_life(chrome, record->pid);
	char *name = name_of(chrome, record);

	if (!name)
		return -ENOMEM;
	if (life)
		put_life(chrome, "e", life, record);
	else
		life = add_life(chrome, record->pid);
	if (!life) {
		free(name);
		return -ENOMEM;
	}
	if (!life->name)
		put_birth(chrome, record);
	free(life->name);
	life->name = name;
	put_metadata(chrome, "process_name", record, name);
	put_metadata(chrome, "thread_name", record, record->comm);
	put_life(chrome, "b", life, record);
	return 0;
}

static int add_end(struct chrome *chrome, const struct record *record)
{
	struct life *life = find_life(chrome, record->pid);

	if (!life)
		return 0;
	if (life->name)
		put_life(chrome, "e", life, record);
	forget_life(chrome, record->pid);
	return 0;
}

/* ---- other records ---- */

static int add_signal(struct chrome *chrome, const struct record *record)
{
	struct text name = TEXT_INIT;

	name_signal(&name, record->system, record->psig.signo);
	begin_moment(chrome, text_string(&name), "signal", record);
	end_event(chrome);
	text_done(&name);
	return 0;
}

static int add_mark(struct chrome *chrome, const struct record *record)
{
	begin_moment(chrome, "mark", "user", record);
	json_value_open(chrome->out, "args");
	text_char(chrome->out, '{');
	put_text(chrome, "text", record->raw.data, record->raw.length);
	text_char(chrome->out, '}');
	end_event(chrome);
	return 0;
}

static void forget_absence(struct chrome *chrome, struct absence *absence)
{
	HASH_DEL(chrome->absences, absence);
	free(absence);
}

/* The first one is the oldest. */
static int begin_absence(struct chrome *chrome, const struct record *record)
{
	struct absence *absence;

	if (HASH_COUNT(chrome->absences) >= CHROME_PROCESSES_MAX)
		forget_absence(chrome, chrome->absences);
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
	begin_event(chrome, phase, "off CPU", record);
	put_category(chrome, "switch");
	put_id(chrome, record->tid);
	end_event(chrome);
}

/* A time off its CPU is shown when it is over: one that nobody saw begin, or
 * end, is none. */
static int add_switch(struct chrome *chrome, const struct record *record)
{
	struct record begun = *record;
	struct absence *absence;

	HASH_FIND(hh, chrome->absences, &record->tid, sizeof(record->tid),
		  absence);
	if (!record->csw.out && absence) {
		begun.time_ns = absence->since_ns;
		put_absence(chrome, "b", &begun);
		put_absence(chrome, "e", record);
	}
	if (absence)
		forget_absence(chrome, absence);
	return record->csw.out ? begin_absence(chrome, record) : 0;
}

static int add(void *report, const struct record *record)
{
	switch (record->kind) {
	case KTR_PSIG:
		return add_signal(report, record);
	case KTR_USER:
		return add_mark(report, record);
	case KTR_CSW:
		return add_switch(report, record);
	case KTR_PROCDTOR:
		return add_end(report, record);
	default:
		return record_is_struct(record, KTR_STRUCT_PROCESS)
			   ? add_process(report, record)
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
	struct arguments arguments = { &given, &chrome->view, call, { false } };

	arguments_put(&arguments);
	json_value_open(chrome->out, "args");
	text_char(chrome->out, '{');
	json_value_string(chrome->out, "args", text_string(&given));
	put_result(chrome->out, call);
	text_char(chrome->out, '}');
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
	begin_event(chrome, call->has_returned ? "X" : "i", text_string(&name),
		    &call->entry);
	put_category(chrome, category_of(call));
	if (call->has_returned)
		put_micros(chrome->out, "dur", call_duration_ns(call));
	put_details(chrome, call);
	end_event(chrome);
	if (makes_child(call)) {
		begin_event(chrome, "s", "fork", &call->entry);
		put_category(chrome, "fork");
		put_id(chrome, call->exit.sysret.retval);
		end_event(chrome);
	}
	text_done(&name);
	return 0;
}

static void put_chrome(void *report, struct text *text)
{
	struct chrome *chrome = report;

	text_put(text, chrome->has_first ? "\n]\n" : "[]\n");
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
