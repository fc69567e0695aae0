/*
 * An expression, and what must be known of earlier records to answer it.
 */
#include "query/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "query/lineage.h"
#include "query/parser.h"
#include "trace/record.h"

struct query {
	struct program program;
	struct lineage lineage;
	bool needs_calls, needs_parts;
	bool learns; /* from records of any kind */
	bool has_first;
	uint64_t first_ns;
};

static int add_trees(struct query *query, struct term *term, struct text *error)
{
	for (size_t i = 0; i < term->count; i++) {
		int index = lineage_add_root(&query->lineage,
					     (int32_t)term->values[i].low);

		if (index < 0) {
			text_put(error, "more trees than can be told apart");
			return -EINVAL;
		}
		if (i == 0)
			term->index = (unsigned)index;
	}
	return 0;
}

static int prepare(struct query *query, struct text *error)
{
	struct program *program = &query->program;
	int r = 0;

	for (unsigned i = 0; !r && i < program->term_count; i++) {
		struct term *term = &program->terms[i];

		query->needs_calls |= term->field->needs & TERM_NEEDS_CALL;
		query->needs_parts |= term->field->needs & TERM_NEEDS_PARTS;
		query->learns |= term_learns(term);
		if (term_is_tree(term))
			r = add_trees(query, term, error);
	}
	return r;
}

int query_parse(struct query **ret, const char *expression, struct text *error)
{
	struct query *query = calloc(1, sizeof(*query));
	int r;

	if (!query)
		return -ENOMEM;
	r = parser_parse(&query->program, expression, error);
	if (!r)
		r = prepare(query, error);
	if (r < 0) {
		query_free(query);
		return r;
	}
	*ret = query;
	return 0;
}

void query_free(struct query *query)
{
	if (!query)
		return;
	parser_done(&query->program);
	lineage_done(&query->lineage);
	free(query);
}

int query_check(const char *expression, struct text *error)
{
	struct query *query = NULL;
	int r = query_parse(&query, expression, error);

	if (r == -ENOMEM)
		text_put(error, strerror(ENOMEM));
	query_free(query);
	return r;
}

bool query_needs_calls(const struct query *query)
{
	return query->needs_calls;
}

bool query_needs_parts(const struct query *query)
{
	return query->needs_parts;
}

int query_learn(struct query *query, const struct record *record)
{
	if (!query->has_first)
		query->first_ns = record->time_ns;
	query->has_first = true;
	for (unsigned i = 0; i < query->program.term_count; i++)
		term_learn(&query->program.terms[i], record);
	return lineage_learn(&query->lineage, record);
}

void query_forget(struct query *query, const struct record *record)
{
	lineage_forget(&query->lineage, record->pid);
}

bool query_matches(const struct query *query,
		   const struct query_subject *subject)
{
	const struct program *program = &query->program;
	const struct term_context context = { subject, &query->lineage,
					      query->first_ns };
	bool truth = false;

	for (unsigned i = 0; i < program->step_count; i++) {
		const struct step *step = &program->steps[i];

		switch (step->kind) {
		case STEP_TERM:
			truth = term_holds(&program->terms[step->index],
					   &context);
			break;
		case STEP_NOT:
			truth = !truth;
			break;
		case STEP_IF_TRUE:
			i = truth ? i : step->index - 1;
			break;
		case STEP_IF_FALSE:
			i = truth ? step->index - 1 : i;
			break;
		}
	}
	return truth;
}

/* Which truths one step leaves of those that it is come to with, and where it
 * goes on with each: as query_matches() goes. */
static void spread(const struct step *step, unsigned at, unsigned truths,
		   unsigned term_truths, uint8_t *of)
{
	const unsigned yes = truths & TERM_TRUE, no = truths & TERM_FALSE;

	switch (step->kind) {
	case STEP_TERM:
		of[at + 1] |= truths ? term_truths : 0;
		break;
	case STEP_NOT:
		of[at + 1] |= (yes ? TERM_FALSE : 0) | (no ? TERM_TRUE : 0);
		break;
	case STEP_IF_TRUE:
		of[at + 1] |= yes;
		of[step->index] |= no;
		break;
	case STEP_IF_FALSE:
		of[at + 1] |= no;
		of[step->index] |= yes;
		break;
	}
}

/* It may come from a file. */
static bool is_sound(const struct query_span *span)
{
	return span->earliest_ns <= span->latest_ns &&
	       span->latest_ns <= INT64_MAX && span->first <= span->last &&
	       span->last <= INT64_MAX;
}

bool query_may_match(const struct query *query, const struct query_span *span)
{
	const struct program *program = &query->program;
	uint8_t truths[PARSER_STEPS_MAX + 1] = { TERM_FALSE };

	if (query->learns || !query->has_first || !is_sound(span))
		return true;
	for (unsigned i = 0; i < program->step_count; i++) {
		const struct step *step = &program->steps[i];
		unsigned term = step->kind == STEP_TERM
				    ? term_truths(&program->terms[step->index],
						  span, query->first_ns)
				    : 0;

		spread(step, i, truths[i], term, truths);
	}
	return truths[program->step_count] & TERM_TRUE;
}

void query_help(struct text *text)
{
	term_help(text);
}
