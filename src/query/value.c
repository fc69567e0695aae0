/*
 * Words -> values, by their kind. Must not know what is compared with them.
 */
#include "query/value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/options.h"
#include "base/text.h"
#include "decode/name.h"
#include "foreign/system.h"
#include "query/wanted.h"
#include "trace/facility.h"

#define ERRNO_MAX    4095
#define SIGNAL_MAX   126
#define SIGNAL_FIRST "SIG"

/* Takes one word, which ends in NUL. 0, -EINVAL or -ENOMEM. */
typedef int value_reader(struct value *value, const char *word);

/* ---- numbers ---- */

static int take_number(struct value *value, int64_t number)
{
	value->low = value->high = number;
	return 0;
}

static int read_hex(struct value *value, const char *word)
{
	char *end = NULL;
	unsigned long long number;

	errno = 0;
	number = strtoull(word, &end, 16);
	if (errno || *end || !word[2])
		return -EINVAL;
	return take_number(value, (int64_t)number);
}

static int read_number(struct value *value, const char *word)
{
	int64_t number;
	uint64_t size;

	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
		return read_hex(value, word);
	if (options_number(word, INT64_MIN, INT64_MAX, &number) == 0)
		return take_number(value, number);
	if (options_size(word, 0, INT64_MAX, &size) == 0)
		return take_number(value, (int64_t)size);
	return -EINVAL;
}

static int read_process(struct value *value, const char *word)
{
	int64_t number;

	if (options_number(word, 1, INT32_MAX, &number) < 0)
		return -EINVAL;
	return take_number(value, number);
}

/* Digits with a fraction, times a scale; *ret_end is behind them. */
static int read_fraction(const char *word, uint64_t scale, uint64_t *ret,
			 const char **ret_end)
{
	uint64_t whole = 0, part = 0, unit = scale;
	const char *at = word;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(*at - '0'),
					   &whole))
			return -EINVAL;
	if (at == word)
		return -EINVAL;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++) {
			unit /= 10;
			part += (uint64_t)(*at - '0') * unit;
		}
	*ret_end = at;
	if (__builtin_mul_overflow(whole, scale, &whole) ||
	    __builtin_add_overflow(whole, part, ret) || *ret > INT64_MAX)
		return -EINVAL;
	return 0;
}

static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "", CLOCK_NS_PER_S },
	{ "s", CLOCK_NS_PER_S },
	{ "ms", 1000 * 1000 },
	{ "us", 1000 },
	{ "ns", 1 },
	{ "m", 60 * CLOCK_NS_PER_S },
	{ "h", 3600 * CLOCK_NS_PER_S },
};

static int read_duration(struct value *value, const char *word)
{
	const char *name = word + strspn(word, "0123456789.");
	const char *end;
	uint64_t ns;

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(units[i].name, name) != 0)
			continue;
		if (read_fraction(word, units[i].ns, &ns, &end) || end != name)
			return -EINVAL;
		return take_number(value, (int64_t)ns);
	}
	return -EINVAL;
}

/* ".5", and nothing behind it; or nothing at all. */
static int read_rest(const char *word, uint64_t *ret)
{
	char digits[16];
	const char *end;

	*ret = 0;
	if (!*word)
		return 0;
	if (*word != '.' ||
	    snprintf(digits, sizeof(digits), "0%s", word) >=
		(int)sizeof(digits) ||
	    read_fraction(digits, CLOCK_NS_PER_S, ret, &end))
		return -EINVAL;
	return *end ? -EINVAL : 0;
}

/* "2026-11-20", "2026-11-20T10:00:00.5", as the clock on the wall shows it. */
static int read_date(struct value *value, const char *word)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *end = strptime(word, "%Y-%m-%d", &tm);
	uint64_t part;
	time_t seconds;

	if (end && (*end == 'T' || *end == ' '))
		end = strptime(end + 1, "%H:%M:%S", &tm);
	if (!end)
		return -EINVAL;
	seconds = mktime(&tm);
	if (seconds < 0 || seconds > INT64_MAX / (int64_t)CLOCK_NS_PER_S - 1)
		return -EINVAL;
	if (read_rest(end, &part))
		return -EINVAL;
	return take_number(value,
			   seconds * (int64_t)CLOCK_NS_PER_S + (int64_t)part);
}

static int read_time(struct value *value, const char *word)
{
	const char *end;
	uint64_t ns;

	if (word[strspn(word, "0123456789.")])
		return read_date(value, word);
	if (read_fraction(word, CLOCK_NS_PER_S, &ns, &end) || *end)
		return -EINVAL;
	return take_number(value, (int64_t)ns);
}

/* The numbers that a name has, where it has any. */
static int take_numbers(struct value *value)
{
	for (unsigned system = 0; system < RECORD_SYSTEM_COUNT; system++)
		value->is_named |= value->numbers[system] != 0;
	return value->is_named ? 0 : -EINVAL;
}

static int errno_by_name(enum record_system system, const char *word)
{
	for (int error = 1; error <= ERRNO_MAX; error++) {
		const char *name = system_errno_name(system, error);

		if (name && strcmp(name, word) == 0)
			return error;
	}
	return 0;
}

static int read_errno(struct value *value, const char *word)
{
	int64_t number;

	if (options_number(word, 1, ERRNO_MAX, &number) == 0)
		return take_number(value, number);
	for (unsigned system = 0; system < RECORD_SYSTEM_COUNT; system++)
		value->numbers[system] =
		    errno_by_name((enum record_system)system, word);
	return take_numbers(value);
}

