/*
 * The one option parser. What a program takes stands in its table; this file
 * knows no option by name, prints nothing and keeps nothing.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/options.h"
#include "base/text.h"

struct options_state {
	const struct options_row *table;
	int argc;
	char *const *argv;
	int at; /* the word that is looked at */
	void *ret;
	options_take *before;
	struct text *error;
};

/* Whether the argument may be left out. */
static bool options_is_free(const struct options_row *row)
{
	return row->argument && row->argument[0] == '[';
}

static bool options_is_last(const struct options_row *row)
{
	return !row->letter && !row->name;
}

static int options_give(const struct options_state *state,
			const struct options_row *row, const char *value)
{
	const struct options_given given = { row, value, state->ret,
					     state->error };
	int r = state->before ? state->before(&given) : 0;

	return r ? r : row->take(&given);
}

static const struct options_row *
options_find_letter(const struct options_row *row, char letter)
{
	for (; !options_is_last(row); row++)
		if (row->letter && row->letter == letter)
			return row;
	return NULL;
}

static const struct options_row *
options_find_name(const struct options_row *row, const char *name,
		  size_t length)
{
	for (; !options_is_last(row); row++)
		if (row->name && strlen(row->name) == length &&
		    memcmp(row->name, name, length) == 0)
			return row;
	return NULL;
}

/* What somebody typed: it may hold anything, and goes to a terminal. */
static void options_quote(struct text *text, const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (word[i] >= ' ' && word[i] <= '~')
			text_char(text, word[i]);
		else
			text_format(text, "\\%03o", (unsigned char)word[i]);
	}
}

static int options_complain(struct options_state *state, const char *before,
			    const char *word, size_t length, const char *after)
{
	text_put(state->error, before);
	options_quote(state->error, word, length);
	text_put(state->error, after);
	return -EINVAL;
}

/* The argument that stands in the word after this one. */
static int options_next_word(struct options_state *state,
			     const struct options_row *row, const char *dashes,
			     const char *option, size_t length,
			     const char **ret)
{
	if (state->at + 1 < state->argc) {
		*ret = state->argv[++state->at];
		return 0;
	}
	options_complain(state, dashes, option, length, " needs an argument: ");
	text_put(state->error, row->argument);
	return -EINVAL;
}

static int options_long(struct options_state *state, const char *word)
{
	size_t length = strcspn(word, "=");
	const char *value = word[length] ? word + length + 1 : NULL;
	const struct options_row *row;
	int result = 0;

	row = options_find_name(state->table, word, length);
	if (!row)
		return options_complain(state, "unknown option --", word,
					length, "");
	if (!row->argument && value)
		return options_complain(state, "--", word, length,
					" takes no argument");
	if (row->argument && !value && !options_is_free(row))
		result = options_next_word(state, row, "--", word, length,
					   &value);
	return result ? result : options_give(state, row, value);
}

static int options_cluster(struct options_state *state, const char *letters)
{
	const struct options_row *row;
	const char *value;
	int result = 0;

	for (; *letters && !result; letters++) {
		row = options_find_letter(state->table, *letters);
		if (!row)
			return options_complain(state, "unknown option -",
						letters, 1, "");
		value = NULL;
		if (row->argument && letters[1])
			value = letters + 1;
		else if (row->argument)
			result = options_next_word(state, row, "-", letters, 1,
						   &value);
		if (!result)
			result = options_give(state, row, value);
		if (row->argument)
			break;
	}
	return result;
}

int options_parse(const struct options_row *table, int argc, char *const *argv,
		  void *ret, options_take *before, struct text *error)
{
	struct options_state state = {
		.table = table,
		.argc = argc,
		.argv = argv,
		.ret = ret,
		.before = before,
		.error = error,
	};
	const char *word;
	int result;

	for (state.at = 1; state.at < argc; state.at++) {
		word = argv[state.at];
		if (word[0] != '-' || word[1] == 0)
			break;
		if (strcmp(word, "--") == 0)
			return state.at + 1;
		if (word[1] == '-')
			result = options_long(&state, word + 2);
		else
			result = options_cluster(&state, word + 1);
		if (result)
			return result;
	}
	return MIN(state.at, argc);
}

static void options_help_row(const struct options_row *row, struct text *text)
{
	if (row->letter)
		text_format(text, "  -%c", row->letter);
	else
		text_put(text, "    ");
	if (row->name)
		text_format(text, "%s--%s", row->letter ? ", " : "  ",
			    row->name);
	if (options_is_free(row))
		text_format(text, "[=%s", row->argument + 1);
	else if (row->argument)
		text_format(text, "%c%s", row->name ? '=' : ' ', row->argument);
}

