/* Field lists: there and back, too little room, and bytes that are no list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "trace/fields.h"

#define BYTES(string) (string), sizeof(string) - 1

static void writes_a_list(void **state)
{
	static const char expected[] = "session\0"
				       "low:-9223372036854775808\0"
				       "high:9223372036854775807\0"
				       "zero:0\0"
				       "path=/a=b:c\0"
				       "cut=ab\0"
				       "none=\0"
				       "arch=x86_64";
	char room[256];
	struct fields_writer fields = fields_begin(room, sizeof(room),
						   "session");

	(void)state;
	fields_number(&fields, "low", INT64_MIN);
	fields_number(&fields, "high", INT64_MAX);
	fields_number(&fields, "zero", 0);
	fields_bytes(&fields, "path", BYTES("/a=b:c"));
	fields_bytes(&fields, "cut", BYTES("ab\0cd"));
	fields_bytes(&fields, "none", NULL, 0);
	fields_string(&fields, "arch", "x86_64");
	assert_false(fields.full);
	assert_int_equal(fields_length(&fields, room), sizeof(expected));
	assert_memory_equal(room, expected, sizeof(expected));
}

/* What is too long is not there at all; what is shorter still goes in. */
static void leaves_out_what_does_not_fit(void **state)
{
	static const char whole[] = "n\0one:1\0two=22\0"
				    "x:3";

	(void)state;
	for (size_t size = 0; size <= sizeof(whole); size++) {
		char *room = malloc(size);
		struct fields_writer fields = fields_begin(room, size, "n");

		fields_number(&fields, "one", 1);
		fields_string(&fields, "two", "22");
		fields_number(&fields, "x", 3);
		assert_int_equal(fields.full, size < sizeof(whole));
		assert_true(fields_length(&fields, room) <= size);
		assert_true(size == 0 || fields_length(&fields, room) == 0 ||
			    room[fields_length(&fields, room) - 1] == 0);
		if (size == sizeof(whole) - 1)
			assert_memory_equal(room, "n\0one:1\0two=22",
					    fields_length(&fields, room));
		if (size == 13)
			assert_memory_equal(room, "n\0one:1\0x:3", 12);
		free(room);
	}
}

/* A list as bytes, and what comes out: "name:number|name=text|", then '!'. */
static const struct list_case {
	const char *data;
	size_t length;
	const char *expected;
} list_cases[] = {
	{ BYTES(""), "" },
	{ BYTES("a:1\0"), "a:1|" },
	{ BYTES("a:-1\0b=x\0"), "a:-1|b=x|" },
	{ BYTES("a:007\0"), "a:7|" },
	{ BYTES("a=1\0a=2\0"), "a=1|a=2|" },
	{ BYTES("a=\0"), "a=|" },
	{ BYTES("a==:=\0"), "a==:=|" },
	{ BYTES("a_9:5\0"), "a_9:5|" },
	{ BYTES("a:9223372036854775807\0"), "a:9223372036854775807|" },
	{ BYTES("a:-9223372036854775808\0"), "a:-9223372036854775808|" },
	{ BYTES("a:9223372036854775808\0"), "!" },
	{ BYTES("a:-9223372036854775809\0"), "!" },
	{ BYTES("a:99999999999999999999\0"), "!" },
	{ BYTES("a:1"), "!" },
	{ BYTES("a:1\0b:2"), "a:1|!" },
	{ BYTES("a:1\0\0b:2\0"), "a:1|!" },
	{ BYTES("\0"), "!" },
	{ BYTES("a\0"), "!" },
	{ BYTES(":1\0"), "!" },
	{ BYTES("=x\0"), "!" },
	{ BYTES("a:\0"), "!" },
	{ BYTES("a:-\0"), "!" },
	{ BYTES("a:+1\0"), "!" },
	{ BYTES("a:1x\0"), "!" },
	{ BYTES("a: 1\0"), "!" },
	{ BYTES("a b=x\0"), "!" },
	{ BYTES("A=x\0"), "!" },
	{ BYTES("a-b=x\0"), "!" },
	{ BYTES("\xff=x\0"), "!" },
};

static void put_field(char *seen, size_t size, const struct field *field)
{
	size_t used = strlen(seen);

	if (field->is_number)
		snprintf(seen + used, size - used, "%.*s:%jd|",
			 (int)field->name_length, field->name,
			 (intmax_t)field->number);
	else
		snprintf(seen + used, size - used, "%.*s=%.*s|",
			 (int)field->name_length, field->name,
			 (int)field->length, field->data);
}

static void reads_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list_cases); i++) {
		const struct list_case *row = &list_cases[i];
		uint8_t *data = malloc(row->length);
		bool malformed = false;
		size_t position = 0;
		char seen[128] = "";
		struct field field;

		memcpy(data, row->data, row->length);
		while (fields_next(data, row->length, &position, &field,
				   &malformed))
			put_field(seen, sizeof(seen), &field);
		if (malformed)
			strcat(seen, "!");
		else
			assert_int_equal(position, row->length);
		assert_string_equal(seen, row->expected);
		free(data);
	}
}

static const struct find_case {
	const char *data;
	size_t length;
	const char *name;
	const char *expected; /* NULL: none */
} find_cases[] = {
	{ BYTES("a=1\0ab=2\0a=3\0"), "a", "1" },
	{ BYTES("a=1\0ab=2\0a=3\0"), "ab", "2" },
	{ BYTES("a=1\0ab=2\0a=3\0"), "abc", NULL },
	{ BYTES("a=1\0ab=2\0a=3\0"), "", NULL },
	{ BYTES("a=1\0bad\0b=2\0"), "b", NULL },
	{ BYTES(""), "a", NULL },
};

static void finds_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(find_cases); i++) {
		const struct find_case *row = &find_cases[i];
		struct field field = { .length = 77 };
		bool found = fields_find((const uint8_t *)row->data,
					 row->length, row->name, &field);

		assert_int_equal(found, row->expected != NULL);
		if (found)
			assert_string_equal(field.data, row->expected);
		else
			assert_int_equal(field.length, 0);
	}
}

static void nothing_is_a_list_too(void **state)
{
	bool malformed = false;
	size_t position = 0;
	struct field field;

	(void)state;
	assert_false(fields_next(NULL, 0, &position, &field, &malformed));
	assert_false(malformed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_list),
		cmocka_unit_test(leaves_out_what_does_not_fit),
		cmocka_unit_test(reads_lists),
		cmocka_unit_test(finds_fields),
		cmocka_unit_test(nothing_is_a_list_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
