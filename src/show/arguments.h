/* What a call was given -> what stands between its brackets. */
#ifndef SHOW_ARGUMENTS_H
#define SHOW_ARGUMENTS_H

#include <stdbool.h>

#include "join/call.h"

struct descriptor_name;
struct view;
struct text;

struct arguments {
	struct text *text;
	const struct view *view;
	const struct call *call;
	bool is_used[CALL_PARTS_MAX]; /* parts that stand in the line */
};

/* All of them, with the brackets. */
void arguments_put(struct arguments *arguments);

/* "</src/a.c>", behind a descriptor; nothing for NULL. */
void arguments_put_name(struct text *text, const struct view *view,
			const struct descriptor_name *name);

#endif