static int signal_by_name(enum record_system system, const char *word)
{
	size_t first = strlen(SIGNAL_FIRST);
	bool is_whole = strncmp(word, SIGNAL_FIRST, first) == 0;
	_cleanup_(text_done) struct text name = TEXT_INIT;

	for (int signo = 1; signo <= SIGNAL_MAX; signo++) {
		text_clear(&name);
		name_signal(&name, system, signo);
		if (!strcmp(text_string(&name) + (is_whole ? 0 : first), word))
			return signo;
	}
	return 0;
}

/* "SIGTERM", "TERM", "SIGRTMIN+3" */
static int read_signal(struct value *value, const char *word)
{
	int64_t number;

	if (options_number(word, 1, SIGNAL_MAX, &number) == 0)
		return take_number(value, number);
	for (unsigned system = 0; system < RECORD_SYSTEM_COUNT; system++)
		value->numbers[system] =
		    signal_by_name((enum record_system)system, word);
	return take_numbers(value);
}

/* ---- others ---- */

static int read_pattern(struct value *value, const char *word, bool is_path)
{
	char *copy = strdup(word);

	if (!copy)
		return -ENOMEM;
	value->pattern.pattern = copy;
	value->pattern.length = strlen(copy);
	value->pattern.is_path = is_path;
	return 0;
}

static int read_text(struct value *value, const char *word)
{
	return read_pattern(value, word, false);
}

static int read_path(struct value *value, const char *word)
{
	return read_pattern(value, word, true);
}

static int read_call(struct value *value, const char *word)
{
	return wanted_parse(&value->calls, word);
}

static int read_point(struct value *value, const char *word)
{
	char bad;

	return facility_parse(word, &value->facilities, &bad);
}

static int read_endpoint(struct value *value, const char *word)
{
	int r = read_text(value, word);

	if (r < 0)
		return r;
	if (endpoint_parse(&value->endpoint, value->pattern.pattern,
			   value->pattern.length))
		return 0;
	value_done(value);
	return -EINVAL;
}

/* ---- kinds ---- */

static const struct kind {
	value_reader *read;
	bool is_ordered;
	const char *what; /* it is, for people */
} kinds[] = {
	[VALUE_NONE] = { NULL, false, NULL },
	[VALUE_NUMBER] = { read_number, true, "a number" },
	[VALUE_PROCESS] = { read_process, false, "a process id" },
	[VALUE_DURATION] = { read_duration, true,
			     "a duration, as 10ms or 1.5s" },
	[VALUE_TIME] = { read_time, true,
			 "a time, as 2026-11-20T10:00:00 or seconds since "
			 "1970" },
	[VALUE_ERRNO] = { read_errno, false, "an error, as ENOENT" },
	[VALUE_SIGNAL] = { read_signal, false, "a signal, as SIGTERM" },
	[VALUE_TEXT] = { read_text, false, "a pattern" },
	[VALUE_PATH] = { read_path, false, "a pattern of paths" },
	[VALUE_MARKS] = { read_text, false,
			  "two patterns with dots between, as "
			  "'begin'..'end'" },
	[VALUE_CALL] = { read_call, false,
			 "a system call, or a class as @network" },
	[VALUE_POINT] = { read_point, false,
			  "letters of trace points, as of -t" },
	[VALUE_ENDPOINT] = { read_endpoint, false,
			     "an address, as 10.0.0.0/8, [::1]:80, :443 or "
			     "/run/*" },
};

bool value_is_ordered(enum value_kind kind)
{
	return kinds[kind].is_ordered;
}

/* A string may hold its own quote, behind a backslash. */
static char *copy_word(const struct token *token)
{
	char *copy = malloc(token->length + 1);
	size_t length = 0;

	if (!copy)
		return NULL;
	for (size_t i = 0; i < token->length; i++) {
		bool is_quoted = token->kind == TOKEN_STRING &&
				 token->at[i] == '\\' &&
				 i + 1 < token->length &&
				 token->at[i + 1] == token->at[-1];

		i += is_quoted;
		copy[length++] = token->at[i];
	}
	copy[length] = '\0';
	return copy;
}

static int read_one(struct value *ret, enum value_kind kind,
		    const struct token *token)
{
	_cleanup_free_ char *word = copy_word(token);

	*ret = (struct value){ 0 };
	return word ? kinds[kind].read(ret, word) : -ENOMEM;
}

/* Makes one of the ends of a span. */
static int join_ends(struct value *value, enum value_kind kind,
		     struct value *end)
{
	if (kind == VALUE_MARKS) {
		value->until = end->pattern;
		return 0;
	}
	value->high = end->high;
	return value->low <= value->high ? 0 : -EINVAL;
}

static int read_span(struct value *ret, enum value_kind kind,
		     const struct token *from, const struct token *to)
{
	struct value end;
	int r;

	if (!kinds[kind].is_ordered && kind != VALUE_MARKS)
		return -EINVAL;
	r = read_one(ret, kind, from);
	if (r < 0)
		return r;
	r = read_one(&end, kind, to);
	if (r == 0)
		r = join_ends(ret, kind, &end);
	if (r < 0)
		value_done(ret);
	return r;
}

int value_parse(struct value *ret, enum value_kind kind,
		const struct token *from, const struct token *to,
		const char **ret_wrong)
{
	*ret_wrong = kinds[kind].what;
	if (kind == VALUE_MARKS && !to)
		return -EINVAL;
	return to ? read_span(ret, kind, from, to) : read_one(ret, kind, from);
}

void value_done(struct value *value)
{
	free((char *)value->pattern.pattern);
	free((char *)value->until.pattern);
	free(value->calls);
	*value = (struct value){ 0 };
}
