/*
 * What stands in a record's header, and what few words tell of others.
 */
#include "query/term_record.h"

#include <string.h>

#include "join/call.h"
#include "query/lineage.h"
#include "query/query.h"
#include "query/term.h"
#include "query/term_fit.h"

bool term_record_pid(const struct term *term,
		     const struct term_context *context)
{
	return term_fit_number(term, context->subject->record->pid);
}

bool term_record_tid(const struct term *term,
		     const struct term_context *context)
{
	return term_fit_number(term, context->subject->record->tid);
}

bool term_record_tree(const struct term *term,
		      const struct term_context *context)
{
	for (size_t i = 0; i < term->count; i++)
		if (lineage_is_in(context->lineage,
				  context->subject->record->pid,
				  term->index + (unsigned)i))
			return true;
	return false;
}

bool term_record_comm(const struct term *term,
		      const struct term_context *context)
{
	const char *comm = context->subject->record->comm;

	return term_fit_text(term, comm, strlen(comm));
}

bool term_record_exe(const struct term *term,
		     const struct term_context *context)
{
	size_t length = 0;
	const char *path = lineage_executable(
	    context->lineage, context->subject->record->pid, &length);

	return path && term_fit_text(term, path, length);
}

bool term_record_cpu(const struct term *term,
		     const struct term_context *context)
{
	return term_fit_number(term, context->subject->record->cpu);
}

bool term_record_time(const struct term *term,
		      const struct term_context *context)
{
	return term_fit_number(term,
			       (int64_t)context->subject->record->time_ns);
}

bool term_record_elapsed(const struct term *term,
			 const struct term_context *context)
{
	return term_fit_number(
	    term,
	    (int64_t)(context->subject->record->time_ns - context->first_ns));
}

bool term_record_number(const struct term *term,
			const struct term_context *context)
{
	return term_fit_number(term, (int64_t)context->subject->record->number);
}

bool term_record_between(const struct term *term,
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
bool term_record_point(const struct term *term,
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

bool term_record_signal(const struct term *term,
			const struct term_context *context)
{
	const struct record *record = context->subject->record;

	return record->kind == KTR_PSIG &&
	       term_fit_named(term, record->system, record->psig.signo);
}

bool term_record_mark(const struct term *term,
		      const struct term_context *context)
{
	for (size_t i = 0; i < term->count; i++)
		if (term_fit_mark(&term->values[i].pattern,
				  context->subject->record))
			return true;
	return false;
}
