/* Texts with secrets in them, and what is left: each byte stands where it
 * stood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "redact/region.h"
#include "redact/words.h"

static const struct text_case {
	const char *text, *wanted;
} text_cases[] = {
	{ "", "" },
	{ "nothing here: at=all", "nothing here: at=all" },
	{ "PASSWORD=abc", "PASSWORD=***" },
	{ "PASSWORD=", "PASSWORD=" },
	{ "password: abc\nnext", "password: ***\nnext" },
	{ "db_password = abc # why", "db_password = *** # why" },
	{ "a=1&token=x.y-z&b=2", "a=1&token=*****&b=2" },
	{ "API-KEY=x,api_key=y;apikey=z", "API-KEY=*,api_key=*;apikey=*" },
	{ "{\"secret\": \"a \\\" b\", \"c\": 1}",
	  "{\"secret\": \"******\", \"c\": 1}" },
	{ "{\"secret\": 123, \"c\": 1}", "{\"secret\": ***, \"c\": 1}" },
	{ "\"{\\\"token\\\":\\\"x\\\"}\"", "\"{\\\"token\\\":\\\"**\"}\"" },
	{ "x_token='a b'", "x_token='***'" },
	{ "Authorization: Bearer a.b c\r\nHost: x\r\n",
	  "Authorization: ************\r\nHost: x\r\n" },
	{ "Cookie: a=b; c=d\nAge: 1", "Cookie: ********\nAge: 1" },
	{ "Set-Cookie: a=b", "Set-Cookie: ***" },
	{ "proxy-authorization:x y", "proxy-authorization:***" },
	{ "http://user:pass@host/a", "http://user:****@host/a" },
	{ "https://user:p@ss@host", "https://user:****@host" },
	{ "ftp://user@host/x:y@z", "ftp://user@host/x:y@z" },
	{ "https://0123456789abcdefg@host", "https://*****************@host" },
	{ "http://host/path", "http://host/path" },
	{ "http://host/?token=a&x", "http://host/?token=*&x" },
	{ "://", "://" },
	{ "a://", "a://" },
	{ "-----BEGIN RSA PRIVATE KEY-----\nab\n-----END RSA PRIVATE "
	  "KEY-----\nx",
	  "-----BEGIN RSA PRIVATE KEY-----****-----END RSA PRIVATE "
	  "KEY-----\nx" },
	{ "-----END ENCRYPTED PRIVATE KEY-----\nabc",
	  "-----END ENCRYPTED PRIVATE KEY-----\nabc" },
	{ "-----BEGIN PUBLIC KEY-----\nab", "-----BEGIN PUBLIC KEY-----\nab" },
	{ "PATH=/bin PWD=/root", "PATH=/bin PWD=/root" },
	{ "=x :y ==", "=x :y ==" },
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(text_cases); i++) {
		size_t length = strlen(text_cases[i].text);
		struct words words = { WORDS_CLOSED, 0 };
		/* Of just its size, for sanitizers. */
		uint8_t *data = malloc(length ?: 1);
		const struct region region = { data, length, 0 };

		assert_non_null(data);
		memcpy(data, text_cases[i].text, length);
		words_mask(&words, &region);
		if (memcmp(data, text_cases[i].wanted, length) != 0)
			fail_msg("%s: %.*s", text_cases[i].text, (int)length,
				 (const char *)data);
		free(data);
	}
}

/* In two pieces, of which the second one is looked at with the first in front
 * of it: wherever the cut is, nothing of the secret is in the second. */
static void test_pieces(void **state)
{
	static const char *const texts[] = {
		"x PASSWORD=abcdefgh y",
		"{\"token\" : \"abcdefgh\" }",
		"Authorization: Bearer abcdefgh\n",
		"PRIVATE KEY-----\nabcdefgh\n-----END ",
		"http://u:abcdefgh@host",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		size_t length = strlen(texts[i]);
		size_t secret =
		    (size_t)(strstr(texts[i], "abcdefgh") - texts[i]);

		/* The host tells that what is in front was a password. */
		for (size_t cut = 1; cut <= (i == 4 ? secret : length); cut++) {
			struct words words = { WORDS_CLOSED, 0 };
			uint8_t data[64];
			struct region region = { data, cut, 0 };

			memcpy(data, texts[i], length);
			words_mask(&words, &region);
			memcpy(data, texts[i], length);
			region = (struct region){ data, length, cut };
			words_mask(&words, &region);
			assert_memory_equal(data, texts[i], cut);
			for (size_t at = MAX(cut, secret); at < secret + 8;
			     at++)
				if (data[at] != REGION_MASK)
					fail_msg("%s, cut at %zu: %.*s",
						 texts[i], cut, (int)length,
						 (const char *)data);
		}
	}
}

/* One that is longer than what is kept of the piece in front. */
static void test_open(void **state)
{
	struct words words = { WORDS_CLOSED, 0 };
	uint8_t first[] = "token=aaaa", second[] = "bbb ccc";
	struct region region = { first, sizeof(first) - 1, 0 };

	(void)state;
	words_mask(&words, &region);
	assert_int_equal(words.open, WORDS_BARE);
	region = (struct region){ second, sizeof(second) - 1, 0 };
	words_mask(&words, &region);
	assert_string_equal((const char *)second, "*** ccc");
	assert_int_equal(words.open, WORDS_CLOSED);
}

static const struct word_case {
	const char *word;
	bool is_value;
	size_t value;
	bool announces;
} word_cases[] = {
	{ "TOKEN=a b", true, 6, false },    { "--password=x", true, 11, false },
	{ "--password", false, 0, true },   { "--db-passwd", false, 0, true },
	{ "password", false, 0, false },    { "-p", false, 0, false },
	{ "PATH=/token", false, 0, false }, { "a b token=x", false, 0, false },
	{ "-H", false, 0, false },          { "-", false, 0, false },
	{ "=x", false, 0, false },          { "", false, 0, false },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(word_cases); i++) {
		const struct word_case *row = &word_cases[i];
		const uint8_t *data = (const uint8_t *)row->word;
		size_t length = strlen(row->word), value = 0;

		assert_int_equal(words_value(data, length, &value),
				 row->is_value);
		assert_int_equal(value, row->value);
		assert_int_equal(words_announces(data, length), row->announces);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
