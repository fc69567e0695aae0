/* Messages of name servers -> addresses of hosts: good, broken, and none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/dns.h"

/* Header: an answer, one question, so many records. Then a.B, and records. */
#define HEAD(flags, count)                                                     \
	"\0\7" flags "\0\1\0" count "\0\0\0\0"                                 \
	"\1a\1B\0\0\1\0\1"
#define ANSWER "\x81\x80"
#define ASKED  "\300\14" /* the name of the question */
#define A      "\0\1\0\1\0\0\0\7\0\4"
#define AAAA   "\0\34\0\1\0\0\0\7\0\20"
#define CNAME  "\0\5\0\1\0\0\0\7\0"
#define SIX    " \1\r\270\0\0\0\0\0\0\0\0\0\0\0\1"

/* clang-format off */
static const struct {
	const char *message;
	size_t length;
	const char *wanted;
} cases[] = {
#define CASE(message, wanted) { message, sizeof(message) - 1, wanted }
	CASE(HEAD(ANSWER, "\1") ASKED A "\1\2\3\4", "a.b 1.2.3.4\n"),
	CASE(HEAD(ANSWER, "\1") "\1A\1b\0" A "\1\2\3\4", "a.b 1.2.3.4\n"),
	CASE(HEAD(ANSWER, "\1") ASKED AAAA SIX, "a.b 2001:db8::1\n"),
	CASE(HEAD(ANSWER, "\2") ASKED A "\1\2\3\4" ASKED A "\1\2\3\5",
	     "a.b 1.2.3.4\na.b 1.2.3.5\n"),
	/* By another name. */
	CASE(HEAD(ANSWER, "\2") ASKED CNAME "\3\1c\0" "\1c\0" A "\1\2\3\4",
	     "a.b 1.2.3.4\n"),
	CASE(HEAD(ANSWER, "\2") ASKED CNAME "\4\1c\300\16" "\1c\1b\0" A
	     "\1\2\3\4", "a.b 1.2.3.4\n"),
	/* Of a host that nobody asked for. */
	CASE(HEAD(ANSWER, "\1") "\1c\0" A "\1\2\3\4", ""),
	CASE(HEAD(ANSWER, "\2") ASKED CNAME "\3\1c\0" ASKED A "\1\2\3\4", ""),
	/* With its length in front; of another length. */
	CASE("\0\45" HEAD(ANSWER, "\1") ASKED A "\1\2\3\4", "a.b 1.2.3.4\n"),
	CASE("\0\44" HEAD(ANSWER, "\1") ASKED A "\1\2\3\4", ""),
	/* A question, an error, an update, no address. */
	CASE(HEAD("\1\0", "\1") ASKED A "\1\2\3\4", ""),
	CASE(HEAD("\x81\x83", "\1") ASKED A "\1\2\3\4", ""),
	CASE(HEAD("\xa9\x80", "\1") ASKED A "\1\2\3\4", ""),
	CASE(HEAD(ANSWER, "\1") ASKED "\0\1\0\1\0\0\0\7\0\3" "\1\2\3", ""),
	CASE(HEAD(ANSWER, "\1") ASKED "\0\20\0\1\0\0\0\7\0\4" "\1\2\3\4", ""),
	CASE(HEAD(ANSWER, "\1") ASKED "\0\1\0\3\0\0\0\7\0\4" "\1\2\3\4", ""),
	/* Cut off; less than is said; names that lead to themselves, forward,
	 * or into a label that is none. */
	CASE(HEAD(ANSWER, "\1") ASKED A "\1\2\3", ""),
	CASE(HEAD(ANSWER, "\2") ASKED A "\1\2\3\4", "a.b 1.2.3.4\n"),
	CASE(HEAD(ANSWER, "\1") "\300\25" A "\1\2\3\4", ""),
	CASE(HEAD(ANSWER, "\1") "\300\27\1a\0" A "\1\2\3\4", ""),
	CASE(HEAD(ANSWER, "\1") "\100a\0" A "\1\2\3\4", ""),
	CASE(HEAD(ANSWER, "\2") ASKED CNAME "\2\300\45" "\1c\0" A "\1\2\3\4",
	     ""),
	CASE("\0\7" ANSWER "\0\1\0\1\0\0\0\0" "\300\14\0\1\0\1" ASKED A
	     "\1\2\3\4", ""),
	/* No name of a host; and none at all. */
	CASE("\0\7" ANSWER "\0\1\0\1\0\0\0\0" "\1\33\0\0\1\0\1" ASKED A
	     "\1\2\3\4", ""),
	CASE("\0\7" ANSWER "\0\1\0\1\0\0\0\0" "\0\0\1\0\1" "\0" A "\1\2\3\4",
	     ""),
	CASE("\0\7" ANSWER "\0\2\0\1\0\0\0\0" "\1a\0\0\1\0\1" ASKED A
	     "\1\2\3\4", ""),
	CASE("", ""), CASE("\0", ""), CASE("\0\0", ""),
#undef CASE
};
/* clang-format on */

static int put(void *context, const struct dns_answer *answer)
{
	char address[INET6_ADDRSTRLEN];

	inet_ntop(answer->family, answer->address, address, sizeof(address));
	text_format(context, "%s %s\n", answer->host, address);
	return 0;
}

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		/* Nothing is behind it. */
		char *copy = malloc(cases[i].length + !cases[i].length);
		struct text text = TEXT_INIT;

		assert_non_null(copy);
		memcpy(copy, cases[i].message, cases[i].length);
		assert_int_equal(
		    dns_each_answer(copy, cases[i].length, put, &text), 0);
		if (strcmp(text_string(&text), cases[i].wanted) != 0)
			fail_msg("%zu: %s", i, text_string(&text));
		text_done(&text);
		free(copy);
	}
}

/* Labels of 63 and a whole of 253 are the most that a name has. */
static void test_long(void **state)
{
	static const struct {
		unsigned labels, last;
		bool is_told;
	} names[] = { { 3, 61, true }, { 3, 62, false }, { 4, 1, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct text message = TEXT_INIT, text = TEXT_INIT;

		text_bytes(&message, "\0\7" ANSWER "\0\1\0\1\0\0\0\0", 12);
		for (unsigned label = 0; label < names[i].labels; label++) {
			text_char(&message, 63);
			for (unsigned at = 0; at < 63; at++)
				text_char(&message, 'x');
		}
		text_char(&message, (char)names[i].last);
		for (unsigned at = 0; at < names[i].last; at++)
			text_char(&message, 'y');
		text_bytes(&message, "\0\0\1\0\1" ASKED A "\1\2\3\4", 21);
		dns_each_answer(message.data, message.length, put, &text);
		assert_int_equal(text.length > 0, names[i].is_told);
		text_done(&message);
		text_done(&text);
	}
}

static int stop(void *context, const struct dns_answer *answer)
{
	(void)answer;
	++*(int *)context;
	return 7;
}

static void test_stops(void **state)
{
	int visits = 0;

	(void)state;
	assert_int_equal(
	    dns_each_answer(cases[3].message, cases[3].length, stop, &visits),
	    7);
	assert_int_equal(visits, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
