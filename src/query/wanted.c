/*
 * A list of words: Linux's calls are looked up once, others by their names each
 * time. What the list means is sysdesc/select.h's to say.
 */
#include "query/wanted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "foreign/system.h"

/* A word of the list, without its '!'. */
struct word {
	const char *at;
	size_t length;
	bool is_taken_away;
};

/* The first word, or the one behind *word; false at the end. */
static bool next_word(const char *words, struct word *word)
{
	const char *at = word->at ? word->at + word->length : words;

	if (word->at && *at == '\0')
		return false;
	at += word->at != NULL;
	word->is_taken_away = *at == '!';
	word->at = at + word->is_taken_away;
	word->length = strcspn(word->at, ",");
	return true;
}

static bool is_linux(struct word word)
{
	char *copy = strndup(word.at, word.length);
	struct select select;
	size_t at, length;
	bool is_one;

	/* Not by attribute: analysers do not see it here. */
	is_one = copy && select_parse(&select, copy, &at, &length) == 0;
	free(copy);
	return is_one;
}

/* What is left of the list when it is about Linux alone. */
static int parse_linux(struct select *ret, const char *words)
{
	_cleanup_(text_done) struct text left = TEXT_INIT;
	struct word word = { .at = NULL };
	size_t at, length;

	/* A list that takes away begins with all. */
	text_put(&left, words[0] == '!' ? "all" : "!all");
	while (next_word(words, &word)) {
		if (word.length == 0 || word.at[0] == '!')
			return -EINVAL;
		if (is_linux(word)) {
			text_put(&left, word.is_taken_away ? ",!" : ",");
			text_bytes(&left, word.at, word.length);
		} else if (!system_has_call(word.at, word.length)) {
			return -EINVAL;
		}
	}
	if (left.failed)
		return -ENOMEM;
	return select_parse(ret, text_string(&left), &at, &length);
}

int wanted_parse(struct wanted **ret, const char *words)
{
	size_t length = strlen(words) + 1;
	struct wanted *wanted = malloc(sizeof(*wanted) + length);
	int r;

	if (!wanted)
		return -ENOMEM;
	memcpy(wanted->words, words, length);
	r = parse_linux(&wanted->linux_calls, words);
	if (r < 0) {
		free(wanted);
		return r;
	}
	*ret = wanted;
	return 0;
}

static bool is_class(struct word word, const struct sysdesc_row *row)
{
	for (unsigned bit = 0; bit < SYSDESC_CLASS_COUNT; bit++) {
		const char *name = sysdesc_class_name(bit);

		if (strlen(name) == word.length - 1 &&
		    !memcmp(name, word.at + 1, word.length - 1))
			return row->classes >> bit & 1;
	}
	return false;
}

static bool is_meant(struct word word, const struct sysdesc_row *row)
{
	if (word.length == 3 && !memcmp(word.at, "all", 3))
		return true;
	if (!row)
		return false;
	if (word.at[0] == '@')
		return is_class(word, row);
	return strlen(row->name) == word.length &&
	       !memcmp(row->name, word.at, word.length);
}

bool wanted_has(const struct wanted *wanted, enum sysdesc_abi abi,
		const struct sysdesc_row *row)
{
	struct word word = { .at = NULL };
	bool has = wanted->words[0] == '!';

	if (system_of(abi) == RECORD_LINUX)
		return select_has(&wanted->linux_calls, row);
	while (next_word(wanted->words, &word))
		if (is_meant(word, row))
			has = !word.is_taken_away;
	return has;
}
