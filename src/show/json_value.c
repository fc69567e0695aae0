/*
 * The values in lines of JSON: which form a number, a string or a field list
 * takes so that nothing of it is lost. Knows no kind of record.
 */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/structure.h"
#include "show/json_value.h"
#include "trace/fields.h"
#include "trace/record.h"

#define JSON_VALUE_SECOND UINT64_C(1000000000)
/* Integers of a smaller magnitude are exact in a double. */
#define JSON_VALUE_EXACT (INT64_C(1) << 53)

/* True where nothing stands in front within the same brackets. */
static bool json_value_is_first(const struct text *text)
{
	char last;

	if (text->length == 0)
		return true;
	last = text->data[text->length - 1];
	return last == '{' || last == '[';
}

void json_value_next(struct text *text)
{
	if (!json_value_is_first(text))
		text_char(text, ',');
}

void json_value_open(struct text *text, const char *name)
{
	json_value_next(text);
	text_char(text, '"');
	text_put(text, name);
	text_put(text, "\":");
}

void json_value_string(struct text *text, const char *name, const char *value)
{
	text_json_bytes(text, name, value, strlen(value));
}

void json_value_put_integer(struct text *text, int64_t value)
{
	bool exact = value > -JSON_VALUE_EXACT && value < JSON_VALUE_EXACT;

	text_put(text, exact ? "" : "\"");
	text_decimal(text, value);
	text_put(text, exact ? "" : "\"");
}

void json_value_put_unsigned(struct text *text, uint64_t value)
{
	bool exact = value < JSON_VALUE_EXACT;

	text_put(text, exact ? "" : "\"");
	text_unsigned(text, value);
	text_put(text, exact ? "" : "\"");
}

void json_value_integer(struct text *text, const char *name, int64_t value)
{
	json_value_open(text, name);
	json_value_put_integer(text, value);
}

void json_value_put_hex(struct text *text, uint64_t value)
{
	text_char(text, '"');
	if (value)
		text_hex(text, value);
	else
		text_put(text, "0x0");
	text_char(text, '"');
}

void json_value_hex(struct text *text, const char *name, uint64_t value)
{
	json_value_open(text, name);
	json_value_put_hex(text, value);
}

void json_value_time(struct text *text, const char *name, uint64_t time_ns)
{
	uint64_t nsec = time_ns % JSON_VALUE_SECOND;
	char digits[11] = ".000000000\"";

	for (size_t at = 9; at > 0; at--) {
		digits[at] = (char)('0' + nsec % 10);
		nsec /= 10;
	}
	json_value_open(text, name);
	text_char(text, '"');
	text_unsigned(text, time_ns / JSON_VALUE_SECOND);
	text_bytes(text, digits, sizeof(digits));
}

void json_value_put_bytes(struct text *text, const void *data, size_t length)
{
	if (text_is_utf8(data, length)) {
		text_json_string(text, data, length);
		return;
	}
	text_put(text, "{\"b64\":\"");
	text_base64(text, data, length);
	text_put(text, "\"}");
}

void json_value_strings(struct text *text, const char *name, const void *data,
			size_t length)
{
	const char *at = data;
	size_t one;

	json_value_open(text, name);
	text_char(text, '[');
	while (length > 0) {
		one = strnlen(at, length);
		json_value_put_bytes(text, at, one);
		/* A last string without its NUL was cut off; it is shown. */
		one += one < length;
		at += one;
		length -= one;
		if (length > 0)
			text_char(text, ',');
	}
	text_char(text, ']');
}

/* The names in a field list, each once, in the order of their first field. */
#define JSON_VALUE_NAMES 64
#define JSON_VALUE_NAME  48 /* bytes, with the NUL */

struct json_value_names {
	struct json_value_name {
		char name[JSON_VALUE_NAME];
		size_t length;
		bool repeats;
	} names[JSON_VALUE_NAMES];
	unsigned count;
};

static bool json_value_is(const struct json_value_name *name,
			  const struct field *field)
{
	return field->name_length == name->length &&
	       memcmp(field->name, name->name, name->length) == 0;
}

/* False when there is no room for another name, or for one so long. */
static bool json_value_note(struct json_value_names *names,
			    const struct field *field)
{
	struct json_value_name *name = names->names;
	struct json_value_name *end = name + names->count;

	while (name < end && !json_value_is(name, field))
		name++;
	if (name < end) {
		name->repeats = true;
		return true;
	}
	if (names->count == JSON_VALUE_NAMES ||
	    field->name_length >= JSON_VALUE_NAME)
		return false;
	*name = (struct json_value_name){ .length = field->name_length };
	memcpy(name->name, field->name, field->name_length);
	names->count++;
	return true;
}

static bool json_value_note_all(struct json_value_names *names,
				const struct record *record)
{
	bool malformed = false;
	size_t position = 0;
	struct field field;

	names->count = 0;
	while (fields_next(record->structure.data, record->structure.length,
			   &position, &field, &malformed))
		if (!json_value_note(names, &field))
			return false;
	return !malformed;
}

static void json_value_array(struct text *text, const struct record *record,
			     const struct json_value_name *name)
{
	bool malformed = false;
	bool any = false;
	size_t position = 0;
	struct field field;

	json_value_open(text, name->name);
	text_char(text, '[');
	while (fields_next(record->structure.data, record->structure.length,
			   &position, &field, &malformed)) {
		if (!json_value_is(name, &field))
			continue;
		text_put(text, any ? "," : "");
		if (field.is_number)
			json_value_put_integer(text, field.number);
		else
			json_value_put_bytes(text, field.data, field.length);
		any = true;
	}
	text_char(text, ']');
}

static void json_value_single(struct text *text, const struct record *record,
			      const struct json_value_name *name)
{
	struct field field;

	if (!fields_find(record->structure.data, record->structure.length,
			 name->name, &field))
		return;
	if (field.is_number)
		json_value_integer(text, name->name, field.number);
	else
		text_json_bytes(text, name->name, field.data, field.length);
}

bool json_value_fields(struct text *text, const struct record *record)
{
	struct json_value_names names;
	const struct json_value_name *name;

	if (!json_value_note_all(&names, record))
		return false;
	json_value_open(text, "fields");
	text_char(text, '{');
	for (unsigned i = 0; i < names.count; i++) {
		name = &names.names[i];
		if (name->repeats ||
		    structure_is_list(record->structure.name, name->name,
				      name->length))
			json_value_array(text, record, name);
		else
			json_value_single(text, record, name);
	}
	text_char(text, '}');
	return true;
}
