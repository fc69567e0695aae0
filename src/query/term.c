/*
 * What may be asked about a record or a call: a function and a row for each
 * field. What has many answers, as the paths of a call, fits when one does.
 */
#include "query/term.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/layout.h"
#include "foreign/system.h"
#include "join/call.h"
#include "join/state.h"
#include "query/lineage.h"
#include "query/query.h"
#include "query/wanted.h"
#include "trace/fields.h"

/* ---- comparing ---- */

static bool number_fits(const struct term *term, int64_t number)
{
	const struct value *value = term->values;

	switch (term->sign) {
	case TERM_LESS:
		return number < value->low;
	case TERM_LESS_EQUAL:
		return number <= value->low;
	case TERM_MORE:
		return number > value->low;
	case TERM_MORE_EQUAL:
		return number >= value->low;
	case TERM_ANY:
	case TERM_NONE:
		break;
	}
	for (size_t i = 0; i < term->count; i++)
		if (number >= value[i].low && number <= value[i].high)
			return true;
	return false;
}

/* A number that kernels give names to: by its own name, or as it is. */
static bool named_fits(const struct term *term, enum record_system system,
		       int64_t number)
{
	const struct value *value = term->values;

	for (size_t i = 0; i < term->count; i++)
		if (value[i].is_named ? number == value[i].numbers[system]
				      : number == value[i].low)
			return true;
	return false;
}

static bool text_fits(const struct term *term, const void *text, size_t length)
{
	for (size_t i = 0; i < term->count; i++)
		if (glob_matches(&term->values[i].pattern, text, length))
			return true;
	return false;
}

/* The parts of a call, or the record alone. */
static unsigned count_of(const struct term_context *context)
{
	const struct call *call = context->subject->call;

	return call ? call->part_count : 1;
}

static bool part_of(const struct term_context *context, unsigned index,
		    struct record *ret)
{
	const struct call *call = context->subject->call;

	if (call)
		return call_part(call, index, ret);
	*ret = *context->subject->record;
	return true;
}

/* ---- of any record ---- */

static bool pid_holds(const struct term *term,
		      const struct term_context *context)
{
	return number_fits(term, context->subject->record->pid);
}

static bool tid_holds(const struct term *term,
		      const struct term_context *context)
{
	return number_fits(term, context->subject->record->tid);
}

static bool tree_holds(const struct term *term,
		       const struct term_context *context)
{
	for (size_t i = 0; i < term->count; i++)
		if (lineage_is_in(context->lineage,
				  context->subject->record->pid,
				  term->index + (unsigned)i))
			return true;
	return false;
}

static bool comm_holds(const struct term *term,
		       const struct term_context *context)
{
	const char *comm = context->subject->record->comm;

	return text_fits(term, comm, strlen(comm));
}

static bool exe_holds(const struct term *term,
		      const struct term_context *context)
{
	size_t length = 0;
	const char *path = lineage_executable(
	    context->lineage, context->subject->record->pid, &length);

	return path && text_fits(term, path, length);
}

static bool cpu_holds(const struct term *term,
		      const struct term_context *context)
{
	return number_fits(term, context->subject->record->cpu);
}

static bool time_holds(const struct term *term,
		       const struct term_context *context)
{
	return number_fits(term, (int64_t)context->subject->record->time_ns);
}

static bool elapsed_holds(const struct term *term,
			  const struct term_context *context)
{
	return number_fits(term, (int64_t)(context->subject->record->time_ns -
					   context->first_ns));
}

static bool record_holds(const struct term *term,
			 const struct term_context *context)
{
	return number_fits(term, (int64_t)context->subject->record->number);
}

static bool between_holds(const struct term *term,
			  const struct term_context *context)
{
	(void)context;
	return term->is_between;
}

static bool has_point(const struct term *term, unsigned kind)
{
	for (size_t i = 0; i < term->count; i++)
		if (kind <= KTR_KIND_MAX &&
		    (term->values[i].facilities & KTRFAC(kind)))
			return true;
	return false;
}

/* A call has the trace points of all its records. */
static bool point_holds(const struct term *term,
			const struct term_context *context)
{
	const struct call *call = context->subject->call;

	if (has_point(term, context->subject->record->kind) ||
	    (call && call->has_returned && has_point(term, KTR_SYSRET)))
		return true;
	for (unsigned i = 0; call && i < call->part_count; i++)
		if (has_point(term, call->parts[i].record.kind))
			return true;
	return false;
}

