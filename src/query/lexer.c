/*
 * Words of an expression. Knows what they look like, not what they mean.
 */
#include "query/lexer.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"

/* Longer ones first. */
static const struct sign {
	const char *text;
	enum token_kind kind;
} signs[] = {
	{ "==", TOKEN_EQUAL },      { "!=", TOKEN_UNEQUAL },
	{ "<=", TOKEN_LESS_EQUAL }, { ">=", TOKEN_MORE_EQUAL },
	{ "&&", TOKEN_AND },        { "||", TOKEN_OR },
	{ "..", TOKEN_RANGE },      { "=", TOKEN_EQUAL },
	{ "<", TOKEN_LESS },        { ">", TOKEN_MORE },
	{ "!", TOKEN_NOT },         { ",", TOKEN_COMMA },
	{ "(", TOKEN_OPEN },        { ")", TOKEN_CLOSE },
};

static const struct sign keywords[] = {
	{ "and", TOKEN_AND },
	{ "or", TOKEN_OR },
	{ "not", TOKEN_NOT },
};

/* Two dots are a range, but for those of a path. */
static bool is_range(const char *at, const char *start)
{
	return at[0] == '.' && at[1] == '.' && at[2] != '/' &&
	       (at == start || at[-1] != '/');
}

static size_t length_of_word(const char *start)
{
	const char *at = start;

	while (*at && !isspace((unsigned char)*at) &&
	       !strchr("()!=<>,\"'&|", *at) && !is_range(at, start))
		at++;
	return (size_t)(at - start);
}

/* A backslash in front of a quote takes it in. */
static size_t length_of_string(const char *start, char quote)
{
	const char *at = start;

	while (*at && *at != quote)
		at += at[0] == '\\' && at[1] ? 2 : 1;
	return (size_t)(at - start);
}

static const struct sign *find_sign(const char *at)
{
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (strncmp(at, signs[i].text, strlen(signs[i].text)) == 0)
			return &signs[i];
	return NULL;
}

static void take_string(struct lexer *lexer, struct token *token)
{
	char quote = token->at[0];

	token->at++;
	token->length = length_of_string(token->at, quote);
	token->kind = token->at[token->length] ? TOKEN_STRING : TOKEN_UNENDED;
	lexer->position += token->length + 1 + (token->kind == TOKEN_STRING);
}

static void take_sign(struct lexer *lexer, struct token *token)
{
	const struct sign *sign = find_sign(token->at);

	token->kind = sign ? sign->kind : TOKEN_BAD;
	token->length = sign ? strlen(sign->text) : 1;
	lexer->position += token->length;
}

static void take_word(struct lexer *lexer, struct token *token)
{
	token->kind = TOKEN_WORD;
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
		if (strlen(keywords[i].text) == token->length &&
		    !memcmp(keywords[i].text, token->at, token->length))
			token->kind = keywords[i].kind;
	lexer->position += token->length;
}

struct token lexer_next(struct lexer *lexer)
{
	const char *all = lexer->expression;
	struct token token = { .kind = TOKEN_END };

	while (isspace((unsigned char)all[lexer->position]))
		lexer->position++;
	token.at = all + lexer->position;
	token.column = lexer->position + 1;
	if (!*token.at)
		return token;
	token.length = length_of_word(token.at);
	if (token.length)
		take_word(lexer, &token);
	else if (*token.at == '"' || *token.at == '\'')
		take_string(lexer, &token);
	else
		take_sign(lexer, &token);
	return token;
}

bool lexer_is_text(const struct token *token)
{
	return token->kind == TOKEN_WORD || token->kind == TOKEN_STRING;
}
