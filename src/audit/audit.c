/*
 * Hands records to those who learn from them, and calls to who tells facts of
 * them; keeps account of what is missing.
 */
#include "audit/audit.h"

#include <errno.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "audit/deed.h"
#include "audit/outside.h"
#include "base/array.h"
#include "foreign/system.h"
#include "trace/fields.h"
#include "trace/record.h"

/* Of coverage: the program has a filter of its own. */
#define FILTER "filter"

/* Kinds without which nothing can be said of a call. */
#define NEEDED                                                                 \
	(KTRFAC(KTR_SYSCALL) | KTRFAC(KTR_SYSRET) | KTRFAC(KTR_NAMEI) |        \
	 KTRFAC(KTR_STRUCT))

void audit_open(struct audit *ret)
{
	*ret = (struct audit){
		.state = STATE_INIT,
		.calls = CALLS_INIT,
	};
	ret->calls.descriptors = &ret->descriptors;
}

void audit_done(struct audit *audit)
{
	connecting_done(&audit->connecting);
	calls_done(&audit->calls);
	descriptors_done(&audit->descriptors);
	state_done(&audit->state);
	facts_done(&audit->facts);
	hosts_done(&audit->hosts);
	images_done(&audit->images);
	names_done(&audit->names);
	names_done(&audit->aliases);
	gaps_done(&audit->gaps);
	whole_done(&audit->whole);
}

/* ---- what the recorder says of itself ---- */

/* What led out of the job when it started. */
static int take_doors(struct audit *audit, const struct record *record)
{
	size_t position = 0;
	bool malformed;
	struct field field;
	int r = 0;

	while (!r &&
	       fields_next(record->structure.data, record->structure.length,
			   &position, &field, &malformed))
		if (fields_is(&field, "door") && !field.is_number)
			r = doors_take(&audit->doors, &audit->names, field.data,
				       field.length);
	return r;
}

static void take_guarded(struct audit *audit, const struct record *record)
{
	size_t position = 0;
	bool malformed;
	struct field field;

	while (fields_next(record->structure.data, record->structure.length,
			   &position, &field, &malformed))
		if (fields_is(&field, "guarded") && field.is_number &&
		    audit->guarded_count < AUDIT_GUARDED_MAX)
			audit->guarded[audit->guarded_count++] =
			    (int32_t)field.number;
}

static int take_session(struct audit *audit, const struct record *record)
{
	const uint8_t *data = record->structure.data;
	size_t length = record->structure.length;
	int64_t facilities = 0, inherits = 0, all = 0, looks = 0;
	int r = 0;

	fields_find_number(data, length, "facilities", &facilities);
	fields_find_number(data, length, "inherit", &inherits);
	fields_find_number(data, length, "all_calls", &all);
	fields_find_number(data, length, "looks", &looks);
	audit->lacks_looks |= !looks;
	census_begin(&audit->census, all && facilities & KTRFAC(KTR_SYSCALL));
	take_guarded(audit, record);
	r = take_doors(audit, record);
	if (!r && (facilities & NEEDED) != NEEDED)
		r = gaps_add(&audit->gaps, NULL, 1,
			     "calls, paths or structures were not recorded");
	if (!r && !inherits)
		r = gaps_add(&audit->gaps, NULL, 1,
			     "children were not recorded");
	return r;
}

/* ---- who shares what with whom ---- */

/* Into the memory of another process, as process_vm_writev(2) does. */
static void note_writing(struct audit *audit, const struct record *record,
			 const struct sysdesc_row *row)
{
	bool writes = false;

	for (unsigned i = 0; i < row->narg; i++)
		writes |= row->arg[i].kind == KIND_IOVEC &&
			  row->arg[i].direction == DIRECTION_IN;
	for (unsigned i = 0;
	     writes && i < record->syscall.narg && i < row->narg; i++)
		if (row->arg[i].kind == KIND_PID &&
		    row->arg[i].set == USE_TRACE)
			images_reach(&audit->images,
				     (int32_t)record_arg(record, i));
}

/* It is known when the call is made: who is born acts before it returns. */
static void note_call(struct audit *audit, const struct record *record)
{
	const struct sysdesc_row *row = NULL;
	uint64_t flags;

	if (record->kind == KTR_SYSCALL)
		row = system_call(
		    state_abi(&audit->state, record),
		    state_number(&audit->state, record, record->syscall.code));
	if (row)
		note_writing(audit, record, row);
	if (row && row->effect == EFFECT_SPAWN && row->narg &&
	    record->syscall.narg)
		images_spawn(&audit->images, record->pid,
			     record_arg(record, 0));
	if (!record_is_struct(record, "clone_args") ||
	    record->structure.length < sizeof(flags))
		return;
	memcpy(&flags, record->structure.data, sizeof(flags));
	images_spawn(&audit->images, record->pid, flags);
}

/* ---- records ---- */

