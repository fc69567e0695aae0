/*
 * The grammar, without recursion: operators wait on a stack until what is to
 * their right is complete.
 *
 *	expression: term | not expression | ( expression )
 *		  | expression and expression | expression or expression
 *	term:	    field | field sign value [, value]...
 *	value:	    text | text .. text
 *
 * `not` binds closest, then `and`, then `or`. Must not know any field.
 */
#include "query/parser.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/text.h"
#include "query/lexer.h"

/* What waits: an operator, with its step to be completed, or a bracket. */
struct waiting {
	enum token_kind kind; /* TOKEN_AND, _OR, _NOT, _OPEN */
	unsigned step;
};

struct parser {
	struct program *program;
	struct lexer lexer;
	struct token token; /* that is looked at */
	struct text *error;
	struct waiting waiting[PARSER_DEPTH_MAX];
	unsigned depth;
};

static void advance(struct parser *parser)
{
	parser->token = lexer_next(&parser->lexer);
}

/* What somebody typed: it may hold anything, and goes to a terminal. */
static void put_word(struct text *text, const struct token *token)
{
	text_char(text, '\'');
	for (size_t i = 0; i < token->length; i++) {
		unsigned char byte = (unsigned char)token->at[i];

		if (byte >= ' ' && byte <= '~')
			text_char(text, (char)byte);
		else
			text_format(text, "\\%03o", byte);
	}
	text_char(text, '\'');
}

/* "column 3: 'x' is where a field is wanted" */
static int complain(struct parser *parser, const struct token *token,
		    const char *what)
{
	text_format(parser->error, "column %zu: ", token->column);
	if (token->kind == TOKEN_END) {
		text_put(parser->error, "it ends");
	} else if (token->kind == TOKEN_UNENDED) {
		text_put(parser->error, "a quote that nothing ends");
		return -EINVAL;
	} else {
		put_word(parser->error, token);
		text_put(parser->error, " stands");
	}
	text_put(parser->error, " where ");
	text_put(parser->error, what);
	text_put(parser->error, " is wanted");
	return -EINVAL;
}

/* ---- steps ---- */

static int add_step(struct parser *parser, enum step_kind kind, unsigned index)
{
	struct program *program = parser->program;
	struct step *steps;

	if (program->step_count == PARSER_STEPS_MAX) {
		text_put(parser->error, "it is too long");
		return -EINVAL;
	}
	steps = reallocarray(program->steps, program->step_count + 1,
			     sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	program->steps = steps;
	steps[program->step_count++] = (struct step){ kind, index };
	return 0;
}

static int wait_for(struct parser *parser, enum token_kind kind, unsigned step)
{
	if (parser->depth == PARSER_DEPTH_MAX) {
		text_put(parser->error, "it is nested too deeply");
		return -EINVAL;
	}
	parser->waiting[parser->depth++] = (struct waiting){ kind, step };
	return 0;
}

static unsigned strength(enum token_kind kind)
{
	switch (kind) {
	case TOKEN_NOT:
		return 3;
	case TOKEN_AND:
		return 2;
	case TOKEN_OR:
		return 1;
	default: /* a bracket binds nothing */
		return 0;
	}
}

/* Completes what waits and binds at least so strongly. */
static int complete(struct parser *parser, unsigned least)
{
	struct program *program = parser->program;
	int r = 0;

	while (!r && parser->depth) {
		const struct waiting *last =
		    &parser->waiting[parser->depth - 1];

		if (strength(last->kind) < least)
			break;
		if (last->kind == TOKEN_NOT)
			r = add_step(parser, STEP_NOT, 0);
		else
			program->steps[last->step].index = program->step_count;
		parser->depth--;
	}
	return r;
}

/* ---- terms ---- */

static int add_value(struct parser *parser, struct term *term)
{
	struct token from = parser->token, to = { .kind = TOKEN_END };
	struct value *values;
	const char *wrong = NULL;
	int r;

	if (!lexer_is_text(&from))
		return complain(parser, &from, "a value");
	advance(parser);
	if (parser->token.kind == TOKEN_RANGE) {
		advance(parser);
		to = parser->token;
		if (!lexer_is_text(&to))
			return complain(parser, &to, "the end of a span");
		advance(parser);
	}
	values = reallocarray(term->values, term->count + 1, sizeof(*values));
	if (!values)
		return -ENOMEM;
	term->values = values;
	r = value_parse(&values[term->count], term->field->kind, &from,
			to.kind == TOKEN_END ? NULL : &to, &wrong);
	if (r == -EINVAL)
		return complain(parser, &from, wrong);
	term->count += r == 0;
	return r;
}

static int add_values(struct parser *parser, struct term *term)
{
	int r = add_value(parser, term);

	while (!r && parser->token.kind == TOKEN_COMMA) {
		advance(parser);
		r = add_value(parser, term);
	}
	return r;
}

static const struct {
	enum token_kind token;
	enum term_sign sign;
} signs[] = {
	{ TOKEN_EQUAL, TERM_ANY }, { TOKEN_UNEQUAL, TERM_NONE },
	{ TOKEN_LESS, TERM_LESS }, { TOKEN_LESS_EQUAL, TERM_LESS_EQUAL },
	{ TOKEN_MORE, TERM_MORE }, { TOKEN_MORE_EQUAL, TERM_MORE_EQUAL },
};

static int take_sign(struct parser *parser, struct term *term)
{
	bool has_order = value_is_ordered(term->field->kind);

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (signs[i].token != parser->token.kind)
			continue;
		term->sign = signs[i].sign;
		if (!has_order && term->sign > TERM_NONE)
			break;
		advance(parser);
		return 0;
	}
	return complain(parser, &parser->token,
			has_order ? "one of = != < <= > >=" : "= or !=");
}

