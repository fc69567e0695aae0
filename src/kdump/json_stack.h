/* The frames of a stack as JSON. */
#ifndef KDUMP_JSON_STACK_H
#define KDUMP_JSON_STACK_H

struct record;
struct stacks;
struct text;

/* `"frames":[...]` */
void json_stack_put(struct text *text, struct stacks *stacks,
		    const struct record *record);

#endif
