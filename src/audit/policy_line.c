/* Blanks, quotes, escapes. Knows no word. */
#include "audit/policy_line.h"

#include <string.h>

#define WILD "*?[]\\"

struct cursor {
	const char *text;
	size_t length, at;
};

void policy_line_done(struct policy_line *line)
{
	for (unsigned i = 0; i < line->count; i++)
		text_done(&line->words[i].text);
	line->count = 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_octal(const struct cursor *cursor, size_t at)
{
	return at < cursor->length && cursor->text[at] >= '0' &&
	       cursor->text[at] <= '7';
}

/* A byte by its number is itself, whatever it means in a pattern. */
static void put_byte(struct text *text, unsigned char byte)
{
	if (byte && strchr(WILD, byte))
		text_char(text, '\\');
	text_char(text, (char)byte);
}

/* Behind a backslash in quotes. */
static const char *take_escape(struct cursor *cursor, struct text *text)
{
	const char *at = cursor->text + cursor->at + 1;
	unsigned byte;

	if (cursor->at + 1 >= cursor->length)
		return "nothing is behind the \\; a \\ is \\\\";
	if (is_octal(cursor, cursor->at + 1) &&
	    is_octal(cursor, cursor->at + 2) &&
	    is_octal(cursor, cursor->at + 3)) {
		byte = (unsigned)((at[0] - '0') * 64 + (at[1] - '0') * 8 +
				  (at[2] - '0'));
		if (byte == 0 || byte > 255)
			return "no name has that byte; \\001 to \\377 are";
		put_byte(text, (unsigned char)byte);
		cursor->at += 4;
		return NULL;
	}
	if (*at == 'n' || *at == 't') {
		text_char(text, *at == 'n' ? '\n' : '\t');
	} else {
		text_char(text, '\\');
		text_char(text, *at);
	}
	cursor->at += 2;
	return NULL;
}

static const char *take_quoted(struct cursor *cursor, struct text *text)
{
	const char *wrong = NULL;

	for (cursor->at++; !wrong && cursor->at < cursor->length;) {
		char c = cursor->text[cursor->at];

		if (c == '"') {
			cursor->at++;
			return NULL;
		}
		if (c == '\\') {
			wrong = take_escape(cursor, text);
			continue;
		}
		text_char(text, c);
		cursor->at++;
	}
	return wrong ? wrong : "the quote does not end on this line";
}

static const char *take_plain(struct cursor *cursor, struct text *text)
{
	while (cursor->at < cursor->length &&
	       !is_blank(cursor->text[cursor->at])) {
		char c = cursor->text[cursor->at];

		if (c == '"')
			return "a quote within a word; put all of it in "
			       "quotes";
		if (c == '\\' && cursor->at + 1 < cursor->length)
			text_char(text, cursor->text[cursor->at++]);
		text_char(text, cursor->text[cursor->at++]);
	}
	return NULL;
}

static const char *take_word(struct cursor *cursor, struct policy_word *word)
{
	const char *wrong;

	if (cursor->text[cursor->at] != '"')
		return take_plain(cursor, &word->text);
	wrong = take_quoted(cursor, &word->text);
	if (!wrong && cursor->at < cursor->length &&
	    !is_blank(cursor->text[cursor->at]))
		return "something is behind the quote; put a blank between";
	return wrong;
}

/* Bytes that nobody sees; those of UTF-8 are taken as they are. */
static const char *check_bytes(struct cursor *cursor)
{
	for (cursor->at = 0; cursor->at < cursor->length; cursor->at++) {
		unsigned char c = (unsigned char)cursor->text[cursor->at];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return "a control byte; in quotes it can be \\ooo";
	}
	cursor->at = 0;
	return NULL;
}

static const char *take_words(struct cursor *cursor, struct policy_line *line)
{
	const char *wrong = NULL;

	while (!wrong) {
		while (cursor->at < cursor->length &&
		       is_blank(cursor->text[cursor->at]))
			cursor->at++;
		if (cursor->at == cursor->length ||
		    cursor->text[cursor->at] == '#')
			break;
		if (line->count == POLICY_WORDS_MAX)
			return "more words than any line has";
		line->words[line->count] = (struct policy_word){
			.column = (unsigned)cursor->at + 1,
		};
		wrong = take_word(cursor, &line->words[line->count++]);
		line->end = (unsigned)cursor->at + 1;
	}
	return wrong;
}

const char *policy_line_split(struct policy_line *ret, const char *text,
			      size_t length, unsigned *ret_column)
{
	struct cursor cursor = { text, length, 0 };
	const char *wrong;

	*ret = (struct policy_line){ .end = 1 };
	wrong = check_bytes(&cursor);
	if (!wrong)
		wrong = take_words(&cursor, ret);
	*ret_column = (unsigned)cursor.at + 1;
	if (wrong)
		policy_line_done(ret);
	return wrong;
}

bool policy_line_is(const struct policy_word *word, const char *text)
{
	return word->text.length == strlen(text) &&
	       !memcmp(word->text.data, text, word->text.length);
}
