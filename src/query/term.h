/*
 * One comparison: a field, a sign, values. The fields are one table.
 */
#ifndef QUERY_TERM_H
#define QUERY_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "query/value.h"

struct lineage;
struct query_span;
struct query_subject;
struct record;
struct term;
struct text;

enum term_sign {
	TERM_ANY,
	TERM_NONE,
	TERM_LESS,
	TERM_LESS_EQUAL,
	TERM_MORE,
	TERM_MORE_EQUAL
};

/* What is known besides the subject. */
struct term_context {
	const struct query_subject *subject;
	const struct lineage *lineage;
	uint64_t first_ns; /* of the trace's first record */
};

/* What it looks at, beside any record, as bits. */
enum term_needs {
	TERM_NEEDS_CALL = 1,  /* a whole call, with its return */
	TERM_NEEDS_PARTS = 2, /* of a call, what was captured in between */
};

struct term_field {
	const char *name;
	enum value_kind kind;
	unsigned needs; /* TERM_NEEDS_ */
	bool (*holds)(const struct term *term,
		      const struct term_context *context);
	const char *help; /* one line */
};

struct term {
	const struct term_field *field;
	enum term_sign sign;
	struct value *values; /* owned; one of them must fit */
	size_t count;
	unsigned index;  /* of those of its field that lineage counts */
	bool is_between; /* of marks: within them now, */
	bool is_ending;  /* and behind this record no more */
};

/* NULL: there is none of that name. */
const struct term_field *term_field(const char *name, size_t length);

/* "tree": lineage keeps who descends from its values. */
bool term_is_tree(const struct term *term);
/* Whether term_learn() must see every record. */
bool term_learns(const struct term *term);
/* Looks for marks, before anything is asked about the record. */
void term_learn(struct term *term, const struct record *record);

bool term_holds(const struct term *term, const struct term_context *context);

/* What it may be for records of a span, as bits. */
#define TERM_FALSE 1u
#define TERM_TRUE  2u
unsigned term_truths(const struct term *term, const struct query_span *span,
		     uint64_t first_ns);

void term_done(struct term *term);

/* "pid, tid, ..." */
void term_names(struct text *text);
/* A line for each field. */
void term_help(struct text *text);

#endif
