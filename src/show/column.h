/* The columns at the start of a line. */
#ifndef SHOW_COLUMN_H
#define SHOW_COLUMN_H

#include <stdint.h>

struct view;
struct record;
struct state;
struct text;

/* Pid, with -H tid, and the thread's name, each with the space behind it. */
void column_put_origin(struct text *text, const struct view *view,
		       const struct record *record);

/* The times that were asked for. */
void column_put_times(struct text *text, const struct view *view,
		      const struct state *state, uint64_t now);

/* All of them: origin, times, CPU, tag, ABI. */
void column_put(struct text *text, const struct view *view,
		const struct state *state, const struct record *record);

#endif
