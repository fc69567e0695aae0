/*
 * What becomes of records, by what was asked for: a line or an object for each,
 * a line for each call, or sums at the end.
 */
#ifndef DUMP_FORM_H
#define DUMP_FORM_H

#include <stdbool.h>

#include "base/text.h"
#include "join/calls.h"
#include "join/descriptor.h"
#include "join/state.h"

struct ktr_frame;
struct job;
struct query;
struct record;

struct form {
	const struct job *job;
	struct state state;
	struct calls calls;             /* of those that put calls together */
	struct descriptors descriptors; /* of what shows their names */
	struct query *query;            /* of -w, or NULL */
	void *report;                   /* of job->report, or NULL */
	struct text out;                /* what is to be written next */
	struct text error; /* what failed that is not the input, or "" */
	int failure;       /* of the last call that was given out */
	bool drop_said;    /* and nothing shown since */
};

/* 0, -ENOMEM, or -errno with a line in form->error, as the others here. It is
 * to be closed even so. */
int form_open(struct form *form, const struct job *job);
void form_close(struct form *form);

/*
 * Whether records that are so described, and so many are in front of them, can
 * be left out and nothing shown would differ. is_behind: neither they nor any
 * that come are what was asked for.
 */
bool form_may_skip(struct form *form, const struct ktr_frame *frame,
		   uint64_t before, bool is_behind);

/* Learns from a record, and adds what is to be said of it. */
int form_take(struct form *form, const struct record *record);

/* Whether there are calls that form_idle() would show. */
bool form_waits(const struct form *form);
/* Nothing has come for a while: shows calls that have not returned. */
void form_idle(struct form *form);

/* Nothing comes any more: adds what is left. */
int form_end(struct form *form);

#endif
