/*
 * A record in a line, for the messages of tests. No format of anything.
 */
#include <inttypes.h>

#include "support/trace.h"
#include "trace/facility.h"

static void describe_raw(const struct record *record, struct text *text)
{
	text_format(text, " \"%.*s\"", (int)record->raw.length,
		    (const char *)record->raw.data);
}

static void describe_fields(const struct record *record, struct text *text)
{
	struct field field;
	size_t position = 0;
	bool malformed;

	text_format(text, " %s", record->structure.name);
	while (fields_next(record->structure.data, record->structure.length,
			   &position, &field, &malformed))
		text_format(text, " %.*s=%.*s", (int)field.name_length,
			    field.name, (int)field.length, field.data);
}

void trace_describe(const struct trace_item *item, struct text *text)
{
	const struct record *record = &item->record;

	text_format(text, "%d/%" PRId64 " %s %s", record->pid, record->tid,
		    record->comm, facility_name(record->kind));
	switch (record->kind) {
	case KTR_SYSCALL:
		text_format(text, " %s", trace_call_name(item));
		break;
	case KTR_SYSRET:
		text_format(text, " %s %" PRId64 " error %d",
			    trace_call_name(item), record->sysret.retval,
			    record->sysret.error);
		break;
	case KTR_NAMEI:
		describe_raw(record, text);
		break;
	case KTR_PSIG:
		text_format(text, " signal %d action %#" PRIx64,
			    record->psig.signo, record->psig.action);
		break;
	case KTR_STRUCT:
		describe_fields(record, text);
		break;
	default:
		break;
	}
}