static bool signal_holds(const struct term *term,
			 const struct term_context *context)
{
	const struct record *record = context->subject->record;

	return record->kind == KTR_PSIG &&
	       named_fits(term, record->system, record->psig.signo);
}

/* A mark of utrace(2): what it says, or its label. */
static bool mark_fits(const struct glob *glob, const struct record *record)
{
	struct field text;

	if (record->kind == KTR_USER)
		return glob_matches(glob, record->raw.data, record->raw.length);
	return record_is_struct(record, KTR_STRUCT_LABEL) &&
	       fields_find(record->structure.data, record->structure.length,
			   "text", &text) &&
	       glob_matches(glob, text.data, text.length);
}

static bool mark_holds(const struct term *term,
		       const struct term_context *context)
{
	for (size_t i = 0; i < term->count; i++)
		if (mark_fits(&term->values[i].pattern,
			      context->subject->record))
			return true;
	return false;
}

/* ---- of calls ---- */

/* The return of a newborn stands alone. */
static const struct sysdesc_row *row_of(const struct query_subject *subject)
{
	const struct record *record = subject->record;

	if (subject->call || record->kind != KTR_SYSRET)
		return subject->call ? subject->call->row : NULL;
	return system_call(
	    state_abi(subject->state, record),
	    state_number(subject->state, record, record->sysret.code));
}

static bool call_holds(const struct term *term,
		       const struct term_context *context)
{
	const struct query_subject *subject = context->subject;
	const struct sysdesc_row *row = row_of(subject);
	enum sysdesc_abi abi = subject->call
				   ? subject->call->abi
				   : state_abi(subject->state, subject->record);

	if (!subject->call && subject->record->kind != KTR_SYSRET)
		return false;
	for (size_t i = 0; i < term->count; i++)
		if (wanted_has(term->values[i].calls, abi, row))
			return true;
	return false;
}

/* "path" as the program said it, and where it leads. */
static bool path_holds(const struct term *term,
		       const struct term_context *context)
{
	struct record part;
	struct field path;

	for (unsigned i = 0; i < count_of(context); i++) {
		if (!part_of(context, i, &part))
			continue;
		if (part.kind == KTR_NAMEI &&
		    text_fits(term, part.raw.data, part.raw.length))
			return true;
		if (record_is_struct(&part, KTR_STRUCT_PATH) &&
		    fields_find(part.structure.data, part.structure.length,
				"path", &path) &&
		    text_fits(term, path.data, path.length))
			return true;
	}
	return false;
}

static bool has_fd(const struct term *term, const struct call *call)
{
	for (unsigned i = 0; call->row && i < call->arg_count; i++) {
		unsigned kind = i < call->row->narg ? call->row->arg[i].kind
						    : KIND_NONE;

		if ((kind == KIND_FD || kind == KIND_DIRFD) &&
		    number_fits(term, (int32_t)call->args[i]))
			return true;
	}
	return call->row && call->row->result == RESULT_FD &&
	       call->has_returned && !call->exit.sysret.error &&
	       number_fits(term, call->exit.sysret.retval);
}

static bool fd_holds(const struct term *term,
		     const struct term_context *context)
{
	const struct call *call = context->subject->call;
	struct record part;

	if (call && has_fd(term, call))
		return true;
	for (unsigned i = 0; i < count_of(context); i++)
		if (part_of(context, i, &part) && part.kind == KTR_GENIO &&
		    number_fits(term, part.genio.fd))
			return true;
	return false;
}

static bool data_holds(const struct term *term,
		       const struct term_context *context)
{
	struct record part;

	for (unsigned i = 0; i < count_of(context); i++)
		if (part_of(context, i, &part) && part.kind == KTR_GENIO &&
		    text_fits(term, part.genio.data, part.genio.length))
			return true;
	return false;
}

/* Addresses, wherever in a structure they stand. */
struct looking {
	const struct term *term;
	bool found;
};

static void look_at_address(void *context, const char *name, const void *data,
			    size_t length)
{
	struct looking *looking = context;

	(void)name;
	for (size_t i = 0; i < looking->term->count; i++)
		looking->found |= endpoint_has(
		    &looking->term->values[i].endpoint, data, length);
}

