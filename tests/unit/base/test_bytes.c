/* The cursor: numbers in order, strings in place, and no way past the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/bytes.h"

static void reads_numbers_in_order(void **state)
{
	static const uint8_t data[] = { 0x01, 0x03, 0x02, 0x07, 0x06,
					0x05, 0x04, 0x0f, 0x0e, 0x0d,
					0x0c, 0x0b, 0x0a, 0x09, 0x08 };
	struct bytes bytes = bytes_over(data, sizeof(data));

	(void)state;
	assert_int_equal(bytes_u8(&bytes), 0x01);
	assert_int_equal(bytes_u16(&bytes), 0x0203);
	assert_int_equal(bytes_u32(&bytes), 0x04050607);
	assert_int_equal(bytes_u64(&bytes), 0x08090a0b0c0d0e0f);
	assert_int_equal(bytes.left, 0);
	assert_false(bytes.failed);
	assert_int_equal(bytes_u8(&bytes), 0);
	assert_true(bytes.failed);
}

/* What is asked for, out of how much, after what. */
static const struct take_case {
	size_t size;
	size_t first;
	size_t second;
	bool first_works;
	bool second_works;
} take_cases[] = {
	{ 8, 8, 0, true, true },   { 8, 8, 1, true, false },
	{ 8, 9, 0, false, false }, { 8, SIZE_MAX, 1, false, false },
	{ 8, 3, 5, true, true },   { 8, 3, SIZE_MAX - 2, true, false },
	{ 0, 0, 0, true, true },   { 0, 1, 0, false, false },
};

static void takes_what_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(take_cases); i++) {
		const struct take_case *row = &take_cases[i];
		/* Exactly as large as that, so that a sanitizer sees more. */
		uint8_t *data = malloc(row->size);
		struct bytes bytes = bytes_over(data, row->size);

		assert_int_equal(bytes_take(&bytes, row->first) != NULL,
				 row->first_works);
		assert_int_equal(bytes_take(&bytes, row->second) != NULL,
				 row->second_works);
		assert_int_equal(bytes.failed,
				 !row->first_works || !row->second_works);
		free(data);
	}
}

static void a_failure_stays(void **state)
{
	static const uint8_t data[8] = { 1, 2, 3, 4, 5, 6, 7, 0 };
	struct bytes bytes = bytes_over(data, 4);
	size_t length = 77;

	(void)state;
	assert_int_equal(bytes_u64(&bytes), 0);
	assert_int_equal(bytes_u8(&bytes), 0);
	assert_null(bytes_take(&bytes, 0));
	assert_null(bytes_string(&bytes, &length));
	assert_int_equal(length, 77);
	assert_int_equal(bytes.left, 4);
}

static const struct string_case {
	const char *data;
	size_t size;
	const char *first; /* NULL: none */
	const char *second;
} string_cases[] = {
	{ "ab\0cd", 6, "ab", "cd" }, { "ab\0cd", 5, "ab", NULL },
	{ "ab", 2, NULL, NULL },     { "", 1, "", NULL },
	{ "\0\0", 2, "", "" },       { "", 0, NULL, NULL },
};

static void check_string(struct bytes *bytes, const char *expected)
{
	size_t length = SIZE_MAX;
	const char *string = bytes_string(bytes, &length);

	if (!expected) {
		assert_null(string);
		assert_true(bytes->failed);
		return;
	}
	assert_string_equal(string, expected);
	assert_int_equal(length, strlen(expected));
}

static void finds_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(string_cases); i++) {
		const struct string_case *row = &string_cases[i];
		struct bytes bytes = bytes_over(row->data, row->size);

		check_string(&bytes, row->first);
		check_string(&bytes, row->second);
	}
}

static void nothing_at_all_is_fine(void **state)
{
	struct bytes bytes = bytes_over(NULL, 0);
	size_t length;

	(void)state;
	assert_non_null(bytes_take(&bytes, 0));
	assert_false(bytes.failed);
	assert_null(bytes_string(&bytes, &length));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_numbers_in_order),
		cmocka_unit_test(takes_what_is_there),
		cmocka_unit_test(a_failure_stays),
		cmocka_unit_test(finds_strings),
		cmocka_unit_test(nothing_at_all_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