/* Behind < and the like there is one value, and no span. */
static int check_order(struct parser *parser, const struct term *term,
		       const struct token *first)
{
	if (term->sign <= TERM_NONE ||
	    (term->count == 1 && term->values[0].low == term->values[0].high))
		return 0;
	return complain(parser, first, "one number");
}

static int take_comparison(struct parser *parser, struct term *term)
{
	struct token first;
	int r;

	if (term->field->kind == VALUE_NONE)
		return 0;
	r = take_sign(parser, term);
	if (r < 0)
		return r;
	first = parser->token;
	r = add_values(parser, term);
	return r < 0 ? r : check_order(parser, term, &first);
}

static int complain_of_field(struct parser *parser)
{
	int r = complain(parser, &parser->token, "a field");

	text_put(parser->error, ": ");
	term_names(parser->error);
	return r;
}

static int take_term(struct parser *parser)
{
	struct program *program = parser->program;
	const struct term_field *field = NULL;
	struct term *terms;
	int r;

	if (parser->token.kind == TOKEN_WORD)
		field = term_field(parser->token.at, parser->token.length);
	if (!field)
		return complain_of_field(parser);
	advance(parser);
	terms = reallocarray(program->terms, program->term_count + 1,
			     sizeof(*terms));
	if (!terms)
		return -ENOMEM;
	program->terms = terms;
	terms[program->term_count] = (struct term){ .field = field };
	r = take_comparison(parser, &terms[program->term_count++]);
	return r < 0 ? r : add_step(parser, STEP_TERM, program->term_count - 1);
}

/* ---- the whole ---- */

/* What stands in front of a term: brackets and `not`; then the term. */
static int take_operand(struct parser *parser)
{
	int r = 0;

	while (!r && (parser->token.kind == TOKEN_NOT ||
		      parser->token.kind == TOKEN_OPEN)) {
		r = wait_for(parser, parser->token.kind, 0);
		advance(parser);
	}
	return r < 0 ? r : take_term(parser);
}

static int take_close(struct parser *parser)
{
	int r = complete(parser, strength(TOKEN_OR));

	if (r < 0)
		return r;
	if (!parser->depth) {
		text_format(parser->error, "column %zu: ')' closes nothing",
			    parser->token.column);
		return -EINVAL;
	}
	parser->depth--;
	advance(parser);
	return 0;
}

/* An operator between two operands: the second may be left out. */
static int take_operator(struct parser *parser)
{
	enum token_kind kind = parser->token.kind;
	int r = complete(parser, strength(kind));

	if (!r)
		r = wait_for(parser, kind, parser->program->step_count);
	if (!r)
		r = add_step(parser,
			     kind == TOKEN_AND ? STEP_IF_TRUE : STEP_IF_FALSE,
			     0);
	advance(parser);
	return r;
}

static int take_all(struct parser *parser)
{
	for (;;) {
		int r = take_operand(parser);

		while (!r && parser->token.kind == TOKEN_CLOSE)
			r = take_close(parser);
		if (r < 0 || parser->token.kind == TOKEN_END)
			return r;
		if (parser->token.kind != TOKEN_AND &&
		    parser->token.kind != TOKEN_OR)
			return complain(parser, &parser->token, "and or or");
		r = take_operator(parser);
		if (r < 0)
			return r;
	}
}

int parser_parse(struct program *ret, const char *expression,
		 struct text *error)
{
	struct parser parser = {
		.program = ret,
		.lexer = { .expression = expression },
		.error = error,
	};
	int r;

	*ret = (struct program){ .steps = NULL };
	advance(&parser);
	r = take_all(&parser);
	if (!r)
		r = complete(&parser, strength(TOKEN_OR));
	if (!r && parser.depth)
		return complain(&parser, &parser.token, "a closing bracket");
	return r;
}

void parser_done(struct program *program)
{
	for (unsigned i = 0; i < program->term_count; i++)
		term_done(&program->terms[i]);
	free(program->terms);
	free(program->steps);
	*program = (struct program){ .steps = NULL };
}
