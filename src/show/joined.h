/*
 * A system call -> one line: what it was given, what it gave, how long it took;
 * and lines for what happens besides.
 */
#ifndef SHOW_JOINED_H
#define SHOW_JOINED_H

struct call;
struct view;
struct record;
struct state;
struct text;

/* A call that has returned, or one that has not: that says so, once. */
void joined_put_call(struct text *text, const struct view *view,
		     const struct state *state, struct call *call);

/* A record that is no part of a call; nothing for those that say nothing
 * beyond the line of a call. */
void joined_put_event(struct text *text, const struct view *view,
		      const struct state *state, const struct record *record);

#endif