static void pass_begin(void *context, const char *name, bool is_list)
{
	(void)context;
	(void)name;
	(void)is_list;
}

static void pass_end(void *context, bool is_list)
{
	(void)context;
	(void)is_list;
}

static void pass_number(void *context, const char *name, enum layout_form form,
			uint64_t value)
{
	(void)context;
	(void)name;
	(void)form;
	(void)value;
}

static void pass_text(void *context, const char *name, const void *data,
		      size_t length)
{
	(void)context;
	(void)name;
	(void)data;
	(void)length;
}

static bool addr_holds(const struct term *term,
		       const struct term_context *context)
{
	const struct call *call = context->subject->call;
	struct looking looking = { .term = term };
	const struct layout_output output = {
		.context = &looking,
		.begin = pass_begin,
		.end = pass_end,
		.number = pass_number,
		.text = pass_text,
		.address = look_at_address,
	};
	struct record part;

	for (unsigned i = 0; call && i < call->part_count; i++)
		if (call_part(call, i, &part) &&
		    layout_is_known(&part, call->abi))
			layout_put(&part, call->abi, &output);
	return looking.found;
}

static int error_of(const struct term_context *context)
{
	const struct call *call = context->subject->call;

	return call && call->has_returned ? call->exit.sysret.error : 0;
}

static bool errno_holds(const struct term *term,
			const struct term_context *context)
{
	int error = error_of(context);

	return error > 0 &&
	       named_fits(term, context->subject->record->system, error);
}

static bool failed_holds(const struct term *term,
			 const struct term_context *context)
{
	(void)term;
	return error_of(context) > 0;
}

static bool unfinished_holds(const struct term *term,
			     const struct term_context *context)
{
	const struct call *call = context->subject->call;

	(void)term;
	return call && !call->has_returned;
}

/* What it gave, if it worked. */
static bool has_result(const struct call *call)
{
	return call && call->has_returned && call->exit.sysret.error == 0;
}

static bool result_holds(const struct term *term,
			 const struct term_context *context)
{
	const struct call *call = context->subject->call;

	return has_result(call) && number_fits(term, call->exit.sysret.retval);
}

static bool bytes_holds(const struct term *term,
			const struct term_context *context)
{
	const struct call *call = context->subject->call;

	return has_result(call) && call->row &&
	       call->row->result == RESULT_COUNT &&
	       number_fits(term, call->exit.sysret.retval);
}

static bool duration_holds(const struct term *term,
			   const struct term_context *context)
{
	const struct call *call = context->subject->call;

	return call && call->has_returned &&
	       number_fits(term, (int64_t)call_duration_ns(call));
}

/* ---- the table ---- */

#define BOTH (TERM_NEEDS_CALL | TERM_NEEDS_PARTS)

/* clang-format off */
static const struct term_field fields[] = {
	{ "pid", VALUE_NUMBER, 0, pid_holds, "process id" },
	{ "tid", VALUE_NUMBER, 0, tid_holds, "thread id" },
	{ "tree", VALUE_PROCESS, 0, tree_holds,
	  "id of a process that is meant with all that descend from it" },
	{ "comm", VALUE_TEXT, 0, comm_holds, "name of the thread" },
	{ "exe", VALUE_PATH, 0, exe_holds, "what the process executes" },
	{ "cpu", VALUE_NUMBER, 0, cpu_holds, "number of the CPU" },
	{ "time", VALUE_TIME, 0, time_holds, "when it was" },
	{ "elapsed", VALUE_DURATION, 0, elapsed_holds,
	  "how long after the trace's first record" },
	{ "record", VALUE_NUMBER, 0, record_holds,
	  "its number in the trace, from 1" },
	{ "between", VALUE_MARKS, 0, between_holds,
	  "after a mark of utrace-u(1), up to another: 'begin'..'end'" },
	{ "point", VALUE_POINT, TERM_NEEDS_PARTS, point_holds,
	  "trace points, as letters" },
	{ "signal", VALUE_SIGNAL, 0, signal_holds,
	  "signal that was delivered" },
	{ "mark", VALUE_TEXT, 0, mark_holds, "text of a mark" },
	{ "call", VALUE_CALL, TERM_NEEDS_CALL, call_holds, "system call, or @class" },
	{ "path", VALUE_PATH, BOTH, path_holds,
	  "path, as given or where it leads" },
	{ "fd", VALUE_NUMBER, BOTH, fd_holds,
	  "descriptor that is an argument or the result" },
	{ "addr", VALUE_ENDPOINT, BOTH, addr_holds, "address of a socket" },
	{ "data", VALUE_TEXT, BOTH, data_holds, "bytes read or written" },
	{ "errno", VALUE_ERRNO, TERM_NEEDS_CALL, errno_holds, "error" },
	{ "failed", VALUE_NONE, TERM_NEEDS_CALL, failed_holds, "it gave an error" },
	{ "unfinished", VALUE_NONE, TERM_NEEDS_CALL, unfinished_holds,
	  "it did not return" },
	{ "result", VALUE_NUMBER, TERM_NEEDS_CALL, result_holds,
	  "what it gave, when it worked" },
	{ "bytes", VALUE_NUMBER, TERM_NEEDS_CALL, bytes_holds, "how many it moved" },
	{ "duration", VALUE_DURATION, TERM_NEEDS_CALL, duration_holds,
	  "how long it took" },
};
/* clang-format on */

