/*
 * A line of a policy -> its words. Private to the parser.
 */
#ifndef AUDIT_POLICY_LINE_H
#define AUDIT_POLICY_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define POLICY_WORDS_MAX 6u

struct policy_word {
	struct text text; /* without quotes; a backslash is still one */
	unsigned column;  /* from 1, in bytes */
};

struct policy_line {
	struct policy_word words[POLICY_WORDS_MAX];
	unsigned count;
	unsigned end; /* the column behind the last word */
};

void policy_line_done(struct policy_line *line);

/*
 * Words between blanks; "quotes" hold blanks, and \ooo, \n, \t for bytes. What
 * is behind a # at the start of a word is left out. NULL; or what is wrong,
 * and *ret_column where.
 */
const char *policy_line_split(struct policy_line *ret, const char *text,
			      size_t length, unsigned *ret_column);

/* Whether a word is that. */
bool policy_line_is(const struct policy_word *word, const char *text);

#endif
