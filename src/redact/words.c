/*
 * Names and what stands behind them. It is masked too much rather than too
 * little: a text is anybody's, and has no grammar. Each byte is looked at a
 * bounded number of times.
 */
#include "redact/words.h"

#include <string.h>

#include "base/array.h"
#include "redact/region.h"

/* More than names have that people give. */
#define NAME_MAX_LENGTH 128u
#define BLANKS_MAX      8u
/* Who is logged in as has no name as long as this: it is a token. */
#define USER_MAX 16u
/* "-----END ENCRYPTED " */
#define LINE_HEAD_MAX 32u

/* Any name that has one of them in it; - is as good as _, and a as A. */
static const char *const secret_names[] = {
	"TOKEN",       "SECRET",     "PASSWORD",      "PASSWD",
	"PASSPHRASE",  "API_KEY",    "APIKEY",        "ACCESS_KEY",
	"PRIVATE_KEY", "CREDENTIAL", "AUTHORIZATION", "COOKIE",
};

/* Headers, whose value is the line. */
static const char *const line_names[] = { "AUTHORIZATION", "COOKIE" };

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_of_name(uint8_t c)
{
	return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool is_quote(uint8_t c)
{
	return c == '"' || c == '\'';
}

static uint8_t fold(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		return (uint8_t)(c - 'a' + 'A');
	return c == '-' ? '_' : c;
}

static bool begins_with(const uint8_t *data, size_t length, const char *name)
{
	size_t i = 0;

	for (; i < length && name[i]; i++)
		if (fold(data[i]) != (uint8_t)name[i])
			return false;
	return !name[i];
}

static bool has_any(const uint8_t *data, size_t length,
		    const char *const *names, size_t count)
{
	for (size_t at = 0; at < length; at++)
		for (size_t i = 0; i < count; i++)
			if (begins_with(data + at, length - at, names[i]))
				return true;
	return false;
}

static bool is_secret(const uint8_t *data, size_t length)
{
	return has_any(data, length, secret_names, ARRAY_LEN(secret_names));
}

/* ---- the end of a value ---- */

static bool ends_bare(uint8_t c)
{
	return c <= ' ' || c == 0x7f || is_quote(c) || strchr("&;,<>)}]", c);
}

/* Where it ends; the region's length: not there. */
static size_t end_of(const struct words *words, const struct region *region,
		     size_t at)
{
	static const char end_of_key[] = "-----END";
	const uint8_t *data = region->data;
	const uint8_t *found;

	switch (words->open) {
	case WORDS_CLOSED:
		return at;
	case WORDS_BARE:
		while (at < region->length && !ends_bare(data[at]))
			at++;
		return at;
	case WORDS_QUOTED:
		while (at < region->length && data[at] != words->quote &&
		       data[at] != '\n')
			at += data[at] == '\\' ? 2 : 1;
		return MIN(at, region->length);
	case WORDS_LINE:
		while (at < region->length && data[at] && data[at] != '\n' &&
		       data[at] != '\r')
			at++;
		return at;
	case WORDS_KEY:
		found = memmem(data + at, region->length - at, end_of_key,
			       strlen(end_of_key));
		return found ? (size_t)(found - data) : region->length;
	}
	return at;
}

/* Masks what is open, from here on; where it ends. */
static size_t mask_open(struct words *words, const struct region *region,
			size_t at)
{
	size_t end = end_of(words, region, at);

	region_mask(region, at, end);
	if (end < region->length)
		words->open = WORDS_CLOSED;
	return end;
}

/* ---- names ---- */

/* Where the name in front of a sign ends, without quotes and blanks. */
static size_t name_end(const uint8_t *data, size_t sign)
{
	size_t end = sign;

	while (end > 0 && sign - end < BLANKS_MAX && is_blank(data[end - 1]))
		end--;
	if (end > 0 && is_quote(data[end - 1]))
		end--;
	if (end > 0 && data[end - 1] == '\\')
		end--;
	return end;
}

static size_t name_start(const uint8_t *data, size_t end)
{
	size_t start = end;

	while (start > 0 && end - start < NAME_MAX_LENGTH &&
	       is_of_name(data[start - 1]))
		start--;
	return start;
}

/* What kind of value begins there; where it does. */
static size_t open_value(struct words *words, const struct region *region,
			 size_t at, bool is_line)
{
	const uint8_t *data = region->data;

	while (at < region->length && is_blank(data[at]))
		at++;
	words->open = is_line ? WORDS_LINE : WORDS_BARE;
	if (at < region->length && is_quote(data[at])) {
		words->open = WORDS_QUOTED;
		words->quote = data[at];
		return at + 1;
	}
	/* One within a string of its own: \"x\" */
	if (at + 1 < region->length && data[at] == '\\' &&
	    is_quote(data[at + 1]))
		return at + 2;
	return at;
}

/* NAME=value, NAME: value; where to go on. */
static size_t take_pair(struct words *words, const struct region *region,
			size_t sign)
{
	const uint8_t *data = region->data;
	size_t end = name_end(data, sign);
	size_t start = name_start(data, end);
	bool is_line;

	if (!is_secret(data + start, end - start))
		return sign + 1;
	is_line = data[sign] == ':' &&
		  has_any(data + start, end - start, line_names,
			  ARRAY_LEN(line_names));
	return mask_open(words, region,
			 open_value(words, region, sign + 1, is_line));
}

/* ---- addresses ---- */

static bool ends_authority(uint8_t c)
{
	return c <= ' ' || c == 0x7f || is_quote(c) || strchr("/?#<>\\", c);
}

/* scheme://user:password@host; where to go on. */
static size_t take_address(const struct region *region, size_t colon)
{
	const uint8_t *data = region->data;
	size_t start = colon + 3;
	size_t end = start;
	const uint8_t *at, *second;

	while (end < region->length && !ends_authority(data[end]))
		end++;
	at = memrchr(data + start, '@', end - start);
	if (!at)
		return start;
	second = memchr(data + start, ':', (size_t)(at - data) - start);
	if (second)
		region_mask(region, (size_t)(second - data) + 1,
			    (size_t)(at - data));
	else if ((size_t)(at - data) - start > USER_MAX)
		region_mask(region, start, (size_t)(at - data));
	return (size_t)(at - data);
}

static bool is_address(const struct region *region, size_t colon)
{
	return colon > 0 && region->length - colon >= 3 &&
	       is_letter(region->data[colon - 1]) &&
	       region->data[colon + 1] == '/' && region->data[colon + 2] == '/';
}

/* ---- keys ---- */

/* Whether the line that a head is the end of ends a key. */
static bool ends_key(const struct region *region, size_t head)
{
	static const char end[] = "-----END";
	size_t before = MIN(head, (size_t)LINE_HEAD_MAX);

	return memmem(region->data + head - before, before, end, strlen(end));
}

static void mask_keys(struct words *words, const struct region *region)
{
	static const char head[] = "PRIVATE KEY-----";
	const uint8_t *end = region->data + region->length;
	const uint8_t *at = region->data;

	while ((at = memmem(at, (size_t)(end - at), head, strlen(head)))) {
		struct words key = { .open = WORDS_KEY };
		size_t from = (size_t)(at - region->data);

		at += strlen(head);
		if (ends_key(region, from))
			continue;
		at = region->data +
		     mask_open(&key, region, from + strlen(head));
		if (key.open)
			*words = key;
	}
}

/* ---- */

static void mask_pairs(struct words *words, const struct region *region,
		       size_t at)
{
	while (at < region->length) {
		uint8_t c = region->data[at];

		if (c != ':' && c != '=')
			at++;
		else if (is_address(region, at))
			at = take_address(region, at);
		else
			at = take_pair(words, region, at);
	}
}

void words_mask(struct words *words, const struct region *region)
{
	struct words open = *words;

	/* What is open may end here, or not at all. */
	if (open.open)
		mask_open(&open, region, region->start);
	*words = (struct words){ WORDS_CLOSED, 0 };
	mask_pairs(words, region, 0);
	mask_keys(words, region);
	if (open.open)
		*words = open;
}

/* ---- words of commands ---- */

bool words_value(const uint8_t *data, size_t length, size_t *ret)
{
	const uint8_t *sign = memchr(data, '=', length);
	size_t name = sign ? (size_t)(sign - data) : 0;

	for (size_t i = 0; i < name; i++)
		if (!is_of_name(data[i]))
			return false;
	if (name == 0 || !is_secret(data, MIN(name, NAME_MAX_LENGTH)))
		return false;
	*ret = name + 1;
	return true;
}

bool words_announces(const uint8_t *data, size_t length)
{
	if (length < 2 || length > NAME_MAX_LENGTH || data[0] != '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_of_name(data[i]))
			return false;
	return is_secret(data, length);
}