static void take_call(void *context, struct call *call)
{
	struct audit *audit = context;

	if (!audit->failure && audit->each_call)
		audit->failure = audit->each_call(audit->context, call);
	if (!audit->failure)
		audit->failure = hosts_learn(&audit->hosts, &audit->names,
					     call);
	if (!audit->failure)
		audit->failure = deed_take(audit, call);
}

/* Nothing of the process returns any more. */
static bool is_end(const struct record *record)
{
	return record->kind == KTR_PROCDTOR ||
	       record_is_struct(record, KTR_STRUCT_EXIT_STATUS);
}

static int learn(struct audit *audit, const struct record *record)
{
	return whole_learn(&audit->whole, record)
		   ?: state_learn(&audit->state, record)
		   ?: descriptors_learn(&audit->descriptors, record)
		   ?: images_learn(&audit->images, &audit->names, record,
				   audit->whole.command.length > 0);
}

static int join(struct audit *audit, const struct record *record)
{
	struct call *call = NULL;
	int fate = calls_take(&audit->calls, &audit->state, record, &call);

	if (fate < 0)
		return fate;
	if (fate == CALL_DONE)
		take_call(audit, call);
	if (is_end(record))
		calls_pending(&audit->calls, record->pid, true, take_call,
			      audit);
	if (!audit->failure && record_is_struct(record, KTR_STRUCT_SESSION))
		return take_session(audit, record);
	return audit->failure;
}

static void count(struct audit *audit, const struct record *record)
{
	if (!audit->records++)
		audit->first_ns = record->time_ns;
	audit->first_ns = MIN(audit->first_ns, record->time_ns);
	audit->last_ns = MAX(audit->last_ns, record->time_ns);
	audit->ended += record->kind == KTR_PROCDTOR;
}

int audit_take(struct audit *audit, const struct record *record)
{
	count(audit, record);
	/* The end of a process is taken while it is still known. */
	if (record->kind == KTR_PROCDTOR)
		return join(audit, record) ?: learn(audit, record);
	note_call(audit, record);
	return learn(audit, record) ?: join(audit, record);
}

/* ---- the end ---- */

static void tell_living(void *context, const struct image *image)
{
	struct audit *audit = context;
	struct text what = TEXT_INIT;
	struct record record = { .pid = image->pid };

	if (audit->failure)
		return;
	text_put(&what, "still ran at the end: ");
	if (image->exe)
		text_bytes(&what, image->exe->text, image->exe->length);
	else
		text_put(&what, "a process");
	audit->failure = gaps_add_text(&audit->gaps, &record, 1, &what);
}

static int tell_bounds(struct audit *audit)
{
	int r = 0;

	if (audit->facts.left_out)
		r = gaps_add(&audit->gaps, NULL, audit->facts.left_out,
			     "more facts than can be kept");
	if (!r && audit->names.rest)
		r = gaps_add(&audit->gaps, NULL, 1,
			     "more names than can be kept");
	if (!r && audit->images.is_full)
		r = gaps_add(&audit->gaps, NULL, 1,
			     "more processes than can be kept");
	return r;
}

/* What a filter of the program's own denied was never done; that it was asked
 * for is not told for all of that. */
static bool is_of_denied(const struct gap *gap)
{
	size_t length = strlen(FILTER);

	return gap->what.length >= length &&
	       !memcmp(gap->what.data, FILTER, length) &&
	       (gap->what.length == length || gap->what.data[length] == ':');
}

static int tell_gaps(struct audit *audit, const struct gaps *gaps,
		     const char *before)
{
	int r = 0;

	for (unsigned i = 0; !r && i < gaps->count; i++) {
		const struct gap *gap = &gaps->items[i];
		struct record record = { .pid = gap->pid };
		struct text what = TEXT_INIT;

		if (is_of_denied(gap))
			continue;
		memcpy(record.comm, gap->comm, sizeof(record.comm));
		text_put(&what, before);
		text_bytes(&what, gap->what.data, gap->what.length);
		r = gaps_add_text(&audit->gaps, &record, gap->count, &what);
	}
	return r;
}

static int tell_whole(struct audit *audit)
{
	const struct whole *whole = &audit->whole;
	const char *border = whole_border(whole);
	int r = tell_gaps(audit, &whole->unseen, "not seen: ")
		    ?: tell_gaps(audit, &whole->lost, "");

	if (!r && whole->has_drops && !whole->lost.count)
		r = gaps_add(&audit->gaps, NULL, 1, "records were lost");
	if (!r && border)
		r = gaps_add(&audit->gaps, NULL, 1, border);
	return r;
}

int audit_end(struct audit *audit, const char *why)
{
	int r = 0;

	calls_pending(&audit->calls, 0, true, take_call, audit);
	images_living(&audit->images, tell_living, audit);
	if (audit->failure)
		return audit->failure;
	r = connecting_end(&audit->connecting, &audit->facts);
	audit->outside = outside_mark(&audit->facts, &audit->names);
	if (!r && why)
		r = gaps_add(&audit->gaps, NULL, 1, why);
	return r ?: tell_whole(audit) ?: tell_bounds(audit);
}
