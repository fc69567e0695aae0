/* Linux's structures as JSON: nested, listed, escaped, and no number that a
 * double would change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/layout.h"
#include "show/json_layout.h"
#include "trace/record.h"

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1
#define ONE            "\1\0\0\0\0\0\0\0"
#define LARGEST        "\377\377\377\377\377\377\377\177"

static const struct json_case {
	const char *name;
	const uint8_t *data;
	size_t length;
	uint64_t size; /* of an item; 0 for a STRUCT */
	const char *wanted;
} cases[] = {
	{ "timespec", BYTES(ONE ONE), 0,
	  "{\"value\":{\"tv_sec\":1,\"tv_nsec\":1}" },
	{ "itimerval", BYTES(ONE ONE ONE LARGEST), 0,
	  "{\"value\":{\"it_interval\":{\"tv_sec\":1,\"tv_usec\":1},"
	  "\"it_value\":{\"tv_sec\":1,\"tv_usec\":\"9223372036854775807\"}}" },
	{ "int", BYTES("\376\377\377\377"), 0, "{\"value\":-2" },
	{ "uint", BYTES("\376\377\377\377"), 0, "{\"value\":4294967294" },
	{ "wait_status", BYTES("\0\3\0\0"), 0, "{\"value\":\"0x300\"" },
	{ "gid", BYTES("\1\0\0\0\2\0\0\0"), 4, "{\"value\":[1,2]" },
	{ "pollfd", BYTES("\1\0\0\0\2\0\0\0"), 8,
	  "{\"value\":[{\"fd\":1,\"events\":\"0x2\",\"events_names\":"
	  "\"POLLPRI\","
	  "\"revents\":\"0x0\"}]" },
	{ "fd_set", BYTES("\5\0\0\0\0\0\0\0"), 0, "{\"value\":[0,2]" },
	{ "comm",
	  BYTES("a\"b\0"
		"xxxxxxxxxxxx"),
	  0, "{\"value\":{\"name\":\"a\\\"b\"}" },
	{ "comm",
	  BYTES("a\377\0"
		"xxxxxxxxxxxxx"),
	  0, "{\"value\":{\"name\":{\"b64\":\"Yf8=\"}}" },
	{ "open_how", BYTES(ONE "\240\1\0\0\0\0\0\0" ONE), 0,
	  "{\"value\":{\"flags\":\"01\",\"flags_names\":\"O_WRONLY\","
	  "\"mode\":\"0640\",\"resolve\":\"0x1\","
	  "\"resolve_names\":\"RESOLVE_NO_XDEV\"}" },
	{ "sockaddr", BYTES("\2\0\0\120\177\0\0\1\0\0\0\0\0\0\0\0"), 0,
	  "{\"value\":{\"family\":\"AF_INET\",\"address\":\"127.0.0.1\","
	  "\"port\":80}" },
	{ "sockaddr", BYTES("\1\0/a"), 0,
	  "{\"value\":{\"family\":\"AF_UNIX\",\"path\":\"/a\"}" },
	{ "sockaddr", BYTES("\1\0\0a"), 0,
	  "{\"value\":{\"family\":\"AF_UNIX\",\"abstract\":\"a\"}" },
	{ "sockaddr", BYTES("\377\377a"), 0,
	  "{\"value\":{\"family\":65535,\"data\":\"a\"}" },
	{ "sockaddr", BYTES("\1"), 0, "{\"value\":{}" },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(text_done) struct text text = TEXT_INIT;
		const struct record record = {
			.kind = cases[i].size ? KTR_STRUCT_ARRAY : KTR_STRUCT,
			.structure = { .name = cases[i].name,
				       .data = cases[i].data,
				       .length = cases[i].length,
				       .size = cases[i].size },
		};

		assert_true(layout_is_known(&record, SYSDESC_X86_64));
		text_char(&text, '{');
		json_layout_put(&text, "value", &record, SYSDESC_X86_64, false);
		assert_string_equal(text_string(&text), cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
