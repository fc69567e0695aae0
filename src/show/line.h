/* One record -> the lines that FreeBSD's kdump would print for it. */
#ifndef SHOW_LINE_H
#define SHOW_LINE_H

#include <stdbool.h>

struct view;
struct record;
struct state;
struct text;

/* False for a record that has no line: the start and the end of a process. */
bool line_has(const struct record *record);

void line_put(struct text *text, const struct view *view,
	      const struct state *state, const struct record *record);

/* What stands behind the columns, without a newline. */
void line_put_body(struct text *text, const struct view *view,
		   const struct state *state, const struct record *record);

/* "Events dropped.", for a record that comes after a loss. */
void line_put_drop(struct text *text, const struct view *view,
		   const struct record *record);

/* "More was captured.", where a call was too long to be put together. */
void line_put_cut(struct text *text, const struct view *view,
		  const struct record *entry);

#endif
