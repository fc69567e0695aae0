/*
 * What may be asked about a record or a call: a row for each field.
 */
#include "query/term.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "query/query.h"
#include "query/term_call.h"
#include "query/term_fit.h"
#include "query/term_record.h"

#define BOTH (TERM_NEEDS_CALL | TERM_NEEDS_PARTS)

/* clang-format off */
static const struct term_field fields[] = {
	{ "pid", VALUE_NUMBER, 0, term_record_pid, "process id" },
	{ "tid", VALUE_NUMBER, 0, term_record_tid, "thread id" },
	{ "tree", VALUE_PROCESS, 0, term_record_tree,
	  "id of a process that is meant with all that descend from it" },
	{ "comm", VALUE_TEXT, 0, term_record_comm, "name of the thread" },
	{ "exe", VALUE_PATH, 0, term_record_exe, "what the process executes" },
	{ "cpu", VALUE_NUMBER, 0, term_record_cpu, "number of the CPU" },
	{ "time", VALUE_TIME, 0, term_record_time, "when it was" },
	{ "elapsed", VALUE_DURATION, 0, term_record_elapsed,
	  "how long after the trace's first record" },
	{ "record", VALUE_NUMBER, 0, term_record_number,
	  "its number in the trace, from 1" },
	{ "between", VALUE_MARKS, 0, term_record_between,
	  "after a mark of utrace-u(1), up to another: 'begin'..'end'" },
	{ "point", VALUE_POINT, TERM_NEEDS_PARTS, term_record_point,
	  "trace points, as letters" },
	{ "signal", VALUE_SIGNAL, 0, term_record_signal,
	  "signal that was delivered" },
	{ "mark", VALUE_TEXT, 0, term_record_mark, "text of a mark" },
	{ "call", VALUE_CALL, TERM_NEEDS_CALL, term_call_is, "system call, or @class" },
	{ "path", VALUE_PATH, BOTH, term_call_path,
	  "path, as given or where it leads" },
	{ "fd", VALUE_NUMBER, BOTH, term_call_fd,
	  "descriptor that is an argument or the result" },
	{ "addr", VALUE_ENDPOINT, BOTH, term_call_addr, "address of a socket" },
	{ "data", VALUE_TEXT, BOTH, term_call_data, "bytes read or written" },
	{ "errno", VALUE_ERRNO, TERM_NEEDS_CALL, term_call_errno, "error" },
	{ "failed", VALUE_NONE, TERM_NEEDS_CALL, term_call_failed, "it gave an error" },
	{ "unfinished", VALUE_NONE, TERM_NEEDS_CALL, term_call_unfinished,
	  "it did not return" },
	{ "result", VALUE_NUMBER, TERM_NEEDS_CALL, term_call_result,
	  "what it gave, when it worked" },
	{ "bytes", VALUE_NUMBER, TERM_NEEDS_CALL, term_call_bytes, "how many it moved" },
	{ "duration", VALUE_DURATION, TERM_NEEDS_CALL, term_call_duration,
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
	return term->field->holds == term_record_tree;
}

bool term_learns(const struct term *term)
{
	return term->field->holds == term_record_between;
}

static bool any_mark_fits(const struct term *term, const struct record *record,
			  bool is_end)
{
	for (size_t i = 0; i < term->count; i++)
		if (term_fit_mark(is_end ? &term->values[i].until
					 : &term->values[i].pattern,
				  record))
			return true;
	return false;
}

/* Both marks are within. */
void term_learn(struct term *term, const struct record *record)
{
	if (term->field->holds != term_record_between)
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
	const bool first = term_fit_number(term, low);

	if (term->sign == TERM_ANY || term->sign == TERM_NONE)
		return values_truths(term, low, high);
	/* One border at most is between them. */
	if (first != term_fit_number(term, high))
		return TERM_FALSE | TERM_TRUE;
	return first ? TERM_TRUE : TERM_FALSE;
}

unsigned term_truths(const struct term *term, const struct query_span *span,
		     uint64_t first_ns)
{
	unsigned truths = TERM_FALSE | TERM_TRUE;

	if (term->field->holds == term_record_time)
		truths = span_truths(term, (int64_t)span->earliest_ns,
				     (int64_t)span->latest_ns);
	else if (term->field->holds == term_record_elapsed)
		truths = span_truths(term,
				     (int64_t)(span->earliest_ns - first_ns),
				     (int64_t)(span->latest_ns - first_ns));
	else if (term->field->holds == term_record_number)
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
