/*
 * What a call was given and gave. What has many answers, as its paths, fits
 * when one does.
 */
#include "query/term_call.h"

#include "decode/layout.h"
#include "foreign/system.h"
#include "join/call.h"
#include "join/state.h"
#include "query/query.h"
#include "query/term.h"
#include "query/term_fit.h"
#include "query/wanted.h"
#include "trace/fields.h"

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

bool term_call_is(const struct term *term, const struct term_context *context)
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
bool term_call_path(const struct term *term, const struct term_context *context)
{
	struct record part;
	struct field path;

	for (unsigned i = 0; i < count_of(context); i++) {
		if (!part_of(context, i, &part))
			continue;
		if (part.kind == KTR_NAMEI &&
		    term_fit_text(term, part.raw.data, part.raw.length))
			return true;
		if (record_is_struct(&part, KTR_STRUCT_PATH) &&
		    fields_find(part.structure.data, part.structure.length,
				"path", &path) &&
		    term_fit_text(term, path.data, path.length))
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
		    term_fit_number(term, (int32_t)call->args[i]))
			return true;
	}
	return call->row && call->row->result == RESULT_FD &&
	       call->has_returned && !call->exit.sysret.error &&
	       term_fit_number(term, call->exit.sysret.retval);
}

bool term_call_fd(const struct term *term, const struct term_context *context)
{
	const struct call *call = context->subject->call;
	struct record part;

	if (call && has_fd(term, call))
		return true;
	for (unsigned i = 0; i < count_of(context); i++)
		if (part_of(context, i, &part) && part.kind == KTR_GENIO &&
		    term_fit_number(term, part.genio.fd))
			return true;
	return false;
}

bool term_call_data(const struct term *term, const struct term_context *context)
{
	struct record part;

	for (unsigned i = 0; i < count_of(context); i++)
		if (part_of(context, i, &part) && part.kind == KTR_GENIO &&
		    term_fit_text(term, part.genio.data, part.genio.length))
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

bool term_call_addr(const struct term *term, const struct term_context *context)
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

bool term_call_errno(const struct term *term,
		     const struct term_context *context)
{
	int error = error_of(context);

	return error > 0 &&
	       term_fit_named(term, context->subject->record->system, error);
}

bool term_call_failed(const struct term *term,
		      const struct term_context *context)
{
	(void)term;
	return error_of(context) > 0;
}

bool term_call_unfinished(const struct term *term,
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

bool term_call_result(const struct term *term,
		      const struct term_context *context)
{
	const struct call *call = context->subject->call;

	return has_result(call) &&
	       term_fit_number(term, call->exit.sysret.retval);
}

bool term_call_bytes(const struct term *term,
		     const struct term_context *context)
{
	const struct call *call = context->subject->call;

	return has_result(call) && call->row &&
	       call->row->result == RESULT_COUNT &&
	       term_fit_number(term, call->exit.sysret.retval);
}

bool term_call_duration(const struct term *term,
			const struct term_context *context)
{
	const struct call *call = context->subject->call;

	return call && call->has_returned &&
	       term_fit_number(term, (int64_t)call_duration_ns(call));
}
