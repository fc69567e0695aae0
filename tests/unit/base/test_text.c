/* The growing text: numbers, padding, formats, and memory that runs out. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

static const uint64_t numbers[] = {
	0,
	1,
	7,
	8,
	9,
	10,
	255,
	4096,
	INT64_MAX,
	(uint64_t)INT64_MIN,
	UINT64_MAX - 1,
	UINT64_MAX,
};

/* printf is the judge: the contract names its formats. */
static void prints_numbers_as_printf_does(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	char expected[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		uintmax_t number = numbers[i];

		text_clear(&text);
		text_unsigned(&text, number);
		text_char(&text, ' ');
		text_decimal(&text, (int64_t)number);
		text_char(&text, ' ');
		text_hex(&text, number);
		text_char(&text, ' ');
		text_octal(&text, number);
		snprintf(expected, sizeof(expected), "%ju %jd %#jx %#jo",
			 number, (intmax_t)number, number, number);
		assert_string_equal(text_string(&text), expected);
	}
}

static const struct pad_case {
	const char *before;
	const char *padded;
	size_t width;
	const char *expected;
} pad_cases[] = {
	{ "", "ab", 4, "ab  |" },     { "x", "ab", 4, "xab  |" },
	{ "x", "abcd", 4, "xabcd|" }, { "x", "abcde", 4, "xabcde|" },
	{ "x", "", 0, "x|" },         { "x", "", 2, "x  |" },
};

static void pads_from_an_offset(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pad_cases); i++) {
		const struct pad_case *row = &pad_cases[i];
		size_t from;

		text_clear(&text);
		text_put(&text, row->before);
		from = text.length;
		text_put(&text, row->padded);
		text_pad(&text, from, row->width);
		text_char(&text, '|');
		assert_string_equal(text_string(&text), row->expected);
	}
}

static void an_empty_text_is_a_string(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	assert_string_equal(text_string(&text), "");
	text_bytes(&text, NULL, 0);
	text_put(&text, "");
	assert_string_equal(text_string(&text), "");
	assert_int_equal(text.length, 0);
	text_done(&text);
	assert_string_equal(text_string(&text), "");
	text_put(&text, "again");
	assert_string_equal(text_string(&text), "again");
}

/* Around each size where the buffer could be just full. */
static void grows_at_every_size(void **state)
{
	(void)state;
	for (size_t size = 250; size < 260; size++) {
		_cleanup_(text_done) struct text text = TEXT_INIT;
		char *bytes = test_malloc(size);

		memset(bytes, 'a', size);
		text_bytes(&text, bytes, size);
		assert_int_equal(strlen(text_string(&text)), size);
		text_format(&text, "%s|%d", "format", 42);
		assert_string_equal(text_string(&text) + size, "format|42");
		assert_int_equal(text.length, size + 9);
		test_free(bytes);
	}
}

static void keeps_bytes_of_every_value(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	char all[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	for (int i = 0; i < 100; i++)
		text_bytes(&text, all, sizeof(all));
	assert_int_equal(text.length, 25600);
	for (int i = 0; i < 100; i++)
		assert_memory_equal(text.data + i * 256, all, sizeof(all));
}

static void no_memory_means_no_holes(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	text_put(&text, "kept");
	text_pad(&text, 0, SIZE_MAX);
	assert_true(text.failed);
	text_pad(&text, 0, SIZE_MAX / 4);
	text_put(&text, " dropped");
	assert_string_equal(text_string(&text), "kept");
	text_clear(&text);
	assert_false(text.failed);
	text_put(&text, "new");
	assert_string_equal(text_string(&text), "new");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_numbers_as_printf_does),
		cmocka_unit_test(pads_from_an_offset),
		cmocka_unit_test(an_empty_text_is_a_string),
		cmocka_unit_test(grows_at_every_size),
		cmocka_unit_test(keeps_bytes_of_every_value),
		cmocka_unit_test(no_memory_means_no_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
