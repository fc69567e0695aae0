/*
 * The members of an event, and the commas between events.
 */
#include "report/chrome_event.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "show/json_value.h"
#include "trace/record.h"

void chrome_event_micros(struct chrome_events *events, const char *name,
			 uint64_t ns)
{
	json_value_open(events->out, name);
	text_format(events->out, "%" PRIu64 ".%03u", ns / 1000,
		    (unsigned)(ns % 1000));
}

void chrome_event_begin(struct chrome_events *events, const char *phase,
			const char *name, const struct record *record)
{
	struct text *text = events->out;
	uint64_t now = record->time_ns;

	if (!events->has_first) {
		events->first_ns = now;
		text_put(text, "[\n");
	} else {
		text_put(text, ",\n");
	}
	events->has_first = true;
	text_char(text, '{');
	json_value_string(text, "ph", phase);
	json_value_string(text, "name", name);
	json_value_integer(text, "pid", record->pid);
	json_value_integer(text, "tid", record->tid);
	/* What was recorded by another CPU may be a little older. */
	chrome_event_micros(
	    events, "ts", now > events->first_ns ? now - events->first_ns : 0);
}

void chrome_event_end(struct chrome_events *events)
{
	text_char(events->out, '}');
}

void chrome_event_category(struct chrome_events *events, const char *category)
{
	json_value_string(events->out, "cat", category);
}

void chrome_event_id(struct chrome_events *events, int64_t id)
{
	json_value_open(events->out, "id");
	text_format(events->out, "\"%" PRId64 "\"", id);
}

void chrome_event_text(struct chrome_events *events, const char *name,
		       const void *data, size_t length)
{
	struct text escaped = TEXT_INIT;

	data_escape(&escaped, data, length, &events->view.style);
	json_value_string(events->out, name, text_string(&escaped));
	text_done(&escaped);
}

void chrome_event_metadata(struct chrome_events *events, const char *what,
			   const struct record *record, const char *name)
{
	chrome_event_begin(events, "M", what, record);
	json_value_open(events->out, "args");
	text_char(events->out, '{');
	chrome_event_text(events, "name", name, strlen(name));
	text_char(events->out, '}');
	chrome_event_end(events);
}

void chrome_event_moment(struct chrome_events *events, const char *name,
			 const char *category, const struct record *record)
{
	chrome_event_begin(events, "i", name, record);
	chrome_event_category(events, category);
	json_value_string(events->out, "s", "t");
}
