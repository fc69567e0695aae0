/*
 * --stack: which calls and signals an expression means, and which calls must
 * stop so that maps are known.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "supervisor/plan.h"
#include "sysdesc/sysdesc.h"

#define BIT(signal) (UINT64_C(1) << ((signal)-1))

static const struct sysdesc_row *row_of(const char *name)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (!strcmp(sysdesc_row(i)->name, name))
			return sysdesc_row(i);
	return NULL;
}

static const struct good {
	const char *expression;
	bool open;
	bool write;
	bool unknown;
	uint64_t signals;
} good[] = {
	{ "all", true, true, true, UINT64_MAX },
	{ "openat", true, false, false, 0 },
	{ "SIGSEGV", false, false, false, BIT(SIGSEGV) },
	{ "openat,SIGSEGV", true, false, false, BIT(SIGSEGV) },
	{ "SIGSEGV,openat", true, false, false, BIT(SIGSEGV) },
	{ "SIGSEGV,openat,SIGBUS,write", true, true, false,
	  BIT(SIGSEGV) | BIT(SIGBUS) },
	{ "@file", true, false, false, 0 },
	{ "!write", true, false, true, UINT64_MAX },
	{ "!SIGCHLD", true, true, true, ~BIT(SIGCHLD) },
	{ "!SIGCHLD,!openat", false, true, true, ~BIT(SIGCHLD) },
	{ "all,!SIGCHLD", true, true, true, ~BIT(SIGCHLD) },
	{ "SIGCHLD,!SIGCHLD,openat", true, false, false, 0 },
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct plan_stacks stacks;
		size_t at, length;

		assert_int_equal(plan_stacks_parse(&stacks, good[i].expression,
						   &at, &length),
				 0);
		assert_int_equal(select_has(&stacks.calls, row_of("openat")),
				 good[i].open);
		assert_int_equal(select_has(&stacks.calls, row_of("write")),
				 good[i].write);
		assert_int_equal(stacks.calls.unknown, good[i].unknown);
		assert_int_equal(stacks.signals, good[i].signals);
		assert_true(plan_stacks_any(&stacks));
	}
}

static const struct wrong {
	const char *expression;
	const char *named;
} wrong[] = {
	{ "", "" },
	{ "nocall", "nocall" },
	{ "openat,nocall", "nocall" },
	{ "SIGSEGV,nocall,openat", "nocall" },
	{ "SIGNOTHING", "SIGNOTHING" },
	{ "openat,", "" },
	{ ",", "" },
	{ "!", "" },
	{ "@nothing", "@nothing" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct plan_stacks stacks = { .signals = 5 };
		const char *expression = wrong[i].expression;
		size_t at = 0, length = 0;

		assert_int_equal(
		    plan_stacks_parse(&stacks, expression, &at, &length),
		    -EINVAL);
		assert_in_range(at, 0, strlen(expression));
		assert_int_equal(length, strlen(wrong[i].named));
		assert_memory_equal(expression + at, wrong[i].named, length);
		assert_int_equal(stacks.signals, 5);
	}
}

static void test_stops(void **state)
{
	static const char *const maps[] = { "mmap",          "munmap",
					    "mprotect",      "mremap",
					    "pkey_mprotect", "mmap2" };
	struct plan_wish wish = { .facilities = KTRFAC(KTR_SYSCALL) };
	struct select stops;

	(void)state;
	select_add(&wish.calls, row_of("openat"));
	assert_true(plan_stops(&wish, &stops));
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		assert_false(select_has(&stops, row_of(maps[i])));
	assert_false(plan_stacks_any(&wish.stacks));
	plan_stacks_all(&wish.stacks);
	assert_true(plan_stops(&wish, &stops));
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		assert_true(select_has(&stops, row_of(maps[i])));
	/* Where no call stops, none must for stacks: maps are read anew. */
	wish.facilities = KTRFAC(KTR_PSIG);
	assert_false(plan_stops(&wish, &stops));
	assert_false(select_has(&stops, row_of("mmap")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
