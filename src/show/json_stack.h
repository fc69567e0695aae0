/* The frames of a stack as JSON. */
#ifndef SHOW_JSON_STACK_H
#define SHOW_JSON_STACK_H

struct record;
struct stacks;
struct text;

/* `"frames":[...]` */
void json_stack_put(struct text *text, struct stacks *stacks,
		    const struct record *record);

#endif
