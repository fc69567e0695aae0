/*
 * Runs of digits, and what stands in front of them.
 */
#include "compare/stable.h"

#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

/* Numbers as small as this mean other things, too. */
#define PID_SMALLEST 100

/* What a number is, by what is in front of it. */
static const struct place {
	const char *before;
	const char *name;
} places[] = {
	{ "/proc/", "PID" }, { "/task/", "PID" }, { "/dev/pts/", "N" },
	{ "pipe:[", "N" },   { "socket:[", "N" }, { "mnt:[", "N" },
	{ "net:[", "N" },    { "pid:[", "N" },    { "user:[", "N" },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *name_by_place(const char *data, size_t at)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		size_t length = strlen(places[i].before);

		if (at >= length &&
		    !memcmp(data + at - length, places[i].before, length))
			return places[i].name;
	}
	return NULL;
}

/* -1: it is larger than any. */
static int64_t number_of(const char *digits, size_t length)
{
	int64_t number = 0;

	for (size_t i = 0; i < length; i++) {
		number = number * 10 + (digits[i] - '0');
		if (number > INT32_MAX)
			return -1;
	}
	return number;
}

static const char *name_by_number(int64_t number, int32_t pid, int32_t ppid)
{
	return number >= PID_SMALLEST && (number == pid || number == ppid)
		   ? "PID"
		   : NULL;
}

void stable_put(struct text *text, const void *data, size_t length, int32_t pid,
		int32_t ppid)
{
	const char *from = data;
	size_t kept = 0;

	for (size_t at = 0, end; at < length; at = end) {
		const char *name;

		for (end = at; end < length && is_digit(from[end]);)
			end++;
		if (end == at) {
			end++;
			continue;
		}
		name = name_by_place(from, at)
			   ?: name_by_number(number_of(from + at, end - at),
					     pid, ppid);
		if (!name)
			continue;
		text_bytes(text, from + kept, at - kept);
		text_put(text, name);
		kept = end;
	}
	text_bytes(text, from + kept, length - kept);
}
