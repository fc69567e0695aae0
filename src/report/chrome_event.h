/*
 * Events as Chrome's trace viewer takes them. Times are microseconds after the
 * first record.
 */
#ifndef REPORT_CHROME_EVENT_H
#define REPORT_CHROME_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "show/view.h"

struct record;
struct text;

struct chrome_events {
	struct view view; /* that bytes beyond ASCII are escaped by */
	struct text *out;
	uint64_t first_ns;
	bool has_first; /* something has begun */
};

/* `{"ph":"X","name":"openat","pid":1,"tid":1,"ts":1.500`, open: what is put
 * from here on is part of it. */
void chrome_event_begin(struct chrome_events *events, const char *phase,
			const char *name, const struct record *record);
/* The same of something at a moment. */
void chrome_event_moment(struct chrome_events *events, const char *name,
			 const char *category, const struct record *record);
void chrome_event_end(struct chrome_events *events);

void chrome_event_category(struct chrome_events *events, const char *category);
/* Of those that belong together. */
void chrome_event_id(struct chrome_events *events, int64_t id);
/* A string that may hold anything. */
void chrome_event_text(struct chrome_events *events, const char *name,
		       const void *data, size_t length);
void chrome_event_micros(struct chrome_events *events, const char *name,
			 uint64_t ns);

/* What a process or a thread is called: an event by itself. */
void chrome_event_metadata(struct chrome_events *events, const char *what,
			   const struct record *record, const char *name);

#endif
