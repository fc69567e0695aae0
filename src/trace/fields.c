/*
 * Field lists, both directions. Encoding runs where records are made, so it
 * uses no printf and no memory of its own; decoding trusts nothing.
 */
#include <string.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "trace/fields.h"

#define FIELDS_NUMBER_MAX 20 /* -9223372036854775808 */

static const char *const fields_names[] = {
	KTR_STRUCT_SESSION, KTR_STRUCT_PROCESS,
	KTR_STRUCT_PATH,    KTR_STRUCT_EXIT_STATUS,
	KTR_STRUCT_LOSS,    KTR_STRUCT_COVERAGE,
	KTR_STRUCT_CLOCK,   KTR_STRUCT_SYSCALL_NUMBER,
	KTR_STRUCT_ABI,     KTR_STRUCT_MESSAGE,
	KTR_STRUCT_END,     KTR_STRUCT_LABEL,
	KTR_STRUCT_DENIED,  KTR_STRUCT_MAPPING,
	KTR_STRUCT_STACK,   KTR_STRUCT_DESCRIPTORS,
	KTR_STRUCT_HELD,    KTR_STRUCT_PIDFD,
	KTR_STRUCT_GIVEN,
};

bool fields_are_in(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields_names); i++)
		if (strcmp(fields_names[i], name) == 0)
			return true;
	return false;
}

/* name, separator (when there is one), text and NUL; all of it or nothing. */
static void fields_append(struct fields_writer *fields, const char *name,
			  char separator, const void *data, size_t length)
{
	size_t name_length = strlen(name);
	size_t fixed = name_length + (separator != 0) + 1;

	if (fixed > fields->left || length > fields->left - fixed) {
		fields->full = true;
		return;
	}
	memcpy(fields->at, name, name_length);
	fields->at += name_length;
	if (separator)
		*fields->at++ = (uint8_t)separator;
	if (length > 0)
		memcpy(fields->at, data, length);
	fields->at += length;
	*fields->at++ = 0;
	fields->left -= fixed + length;
}

struct fields_writer fields_begin(void *room, size_t size, const char *name)
{
	struct fields_writer fields = { .at = room, .left = size };

	fields_append(&fields, name, 0, NULL, 0);
	return fields;
}

void fields_number(struct fields_writer *fields, const char *name,
		   int64_t value)
{
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char digits[FIELDS_NUMBER_MAX];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		digits[--at] = '-';
	fields_append(fields, name, ':', digits + at, sizeof(digits) - at);
}

void fields_bytes(struct fields_writer *fields, const char *name,
		  const void *data, size_t length)
{
	const char *end = length > 0 ? memchr(data, 0, length) : NULL;

	if (end)
		length = (size_t)(end - (const char *)data);
	fields_append(fields, name, '=', data, length);
}

void fields_string(struct fields_writer *fields, const char *name,
		   const char *value)
{
	fields_append(fields, name, '=', value, strlen(value));
}

size_t fields_length(const struct fields_writer *fields, const void *room)
{
	return (size_t)(fields->at - (const uint8_t *)room);
}

static bool fields_is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* A whole signed 64-bit decimal number, and nothing else. */
static bool fields_decimal(const char *data, size_t length, int64_t *ret)
{
	bool negative = length > 0 && data[0] == '-';
	int64_t number = 0;
	int digit;

	if (length == (size_t)negative)
		return false;
	for (size_t i = negative; i < length; i++) {
		if (data[i] < '0' || data[i] > '9')
			return false;
		digit = negative ? '0' - data[i] : data[i] - '0';
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, digit, &number))
			return false;
	}
	*ret = number;
	return true;
}

/* One field without its NUL. */
static bool fields_parse(const char *text, size_t length, struct field *ret)
{
	struct field field = { .name = text };

	while (field.name_length < length &&
	       fields_is_name(text[field.name_length]))
		field.name_length++;
	if (field.name_length == 0 || field.name_length == length)
		return false;
	field.is_number = text[field.name_length] == ':';
	if (!field.is_number && text[field.name_length] != '=')
		return false;
	field.data = text + field.name_length + 1;
	field.length = length - field.name_length - 1;
	if (field.is_number &&
	    !fields_decimal(field.data, field.length, &field.number))
		return false;
	*ret = field;
	return true;
}

bool fields_next(const uint8_t *data, size_t length, size_t *position,
		 struct field *ret, bool *ret_malformed)
{
	const char *text, *end;

	if (*position >= length)
		return false;
	text = (const char *)data + *position;
	end = memchr(text, 0, length - *position);
	if (!end || !fields_parse(text, (size_t)(end - text), ret)) {
		*ret_malformed = true;
		return false;
	}
	*position += (size_t)(end - text) + 1;
	return true;
}

bool fields_is(const struct field *field, const char *name)
{
	return field->name_length == strlen(name) &&
	       memcmp(field->name, name, field->name_length) == 0;
}

bool fields_find(const uint8_t *data, size_t length, const char *name,
		 struct field *ret)
{
	bool malformed = false;
	size_t position = 0;
	struct field field;

	while (fields_next(data, length, &position, &field, &malformed)) {
		if (fields_is(&field, name)) {
			*ret = field;
			return true;
		}
	}
	*ret = (struct field){ 0 };
	return false;
}

bool fields_find_number(const uint8_t *data, size_t length, const char *name,
			int64_t *ret)
{
	struct field field;

	if (!fields_find(data, length, name, &field) || !field.is_number)
		return false;
	*ret = field.number;
	return true;
}