void options_help(const struct options_row *table, struct text *text)
{
	const struct options_row *row;
	size_t start, width = 0;

	for (row = table; !options_is_last(row); row++) {
		start = text->length;
		options_help_row(row, text);
		width = MAX(width, text->length - start);
		text->length = start;
	}
	for (row = table; !options_is_last(row); row++) {
		start = text->length;
		options_help_row(row, text);
		text_pad(text, start, width + 2);
		text_put(text, row->help);
		text_char(text, '\n');
	}
}

/* Digits, as a number; *ret_end is behind them. */
static int options_digits(const char *value, uint64_t *ret,
			  const char **ret_end)
{
	uint64_t number = 0;
	bool overflow = false;

	if (*value < '0' || *value > '9')
		return -EINVAL;
	for (; *value >= '0' && *value <= '9'; value++) {
		overflow |= __builtin_mul_overflow(number, 10, &number);
		overflow |= __builtin_add_overflow(number, *value - '0',
						   &number);
	}
	*ret_end = value;
	if (overflow)
		number = UINT64_MAX;
	*ret = number;
	return overflow ? -ERANGE : 0;
}

int options_number(const char *value, int64_t low, int64_t high, int64_t *ret)
{
	bool negative = value[0] == '-';
	uint64_t magnitude, limit;
	const char *end = "";
	int64_t number;
	int result;

	result = options_digits(value + negative, &magnitude, &end);
	if (*end || result == -EINVAL)
		return -EINVAL;
	limit = (uint64_t)INT64_MAX + negative;
	if (result || magnitude > limit)
		return -ERANGE;
	number = (int64_t)(negative ? 0 - magnitude : magnitude);
	if (number < low || number > high)
		return -ERANGE;
	*ret = number;
	return 0;
}

int options_size(const char *value, uint64_t low, uint64_t high, uint64_t *ret)
{
	static const char suffixes[] = "KMG";
	const char *suffix, *end = "";
	uint64_t number;
	int result;

	result = options_digits(value, &number, &end);
	if (result == -EINVAL)
		return result;
	suffix = *end ? strchr(suffixes, toupper((unsigned char)*end)) : NULL;
	if (*end && (!suffix || end[1]))
		return -EINVAL;
	if (suffix &&
	    __builtin_mul_overflow(
		number, UINT64_C(1024) << 10 * (suffix - suffixes), &number))
		result = -ERANGE;
	if (result || number < low || number > high)
		return -ERANGE;
	*ret = number;
	return 0;
}

static void *options_place(const struct options_given *given)
{
	return (char *)given->ret + given->row->at;
}

/* Into a member of so many bytes, for which it is not too large. */
static void options_store(const struct options_given *given, int64_t number,
			  size_t size)
{
	void *place = options_place(given);

	if (size == sizeof(int64_t))
		*(int64_t *)place = number;
	else if (size == sizeof(int))
		*(int *)place = (int)number;
	else
		*(bool *)place = number != 0;
}

void options_put_name(struct text *text, const struct options_row *row)
{
	if (row->name)
		text_format(text, "--%s", row->name);
	else
		text_format(text, "-%c", row->letter);
}

int options_refuse(const struct options_given *given, const char *wanted)
{
	options_put_name(given->error, given->row);
	text_put(given->error, ": \"");
	options_quote(given->error, given->value, strlen(given->value));
	text_format(given->error, "\" is not %s", wanted);
	return -EINVAL;
}

int options_find(const struct options_given *given, const char *const *words)
{
	int at;

	for (at = 0; words[at]; at++)
		if (!strcmp(given->value, words[at]))
			return at;
	options_refuse(given, words[0]);
	for (at = 1; words[at]; at++)
		text_format(given->error, "%s%s", words[at + 1] ? ", " : " or ",
			    words[at]);
	return -EINVAL;
}

int options_flag(const struct options_given *given)
{
	*(bool *)options_place(given) = true;
	return 0;
}

int options_word(const struct options_given *given)
{
	*(const char **)options_place(given) = given->value;
	return 0;
}

int options_number_in(const struct options_given *given)
{
	const struct options_range *range = given->row->by;
	int64_t number;

	if (options_number(given->value, range->low, range->high, &number))
		return options_refuse(given, range->what);
	options_store(given, number, range->size);
	return 0;
}

int options_size_in(const struct options_given *given)
{
	const struct options_sizes *sizes = given->row->by;

	if (!options_size(given->value, sizes->low, sizes->high,
			  options_place(given)))
		return 0;
	options_refuse(given, "a size from ");
	text_format(given->error, "%" PRIu64 " to %" PRIu64 ", such as %s",
		    sizes->low, sizes->high, sizes->example);
	return -EINVAL;
}

int options_choice(const struct options_given *given)
{
	const struct options_words *list = given->row->by;
	int at = options_find(given, list->words);

	if (at < 0)
		return at;
	options_store(given, at, list->size);
	return 0;
}
