/*
 * An expression -> steps, made one after the other with one truth in hand: a
 * term sets it, `and` and `or` may leave out what is behind them.
 */
#ifndef QUERY_PARSER_H
#define QUERY_PARSER_H

#include <stddef.h>

#include "query/term.h"

/* More than anybody types. */
#define PARSER_STEPS_MAX 512u
#define PARSER_DEPTH_MAX 128u

struct text;

enum step_kind {
	STEP_TERM,     /* the truth of terms[index] */
	STEP_NOT,      /* the other truth */
	STEP_IF_TRUE,  /* go on if so, else go to step index */
	STEP_IF_FALSE, /* the same the other way round */
};

struct step {
	enum step_kind kind;
	unsigned index;
};

struct program {
	struct step *steps; /* owned, as the terms are */
	unsigned step_count;
	struct term *terms;
	unsigned term_count;
};

/* 0; -EINVAL with one line in *error; -ENOMEM. In any case *ret is to be freed
 * with parser_done(). */
int parser_parse(struct program *ret, const char *expression,
		 struct text *error);
void parser_done(struct program *program);

#endif
