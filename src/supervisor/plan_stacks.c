/*
 * The expression of --stack. Must not know a call or a signal by name: names
 * come from the tables.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "supervisor/plan.h"
#include "sysdesc/sysdesc.h"

#define SIGNALS_MAX 64

static bool is_word(const char *word, size_t length, const char *name)
{
	return name && strlen(name) == length && !memcmp(word, name, length);
}

/* The bit of a signal's name, or 0. */
static uint64_t signal_of(const char *word, size_t length)
{
	for (int i = 1; i <= SIGNALS_MAX; i++)
		if (is_word(word, length, sysdesc_signal_name(i)))
			return UINT64_C(1) << (i - 1);
	return is_word(word, length, "all") ? UINT64_MAX : 0;
}

/*
 * Takes the signals out of the words, each with the comma behind it: what is
 * left, in place, is about calls. Every word of `all` is about both.
 */
static uint64_t take_signals(char *words)
{
	uint64_t signals = words[0] == '!' ? UINT64_MAX : 0;
	char *to = words;

	for (char *at = words; *at;) {
		size_t length = strcspn(at, ",");
		size_t whole = length + (at[length] == ',');
		bool removes = at[0] == '!';
		uint64_t bits = signal_of(at + removes, length - removes);

		signals = removes ? signals & ~bits : signals | bits;
		if (!bits || bits == UINT64_MAX) {
			memmove(to, at, whole);
			to += whole;
		}
		at += whole;
	}
	if (to > words && to[-1] == ',' && to[0] != '\0')
		to--;
	*to = '\0';
	return signals;
}

/* What is wrong is looked for where it came from. */
static int parse_calls(struct select *ret, const char *expression, char *words,
		       size_t *ret_at, size_t *ret_length)
{
	size_t at = 0;
	int r;

	if (!words[0] && expression[0]) {
		if (expression[0] == '!')
			select_all(ret);
		return 0;
	}
	r = select_parse(ret, words, &at, ret_length);
	if (!r)
		return 0;
	words[at + *ret_length] = '\0';
	*ret_at = (size_t)(strstr(expression, words + at) - expression);
	return r;
}

int plan_stacks_parse(struct plan_stacks *ret, const char *expression,
		      size_t *ret_at, size_t *ret_length)
{
	struct plan_stacks stacks = { 0 };
	char *words = strdup(expression);
	int r;

	if (!words)
		return -ENOMEM;
	stacks.signals = take_signals(words);
	r = parse_calls(&stacks.calls, expression, words, ret_at, ret_length);
	free(words);
	if (!r)
		*ret = stacks;
	return r;
}

void plan_stacks_all(struct plan_stacks *ret)
{
	select_all(&ret->calls);
	ret->signals = UINT64_MAX;
}

bool plan_stacks_any(const struct plan_stacks *stacks)
{
	if (stacks->signals || stacks->calls.unknown)
		return true;
	for (size_t i = 0; i < SELECT_ROWS_MAX / 64; i++)
		if (stacks->calls.bits[i])
			return true;
	return false;
}
