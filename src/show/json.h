/* One record -> one line of JSON, as kdump-u(1) describes it. */
#ifndef SHOW_JSON_H
#define SHOW_JSON_H

#include "trace/record.h"

struct view;
struct state;
struct text;

void json_put(struct text *text, const struct view *view,
	      const struct state *state, const struct record *record);

/* The object that says that records were lost before this one. */
void json_put_drop(struct text *text, const struct record *record);

/* The one that says that of the call, put together, something was left out. */
void json_put_cut(struct text *text, const struct record *entry);

/* The name of an error, ours for FreeBSD's two included; NULL for none. */
const char *json_errno_name(enum record_system system, int error);

#endif
