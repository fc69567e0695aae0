/*
 * Members of a JSON object, in the forms that kdump-u(1) promises. Each one is
 * preceded by a comma where one is needed.
 */
#ifndef SHOW_JSON_VALUE_H
#define SHOW_JSON_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record;
struct text;

/* `"name":`, for a value that the caller puts behind it. */
void json_value_open(struct text *text, const char *name);

/* The same without a name: an item of an array. */
void json_value_next(struct text *text);

void json_value_string(struct text *text, const char *name, const char *value);

/* A number; from 2^53 up, where doubles have gaps, its digits as a string. */
void json_value_integer(struct text *text, const char *name, int64_t value);
void json_value_put_integer(struct text *text, int64_t value);
void json_value_put_unsigned(struct text *text, uint64_t value);

/* "0x1f": for what is no quantity. */
void json_value_hex(struct text *text, const char *name, uint64_t value);
void json_value_put_hex(struct text *text, uint64_t value);

/* "1700000000.125456789" */
void json_value_time(struct text *text, const char *name, uint64_t time_ns);

/*
 * A string. One that is not UTF-8 becomes an object, {"b64":"..."}.
 */
void json_value_put_bytes(struct text *text, const void *data, size_t length);

/* An array of NUL-terminated strings. */
void json_value_strings(struct text *text, const char *name, const void *data,
			size_t length);

/*
 * `"fields":{...}` from a field list. A field that stands there more than once,
 * or is a list by nature, becomes an array. False, and nothing put, when the
 * list is damaged or has more names than any recorder writes.
 */
bool json_value_fields(struct text *text, const struct record *record);

#endif
