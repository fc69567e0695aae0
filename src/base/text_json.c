/*
 * The part of text.h that makes JSON: strings that lose nothing, members with
 * their commas, base64. It does not know what a document is for, and does not
 * close what its caller opened.
 */
#include <string.h>

#include "base/array.h"
#include "base/text.h"

/* How sequences begin, and what their second byte may be (Unicode, 3-7). */
static const struct text_sequence {
	uint8_t first_low, first_high;
	uint8_t second_low, second_high;
	uint8_t length;
} text_sequences[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* The length of the character that begins here; 0 when none does. */
static size_t text_utf8_length(const uint8_t *at, size_t left)
{
	const struct text_sequence *row = text_sequences;
	const struct text_sequence *end = row + ARRAY_LEN(text_sequences);

	if (at[0] < 0x80)
		return at[0] != 0;
	while (row < end && at[0] > row->first_high)
		row++;
	if (row == end || at[0] < row->first_low || left < row->length)
		return 0;
	if (at[1] < row->second_low || at[1] > row->second_high)
		return 0;
	for (size_t i = 2; i < row->length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return row->length;
}

bool text_is_utf8(const void *data, size_t length)
{
	const uint8_t *at = data;
	size_t one;

	while (length > 0) {
		one = text_utf8_length(at, length);
		if (one == 0)
			return false;
		at += one;
		length -= one;
	}
	return true;
}

static bool text_is_plain(char c)
{
	return (unsigned char)c >= ' ' && c != '"' && c != '\\' && c != 0x7f;
}

static void text_json_escape(struct text *text, char c)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (const char *pair = letters; *pair; pair += 2) {
		if (*pair != c)
			continue;
		text_char(text, '\\');
		text_char(text, pair[1]);
		return;
	}
	text_format(text, "\\u%04x", (unsigned char)c);
}

void text_json_string(struct text *text, const void *data, size_t length)
{
	const char *at = length > 0 ? data : "";
	const char *end = at + length;
	const char *plain;

	text_char(text, '"');
	while (at < end) {
		plain = at;
		while (at < end && text_is_plain(*at))
			at++;
		text_bytes(text, plain, (size_t)(at - plain));
		if (at < end)
			text_json_escape(text, *at++);
	}
	text_char(text, '"');
}

static void text_json_name(struct text *text, const char *name,
			   const char *suffix)
{
	char last = text->length ? text->data[text->length - 1] : '{';

	if (last != '{' && last != '[')
		text_char(text, ',');
	text_char(text, '"');
	text_put(text, name);
	text_put(text, suffix);
	text_put(text, "\":");
}

void text_json_bytes(struct text *text, const char *name, const void *data,
		     size_t length)
{
	if (text_is_utf8(data, length)) {
		text_json_name(text, name, "");
		text_json_string(text, data, length);
		return;
	}
	text_json_name(text, name, "_b64");
	text_char(text, '"');
	text_base64(text, data, length);
	text_char(text, '"');
}

void text_json_number(struct text *text, const char *name, int64_t value)
{
	text_json_name(text, name, "");
	text_decimal(text, value);
}

void text_json_unsigned(struct text *text, const char *name, uint64_t value)
{
	text_json_name(text, name, "");
	text_unsigned(text, value);
}

void text_json_bool(struct text *text, const char *name, bool value)
{
	text_json_name(text, name, "");
	text_put(text, value ? "true" : "false");
}

void text_base64(struct text *text, const void *data, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *at = data;
	char four[4];
	uint32_t group;
	size_t some;

	for (; length > 0; at += some, length -= some) {
		some = MIN(length, (size_t)3);
		group = (uint32_t)at[0] << 16;
		group |= some > 1 ? (uint32_t)at[1] << 8 : 0;
		group |= some > 2 ? at[2] : 0;
		four[0] = digits[group >> 18];
		four[1] = digits[group >> 12 & 63];
		four[2] = some > 1 ? digits[group >> 6 & 63] : '=';
		four[3] = some > 2 ? digits[group & 63] : '=';
		text_bytes(text, four, sizeof(four));
	}
}
