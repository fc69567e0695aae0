/*
 * The names of other kernels: that their tables can be used, and a few of them
 * that every kernel has elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "foreign/system.h"
#include "sysdesc/sets.h"

static const enum sysdesc_abi abis[] = { SYSDESC_FREEBSD, SYSDESC_FREEBSD32,
					 SYSDESC_NETBSD,  SYSDESC_NETBSD32,
					 SYSDESC_OPENBSD, SYSDESC_OPENBSD32 };

#define NUMBER_END 1000

static void check_arg(const struct sysdesc_row *row, unsigned index)
{
	const struct sysdesc_arg *arg = &row->arg[index];

	assert_true(arg->name && arg->name[0]);
	assert_true(arg->kind != KIND_NONE);
	if (arg->length != LENGTH_NONE && arg->length != LENGTH_FIXED &&
	    arg->kind != KIND_MSGHDR)
		assert_true(arg->len_arg < row->narg);
	if (arg->length == LENGTH_ARG)
		assert_int_equal(row->arg[arg->len_arg].kind, KIND_SIZE);
}

static void test_rows(void **state)
{
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(abis); i++)
		for (int number = 0; number < NUMBER_END; number++) {
			const struct sysdesc_row *row = system_call(abis[i],
								    number);

			if (!row)
				continue;
			count++;
			assert_true(row->narg <= ARRAY_LEN(row->arg));
			assert_true(
			    system_has_call(row->name, strlen(row->name)));
			for (unsigned arg = 0; arg < row->narg; arg++)
				check_arg(row, arg);
		}
	assert_true(count > 1500);
	assert_null(system_call(SYSDESC_FREEBSD, -1));
	assert_null(system_call(SYSDESC_FREEBSD, NUMBER_END));
	assert_null(system_call(SYSDESC_ABI_UNKNOWN, 3));
	assert_false(system_has_call("openat2", 7));
}

static const struct call_case {
	enum sysdesc_abi abi;
	int number;
	const char *name;
} call_cases[] = {
	{ SYSDESC_X86_64, 257, "openat" },
	{ SYSDESC_FREEBSD, 499, "openat" },
	{ SYSDESC_NETBSD, 468, "openat" },
	{ SYSDESC_OPENBSD, 321, "openat" },
	{ SYSDESC_FREEBSD, 560, "kevent" },
	{ SYSDESC_NETBSD, 435, "__kevent50" },
	{ SYSDESC_FREEBSD, 551, "fstat" },
	{ SYSDESC_NETBSD, 440, "__fstat50" },
	{ SYSDESC_OPENBSD, 53, "fstat" },
	{ SYSDESC_FREEBSD, 478, "lseek" },
	{ SYSDESC_FREEBSD32, 478, "lseek" },
	{ SYSDESC_NETBSD, 199, "lseek" },
	{ SYSDESC_FREEBSD, 45, "ktrace" },
	{ SYSDESC_NETBSD, 449, "__wait450" },
	{ SYSDESC_OPENBSD, 114, "unveil" },
	{ SYSDESC_OPENBSD, 108, "pledge" },
};

static void test_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(call_cases); i++) {
		const struct sysdesc_row *row =
		    system_call(call_cases[i].abi, call_cases[i].number);

		assert_non_null(row);
		assert_string_equal(row->name, call_cases[i].name);
	}
	/* Where an offset takes two words, nobody says where things are. */
	assert_int_equal(system_call(SYSDESC_FREEBSD, 478)->narg, 3);
	assert_int_equal(system_call(SYSDESC_FREEBSD32, 478)->narg, 0);
	assert_int_equal(system_call(SYSDESC_FREEBSD32, 3)->narg, 3);
}

static void test_abis(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(abis); i++) {
		const char *name = system_abi_name(abis[i]);

		assert_int_equal(system_abi_by_name(name, strlen(name)),
				 abis[i]);
		assert_int_equal(system_word(abis[i]),
				 strstr(name, "32") ? 4 : 8);
		assert_int_equal(
		    system_abi(system_of(abis[i]), system_word(abis[i])),
		    abis[i]);
	}
	assert_int_equal(system_abi_by_name("x32", 3), SYSDESC_X32);
	assert_int_equal(system_abi_by_name("unknown", 7), SYSDESC_ABI_UNKNOWN);
	assert_int_equal(system_abi_by_name("freebsd3", 8),
			 SYSDESC_ABI_UNKNOWN);
	assert_int_equal(system_abi(RECORD_LINUX, 8), SYSDESC_ABI_UNKNOWN);
	assert_int_equal(system_of(SYSDESC_ABI_UNKNOWN), RECORD_LINUX);
	assert_int_equal(system_abi_of_flags(0x209), SYSDESC_FREEBSD);
	assert_int_equal(system_abi_of_flags(0x109), SYSDESC_FREEBSD32);
	assert_int_equal(system_abi_of_flags(0x10203), SYSDESC_X86_64);
	assert_int_equal(system_abi_of_flags(0x211), SYSDESC_ABI_UNKNOWN);
}

static const struct name_case {
	enum record_system system;
	int error;
	const char *name;
	int signal;
	const char *signal_name;
} name_cases[] = {
	{ RECORD_LINUX, 11, "EAGAIN", 10, "SIGUSR1" },
	{ RECORD_FREEBSD, 35, "EAGAIN", 30, "SIGUSR1" },
	{ RECORD_NETBSD, 35, "EAGAIN", 32, "SIGPWR" },
	{ RECORD_OPENBSD, 35, "EAGAIN", 32, "SIGTHR" },
	{ RECORD_FREEBSD, 93, "ENOTCAPABLE", 10, "SIGBUS" },
	{ RECORD_NETBSD, 86, "ENOTSUP", 20, "SIGCHLD" },
	{ RECORD_OPENBSD, 91, "ENOTSUP", 29, "SIGINFO" },
	{ RECORD_FREEBSD, 0, NULL, 64, NULL },
	{ RECORD_NETBSD, 99, NULL, 33, NULL },
	{ RECORD_OPENBSD, -1, NULL, -1, NULL },
};

static void must_be(const char *got, const char *wanted)
{
	if (wanted)
		assert_string_equal(got, wanted);
	else
		assert_null(got);
}

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(name_cases); i++) {
		const struct name_case *one = &name_cases[i];

		must_be(system_errno_name(one->system, one->error), one->name);
		assert_true(!system_errno_text(one->system, one->error) ==
			    !one->name);
		must_be(system_signal_name(one->system, one->signal),
			one->signal_name);
	}
	must_be(system_signal_code(RECORD_FREEBSD, 15, 0x10001), "SI_USER");
	must_be(system_signal_code(RECORD_NETBSD, 15, -1), "SI_QUEUE");
	must_be(system_signal_code(RECORD_OPENBSD, 15, -1), "SI_MESGQ");
	must_be(system_signal_code(RECORD_FREEBSD, 8, 2), "FPE_INTDIV");
	must_be(system_signal_code(RECORD_NETBSD, 8, 2), "FPE_INTOVF");
	must_be(system_signal_code(RECORD_LINUX, 8, 2), "FPE_INTOVF");
	must_be(system_signal_code(RECORD_FREEBSD, 15, 2), NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_abis),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