const struct term_field *term_field(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strlen(fields[i].name) == length &&
		    memcmp(fields[i].name, name, length) == 0)
			return &fields[i];
	return NULL;
}

bool term_is_tree(const struct term *term)
{
	return term->field->holds == tree_holds;
}

bool term_learns(const struct term *term)
{
	return term->field->holds == between_holds;
}

static bool any_mark_fits(const struct term *term, const struct record *record,
			  bool is_end)
{
	for (size_t i = 0; i < term->count; i++)
		if (mark_fits(is_end ? &term->values[i].until
				     : &term->values[i].pattern,
			      record))
			return true;
	return false;
}

/* Both marks are within. */
void term_learn(struct term *term, const struct record *record)
{
	if (term->field->holds != between_holds)
		return;
	if (term->is_ending)
		term->is_between = term->is_ending = false;
	if (!term->is_between)
		term->is_between = any_mark_fits(term, record, false);
	else
		term->is_ending = any_mark_fits(term, record, true);
}

bool term_holds(const struct term *term, const struct term_context *context)
{
	return term->field->holds(term, context) != (term->sign == TERM_NONE);
}

/* Whether some number of the span fits, and whether some does not. */
static unsigned values_truths(const struct term *term, int64_t low,
			      int64_t high)
{
	unsigned truths = TERM_FALSE;

	for (size_t i = 0; i < term->count; i++) {
		const struct value *value = &term->values[i];

		if (value->low <= high && value->high >= low)
			truths |= TERM_TRUE;
		if (value->low <= low && value->high >= high)
			return TERM_TRUE;
	}
	return truths;
}

static unsigned span_truths(const struct term *term, int64_t low, int64_t high)
{
	const bool first = number_fits(term, low);

	if (term->sign == TERM_ANY || term->sign == TERM_NONE)
		return values_truths(term, low, high);
	/* One border at most is between them. */
	if (first != number_fits(term, high))
		return TERM_FALSE | TERM_TRUE;
	return first ? TERM_TRUE : TERM_FALSE;
}

unsigned term_truths(const struct term *term, const struct query_span *span,
		     uint64_t first_ns)
{
	unsigned truths = TERM_FALSE | TERM_TRUE;

	if (term->field->holds == time_holds)
		truths = span_truths(term, (int64_t)span->earliest_ns,
				     (int64_t)span->latest_ns);
	else if (term->field->holds == elapsed_holds)
		truths = span_truths(term,
				     (int64_t)(span->earliest_ns - first_ns),
				     (int64_t)(span->latest_ns - first_ns));
	else if (term->field->holds == record_holds)
		truths = span_truths(term, (int64_t)span->first,
				     (int64_t)span->last);
	if (term->sign != TERM_NONE)
		return truths;
	return (truths & TERM_TRUE ? TERM_FALSE : 0) |
	       (truths & TERM_FALSE ? TERM_TRUE : 0);
}

void term_done(struct term *term)
{
	for (size_t i = 0; i < term->count; i++)
		value_done(&term->values[i]);
	free(term->values);
	*term = (struct term){ 0 };
}

void term_names(struct text *text)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (i > 0)
			text_put(text, ", ");
		text_put(text, fields[i].name);
	}
}

void term_help(struct text *text)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		text_format(text, "  %-12s%s\n", fields[i].name,
			    fields[i].help);
}
