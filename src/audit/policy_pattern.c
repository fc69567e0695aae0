/*
 * Patterns as they are written -> as names are told: a name has no double
 * slash, no component that stands for another one, no slash at its end.
 */
#include "audit/policy_pattern.h"

#include <string.h>

#include "audit/object.h"
#include "base/text.h"

/* ---- what no name can match ---- */

/* Behind a "[" at `at`, and what it negates. */
static size_t first_of(const char *text, size_t length, size_t at)
{
	return at + 1 + (at + 1 < length && text[at + 1] == '!');
}

/* Its bracket's place; `length`: it has none. */
static size_t end_of(const char *text, size_t length, size_t at)
{
	size_t first = first_of(text, length, at);

	for (size_t i = first + 1; i < length; i++)
		if (text[i] == ']')
			return i;
	return length;
}

static const char *check_set(const char *text, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		if (text[i] == '/')
			return " has a slash in [ ], which stands for no slash";
		if (i + 2 >= end || text[i + 1] != '-')
			continue;
		if ((unsigned char)text[i] > (unsigned char)text[i + 2])
			return " has a range in [ ] that is empty; is it the "
			       "other way round?";
		i += 2;
	}
	return NULL;
}

const char *policy_pattern_check(const char *text, size_t length)
{
	const char *wrong = NULL;

	for (size_t i = 0; !wrong && i < length; i++) {
		size_t end;

		if (text[i] == '\\' && ++i < length)
			continue;
		if (i == length)
			return " ends in a \\, which takes what is behind it "
			       "as it is; a \\ is \\\\";
		if (text[i] != '[')
			continue;
		end = end_of(text, length, i);
		if (end == length)
			return " has a [ without its ]; a [ itself is \\[";
		wrong = check_set(text, first_of(text, length, i), end);
		i = end;
	}
	return wrong;
}

/* ---- paths ---- */

/* Dots alone, with or without backslashes: how many. */
static size_t dots_of(const char *text, size_t length)
{
	size_t dots = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.')
			dots++;
		else if (text[i] != '\\')
			return 0;
	}
	return dots;
}

static bool put_path(struct text *text, const char *path, size_t length)
{
	size_t start = text->length;

	for (size_t at = 0; at < length;) {
		const char *slash = memchr(path + at, '/', length - at);
		size_t end = slash ? (size_t)(slash - path) : length;
		size_t dots = dots_of(path + at, end - at);

		if (dots == 2)
			return false;
		if (end > at && dots != 1) {
			text_put(text, at ? "/" : "");
			text_bytes(text, path + at, end - at);
		}
		at = end + 1;
	}
	if (text->length == start)
		text_char(text, '/');
	return true;
}

/* Where a path begins in it; its length: it is none. */
static size_t path_of(const char *pattern, size_t length)
{
	size_t start = strlen(OBJECT_UNIX);

	if (length < start || memcmp(pattern, OBJECT_UNIX, start) != 0)
		start = 0;
	return start < length && strchr(start ? "/*" : "/*@", pattern[start])
		   ? start
		   : length;
}

bool policy_pattern_put(struct text *text, const char *pattern, size_t length)
{
	size_t start = path_of(pattern, length);

	text_bytes(text, pattern, start);
	return start == length ||
	       put_path(text, pattern + start, length - start);
}
