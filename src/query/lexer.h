/* An expression -> its words. */
#ifndef QUERY_LEXER_H
#define QUERY_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,   /* bare */
	TOKEN_STRING, /* between quotes, which are not part of it */
	TOKEN_EQUAL,
	TOKEN_UNEQUAL,
	TOKEN_LESS,
	TOKEN_LESS_EQUAL,
	TOKEN_MORE,
	TOKEN_MORE_EQUAL,
	TOKEN_COMMA,
	TOKEN_RANGE, /* ".." */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_UNENDED, /* a quote that nothing ends */
	TOKEN_BAD,     /* a character that stands for nothing */
};

struct token {
	enum token_kind kind;
	const char *at; /* in the expression */
	size_t length;
	size_t column; /* counted from 1 */
};

struct lexer {
	const char *expression; /* NUL-terminated, not owned */
	size_t position;
};

struct token lexer_next(struct lexer *lexer);

/* Whether it is a word or a string. */
bool lexer_is_text(const struct token *token);

#endif
