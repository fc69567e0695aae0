/* Calls that stand for each other, and what a filter can look at of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "sysdesc/equal.h"
#include "sysdesc/guard.h"
#include "sysdesc/select.h"
#include "sysdesc/sysdesc.h"

static const struct sysdesc_row *row_of(const char *name)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (!strcmp(sysdesc_row(i)->name, name))
			return sysdesc_row(i);
	fail_msg("no call %s", name);
	return NULL;
}

static bool brings(const char *one, const char *other)
{
	struct select select;

	select_none(&select);
	select_add(&select, row_of(one));
	equal_close(&select);
	return select_has(&select, row_of(other));
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(brings("openat", "open"));
	assert_true(brings("open", "openat2"));
	assert_true(brings("fork", "clone3"));
	/* The first and the last of the longest line. */
	assert_true(brings("stat", "fstatat64"));
	assert_true(brings("fstatat64", "stat"));
	assert_true(brings("getpid", "getpid"));
	assert_false(brings("getpid", "getuid"));
	assert_false(brings("openat", "ptrace"));
	/* From one line nothing leads on to another. */
	assert_false(brings("getrlimit", "setrlimit"));
}

static void test_always(void **state)
{
	struct select select;

	(void)state;
	select_none(&select);
	equal_always(&select);
	assert_true(select_has(&select, row_of("execve")));
	assert_true(select_has(&select, row_of("wait4")));
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (select_has(&select, sysdesc_row(i)))
			assert_int_equal(
			    sysdesc_row(i)->classes &
				(CLASS_KERNEL | CLASS_NETWORK | CLASS_CREDS),
			    0);
}

static void test_guard(void **state)
{
	static const struct {
		const char *call;
		enum guard guard;
	} cases[] = {
		{ "openat", GUARD_NUMBER },     { "fork", GUARD_NUMBER },
		{ "clone", GUARD_FLAGS },       { "unshare", GUARD_FLAGS },
		{ "clone3", GUARD_HIDDEN },     { "socket", GUARD_FAMILY },
		{ "socketpair", GUARD_FAMILY }, { "connect", GUARD_NUMBER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(guard_of(row_of(cases[i].call)),
				 cases[i].guard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_always),
		cmocka_unit_test(test_guard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
