/*
 * Programs that would give privilege, but cannot be executed: who tried is
 * recorded again, time after time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/pair.h"
#include "support/privileged.h"

/* In which way, how often, with which error. */
static const struct failure {
	enum privileged_kind kind;
	const char *how;
	const char *rounds;
	const char *error;
} failures[] = {
	{ PRIVILEGED_GARBAGE, "fail", "200", "8" },
	{ PRIVILEGED_NO_LOADER, "fail", "50", "2" },
	{ PRIVILEGED_USER, "fail", "50", "7" },
	{ PRIVILEGED_GARBAGE, "fail-threads", "50", "8" },
	{ PRIVILEGED_GARBAGE, "spin", "1", "8" },
};

/* It is recorded again after each. */
static void test_fails(void **state)
{
	static const char *const options[] = { NULL };
	const struct failure *failure = *state;
	const char *const argv[] = { "prog:gaining",  failure->how,
				     failure->rounds, failure->error,
				     "./program",     NULL };
	const struct run_spec spec = { .argv = argv };
	unsigned rounds = (unsigned)strtoul(failure->rounds, NULL, 10);
	struct run_place place;
	struct trace trace;
	struct pair pair;

	privileged_place(&place);
	privileged_make(&place, "program", failure->kind);
	pair_open(&pair, &place, &spec);
	pair_trace(&pair, options, &trace);
	assert_int_equal(privileged_count_told(&trace, PRIVILEGED_LET_GO),
			 rounds);
	assert_int_equal(privileged_count_told(&trace, PRIVILEGED_AGAIN),
			 rounds);
	assert_int_equal(privileged_count_told(&trace, PRIVILEGED_LOST), 0);
	trace_done(&trace);
	pair_close(&pair);
	run_place_close(&place);
}

/* What --setuid does not take, and does not go with. */
static void test_option(void **state)
{
	static const struct {
		const char *words[5];
		const char *said;
	} wrong[] = {
		{ { "--setuid=perhaps", "true" }, "is not allow or deny" },
		{ { "--setuid=deny", "-p", "1" }, "does not go with -p" },
		{ { "--setuid" }, "--setuid" },
	};
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const char *argv[8] = { place.ktrace };
		const struct run_spec spec = { .argv = argv };
		struct run_result result;

		memcpy(argv + 1, wrong[i].words, sizeof(wrong[i].words));
		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(run_exited(&result, 2));
		assert_non_null(
		    strstr(text_string(&result.err), wrong[i].said));
		run_result_done(&result);
	}
	run_place_close(&place);
}

#define FAILS(i) cmocka_unit_test_prestate(test_fails, (void *)&failures[i])

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAILS(0), FAILS(1), FAILS(2),
		FAILS(3), FAILS(4), cmocka_unit_test(test_option),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("privilege_failed", tests, NULL,
					   NULL);
}
