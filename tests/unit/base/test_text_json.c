/* JSON: what is UTF-8 and what is not, escapes, commas, base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

#define BYTES(string) (string), sizeof(string) - 1

static const struct utf8_case {
	const char *data;
	size_t length;
	bool is_utf8;
} utf8_cases[] = {
	{ BYTES(""), true },
	{ BYTES("plain"), true },
	{ BYTES("\x7f"), true },
	{ BYTES("a\0b"), false },
	{ BYTES("\x80"), false },
	{ BYTES("\xc3\xa9"), true },
	{ BYTES("\xc3"), false },
	{ BYTES("\xc3("), false },
	{ BYTES("\xc0\x80"), false },     /* NUL in two bytes */
	{ BYTES("\xc1\xbf"), false },     /* overlong */
	{ BYTES("\xe0\x9f\xbf"), false }, /* overlong */
	{ BYTES("\xe0\xa0\x80"), true },  /* U+0800 */
	{ BYTES("\xe2\x82\xac"), true },
	{ BYTES("\xe2\x82"), false },
	{ BYTES("\xe2\x82("), false },
	{ BYTES("\xed\x9f\xbf"), true },      /* U+D7FF */
	{ BYTES("\xed\xa0\x80"), false },     /* U+D800, a surrogate */
	{ BYTES("\xee\x80\x80"), true },      /* U+E000 */
	{ BYTES("\xf0\x8f\xbf\xbf"), false }, /* overlong */
	{ BYTES("\xf0\x90\x80\x80"), true },  /* U+10000 */
	{ BYTES("\xf0\x9f\x98\x80"), true },
	{ BYTES("\xf0\x9f\x98"), false },
	{ BYTES("\xf4\x8f\xbf\xbf"), true },  /* U+10FFFF */
	{ BYTES("\xf4\x90\x80\x80"), false }, /* beyond Unicode */
	{ BYTES("\xf5\x80\x80\x80"), false },
	{ BYTES("\xff"), false },
	{ BYTES("good \xe2\x82\xac then \xfe"), false },
};

static void knows_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(utf8_cases); i++) {
		const struct utf8_case *row = &utf8_cases[i];
		char *exact = malloc(row->length);

		memcpy(exact, row->data, row->length);
		if (text_is_utf8(exact, row->length) != row->is_utf8)
			fail_msg("row %zu: expected %d", i, row->is_utf8);
		free(exact);
	}
}

/* Each code point, coded by the book, is right; each surrogate is not. */
static void knows_every_code_point(void **state)
{
	(void)state;
	for (uint32_t point = 0x800; point < 0x110000; point++) {
		uint8_t at[4] = { (uint8_t)(0xf0 | point >> 18),
				  (uint8_t)(0x80 | (point >> 12 & 63)),
				  (uint8_t)(0x80 | (point >> 6 & 63)),
				  (uint8_t)(0x80 | (point & 63)) };
		bool surrogate = point >= 0xd800 && point < 0xe000;
		bool is_utf8;

		if (point < 0x10000)
			at[1] = (uint8_t)(0xe0 | point >> 12);
		is_utf8 = text_is_utf8(point < 0x10000 ? at + 1 : at,
				       point < 0x10000 ? 3 : 4);
		if (is_utf8 == surrogate)
			fail_msg("U+%04X", point);
	}
}

static const struct member_case {
	const char *before;
	const char *data;
	size_t length;
	const char *expected;
} member_cases[] = {
	{ "{", BYTES("x"), "{\"n\":\"x\"" },
	{ "[", BYTES(""), "[\"n\":\"\"" },
	{ "", BYTES("x"), "\"n\":\"x\"" },
	{ "{\"a\":1", BYTES("x"), "{\"a\":1,\"n\":\"x\"" },
	{ "{", BYTES("\"\\\b\f\n\r\t/"),
	  "{\"n\":\"\\\"\\\\\\b\\f\\n\\r\\t/\"" },
	{ "{", BYTES("\x01\x1f\x7f"), "{\"n\":\"\\u0001\\u001f\\u007f\"" },
	{ "{", BYTES("\xe2\x82\xac"), "{\"n\":\"\xe2\x82\xac\"" },
	{ "{", BYTES("\xff"), "{\"n_b64\":\"/w==\"" },
	{ "{", BYTES("a\0b"), "{\"n_b64\":\"YQBi\"" },
};

static void writes_members(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(member_cases); i++) {
		const struct member_case *row = &member_cases[i];

		text_clear(&text);
		text_put(&text, row->before);
		text_json_bytes(&text, "n", row->data, row->length);
		assert_string_equal(text_string(&text), row->expected);
	}
}

static void writes_numbers(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	text_char(&text, '{');
	text_json_number(&text, "low", INT64_MIN);
	text_json_unsigned(&text, "high", UINT64_MAX);
	text_json_bool(&text, "yes", true);
	text_json_bool(&text, "no", false);
	text_json_bytes(&text, "none", NULL, 0);
	text_char(&text, '}');
	assert_string_equal(text_string(&text),
			    "{\"low\":-9223372036854775808,"
			    "\"high\":18446744073709551615,"
			    "\"yes\":true,\"no\":false,\"none\":\"\"}");
}

/* RFC 4648, section 10. */
static const char *const base64_cases[][2] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

static void writes_base64(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(base64_cases); i++) {
		text_clear(&text);
		text_base64(&text, base64_cases[i][0],
			    strlen(base64_cases[i][0]));
		assert_string_equal(text_string(&text), base64_cases[i][1]);
	}
	text_clear(&text);
	text_base64(&text, "\xfb\xff\xbf", 3);
	assert_string_equal(text_string(&text), "+/+/");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_utf8),
		cmocka_unit_test(knows_every_code_point),
		cmocka_unit_test(writes_members),
		cmocka_unit_test(writes_numbers),
		cmocka_unit_test(writes_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
