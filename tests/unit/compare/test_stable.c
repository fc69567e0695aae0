/* Names that change from run to run, and those that only look so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "compare/stable.h"

static const struct name_case {
	const char *name, *wanted;
} name_cases[] = {
	{ "", "" },
	{ "/etc/passwd", "/etc/passwd" },
	{ "/proc/1/maps", "/proc/PID/maps" },
	{ "/proc/77/task/78/comm", "/proc/PID/task/PID/comm" },
	{ "/proc/self/fd/3", "/proc/self/fd/3" },
	{ "/proc/sys/4242", "/proc/sys/PID" },
	{ "/dev/pts/12", "/dev/pts/N" },
	{ "pipe:[1234]", "pipe:[N]" },
	{ "socket:[1]", "socket:[N]" },
	{ "/tmp/x.4242.4241", "/tmp/x.PID.PID" },
	{ "/tmp/x.4243", "/tmp/x.4243" },
	{ "/tmp/14242", "/tmp/14242" },
	{ "/tmp/042420", "/tmp/042420" },
	{ "99999999999999999999", "99999999999999999999" },
	{ "a1b22c", "a1b22c" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(name_cases); i++) {
		_cleanup_(text_done) struct text text = TEXT_INIT;

		stable_put(&text, name_cases[i].name,
			   strlen(name_cases[i].name), 4242, 4241);
		assert_string_equal(text_string(&text), name_cases[i].wanted);
	}
}

/* 7 and 99 mean other things as well. */
static void test_small(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	stable_put(&text, "-j7 x99", 7, 7, 99);
	assert_string_equal(text_string(&text), "-j7 x99");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
