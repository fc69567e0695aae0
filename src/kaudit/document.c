/* Values and their commas. Must not know what a document is for. */
#include "kaudit/document.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "audit/name.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/data.h"

#define NANOSECONDS 1000000000u

void document_next(struct text *text)
{
	char last = text->length ? text->data[text->length - 1] : '[';

	if (last != '[' && last != '{')
		text_char(text, ',');
}

void document_member(struct text *text, const char *name)
{
	document_next(text);
	text_format(text, "\"%s\":", name);
}

void document_open(struct text *text, const char *member, char bracket)
{
	if (member)
		document_member(text, member);
	else
		document_next(text);
	text_char(text, bracket);
}

void document_bytes(struct text *text, const void *data, size_t length)
{
	if (text_is_utf8(data, length)) {
		text_json_string(text, data, length);
		return;
	}
	text_put(text, "{\"b64\":\"");
	text_base64(text, data, length);
	text_put(text, "\"}");
}

void document_string(struct text *text, const char *member, const char *string)
{
	document_member(text, member);
	document_bytes(text, string, strlen(string));
}

void document_name(struct text *text, const char *member,
		   const struct name *name)
{
	if (!name)
		return;
	document_member(text, member);
	document_bytes(text, name->text, name->length);
}

void document_words(struct text *text, const char *member, const char *words,
		    size_t length)
{
	document_open(text, member, '[');
	for (size_t at = 0; at < length;) {
		size_t own = strnlen(words + at, length - at);

		document_next(text);
		document_bytes(text, words + at, own);
		at += own + 1;
	}
	text_char(text, ']');
}

void document_shown(struct text *text, const char *member, const void *data,
		    size_t length)
{
	const struct data_style style = { .width = 80, .utf8 = true };
	_cleanup_(text_done) struct text shown = TEXT_INIT;

	data_escape(&shown, data, length, &style);
	document_text(text, member, &shown);
}

void document_text(struct text *text, const char *member, struct text *value)
{
	document_member(text, member);
	text_json_string(text, value->data, value->length);
	text->failed |= value->failed;
	text_clear(value);
}

static bool is_plain(unsigned char c)
{
	return c && c < 0x80 && (isalnum(c) || strchr("/-._~", c));
}

/* A colon in the first part of a relative one would make a scheme of it: it is
 * escaped, like all else. */
void document_uri(struct text *text, const char *member, const char *path,
		  size_t length)
{
	document_member(text, member);
	text_put(text, length && *path == '/' ? "\"file://" : "\"");
	for (size_t i = 0; i < length; i++)
		if (is_plain((unsigned char)path[i]))
			text_char(text, path[i]);
		else
			text_format(text, "%%%02X", (unsigned char)path[i]);
	text_char(text, '"');
}

void document_time(struct text *text, const char *member, uint64_t ns)
{
	document_member(text, member);
	text_format(text, "\"%llu.%09llu\"",
		    (unsigned long long)(ns / NANOSECONDS),
		    (unsigned long long)(ns % NANOSECONDS));
}

void document_date(struct text *text, const char *member, uint64_t ns)
{
	time_t seconds = (time_t)(ns / NANOSECONDS);
	char date[sizeof("2026-01-01T00:00:00")];
	struct tm tm;

	/* Years of more digits are no date to who reads it. */
	if (!gmtime_r(&seconds, &tm) ||
	    !strftime(date, sizeof(date), "%FT%T", &tm))
		return;
	document_member(text, member);
	text_format(text, "\"%s.%03uZ\"", date,
		    (unsigned)(ns % NANOSECONDS / 1000000));
}
