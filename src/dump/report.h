/*
 * What is made of a trace as a whole, instead of lines for its records: sums,
 * trees, tables.
 */
#ifndef DUMP_REPORT_H
#define DUMP_REPORT_H

#include <stdbool.h>

struct call;
struct record;
struct stacks;
struct state;
struct text;
struct view;

/* All of it outlives the report. */
struct report_context {
	const struct view *view;
	bool json;                 /* for programs to read */
	void *subject;             /* what this kind wants to be given */
	struct stacks *stacks;     /* what frames are called */
	const struct state *state; /* of the records that are added */
	struct text *out;          /* for what need not wait for the end */
	struct text *error;        /* for what fails that is not the input */
};

struct report_kind {
	/* It tells of the whole trace, whatever is selected. */
	bool is_of_all;
	/* Nothing may stand in between: that records were lost is not said. */
	bool is_document;
	/* It wants to know where descriptors lead. */
	bool wants_names;
	/* Entries and returns of calls are enough for it. */
	bool needs_no_parts;
	/* Each record, whatever is selected of it; before it is added, but for
	 * that of a process's end. Or NULL. */
	int (*learn)(void *report, const struct record *record);
	/* Each call, in the same way. */
	int (*learn_call)(void *report, const struct call *call);
	/* NULL: it takes records alone, each of them; else calls put together,
	 * and the records that are part of none. */
	int (*add_call)(void *report, const struct call *call);
	int (*add)(void *report, const struct record *record);
	/* 0, -ENOMEM, or -errno with a line in context->error; as those above,
	 * and the last. */
	int (*open)(void **ret, const struct report_context *context);
	void (*close)(void *report); /* NULL is fine */
	/* Once, when all has been taken; either may be NULL. */
	void (*put)(void *report, struct text *text);
	int (*finish)(void *report);
};

#endif
