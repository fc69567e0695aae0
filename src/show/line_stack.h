/* A stack -> what stands behind the tag, and the lines below. */
#ifndef SHOW_LINE_STACK_H
#define SHOW_LINE_STACK_H

struct data_style;
struct record;
struct stacks;
struct text;

/* "stack", and why it is not all of it. */
void line_stack_head(struct text *text, const struct record *record,
		     const struct data_style *style);

/* A line per frame: its number, where it is, what that is called. */
void line_stack_frames(struct text *text, struct stacks *stacks,
		       const struct record *record,
		       const struct data_style *style);

#endif
