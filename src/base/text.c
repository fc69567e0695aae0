/*
 * The growing buffer of text: plain text and numbers. JSON is in text_json.c.
 * It never prints, and a buffer that could not grow takes nothing more, so that
 * no text with a hole in it can come out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

#define TEXT_CAPACITY_MIN 256
#define TEXT_NUMBER_MAX   24 /* octal, 64 bits: 22 digits and a 0 in front */

void text_done(struct text *text)
{
	free(text->data);
	*text = (struct text)TEXT_INIT;
}

void text_clear(struct text *text)
{
	text->length = 0;
	text->failed = false;
}

static bool text_grow(struct text *text, size_t length)
{
	size_t needed, capacity;
	char *data;

	/* Room for a NUL is always kept: text_string() cannot fail. */
	if (__builtin_add_overflow(text->length, length, &needed) ||
	    __builtin_add_overflow(needed, 1, &needed) ||
	    needed > SIZE_MAX / 2) {
		text->failed = true;
		return false;
	}
	capacity = MAX(text->capacity * 2, (size_t)TEXT_CAPACITY_MIN);
	capacity = MAX(capacity, needed);
	data = realloc(text->data, capacity);
	if (!data) {
		text->failed = true;
		return false;
	}
	text->data = data;
	text->capacity = capacity;
	return true;
}

/* Where length bytes can be put; NULL when they are to be dropped. */
static char *text_room(struct text *text, size_t length)
{
	if (text->failed)
		return NULL;
	if (length >= text->capacity - text->length && !text_grow(text, length))
		return NULL;
	return text->data + text->length;
}

const char *text_string(struct text *text)
{
	if (!text->data)
		return "";
	text->data[text->length] = 0;
	return text->data;
}

void text_char(struct text *text, char c)
{
	char *room = text_room(text, 1);

	if (!room)
		return;
	*room = c;
	text->length++;
}

void text_bytes(struct text *text, const void *data, size_t length)
{
	char *room = text_room(text, length);

	if (!room || length == 0)
		return;
	memcpy(room, data, length);
	text->length += length;
}

void text_put(struct text *text, const char *string)
{
	text_bytes(text, string, strlen(string));
}

/* The digits of value, with prefix in front unless value is 0. */
static void text_digits(struct text *text, const char *prefix, uint64_t value,
			unsigned base)
{
	char digits[TEXT_NUMBER_MAX];
	size_t at = sizeof(digits);
	uint64_t left = value;

	do {
		digits[--at] = "0123456789abcdef"[left % base];
		left /= base;
	} while (left > 0);
	if (value != 0)
		text_put(text, prefix);
	text_bytes(text, digits + at, sizeof(digits) - at);
}

void text_unsigned(struct text *text, uint64_t value)
{
	text_digits(text, "", value, 10);
}

void text_decimal(struct text *text, int64_t value)
{
	if (value < 0)
		text_digits(text, "-", 0 - (uint64_t)value, 10);
	else
		text_digits(text, "", (uint64_t)value, 10);
}

void text_hex(struct text *text, uint64_t value)
{
	text_digits(text, "0x", value, 16);
}

void text_octal(struct text *text, uint64_t value)
{
	text_digits(text, "0", value, 8);
}

void text_pad(struct text *text, size_t from, size_t width)
{
	size_t length = text->length - MIN(from, text->length);
	char *room;

	if (length >= width)
		return;
	room = text_room(text, width - length);
	if (!room)
		return;
	memset(room, ' ', width - length);
	text->length += width - length;
}

void text_format(struct text *text, const char *format, ...)
{
	va_list arguments;
	char *room;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text->failed = true;
		return;
	}
	room = text_room(text, (size_t)length);
	if (!room)
		return;
	va_start(arguments, format);
	vsnprintf(room, (size_t)length + 1, format, arguments);
	va_end(arguments);
	text->length += (size_t)length;
}
