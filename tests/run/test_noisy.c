/*
 * A thread that does nothing but calls keeps no other from its own: it may make
 * a few while another makes one, as on a machine with one CPU. Runs alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/run.h"

/* The recorder may answer eight in a row before it looks at all others. */
#define CALLS_OF_NOISY 24.0
#define TRIES          5

struct noisy {
	const char *name;
	const char *sleepers; /* threads that do nothing */
	enum run_user user;
};

/* clang-format off */
static const struct noisy rows[] = {
	{ "two threads", "0", RUN_AS_SELF },
	{ "two threads, of an ordinary user", "0", RUN_AS_ORDINARY },
	{ "two among many", "200", RUN_AS_SELF },
};
/* clang-format on */

static double calls_of_noisy(const struct run_place *place,
			     const struct noisy *row)
{
	static const char *const options[] = { "-i", NULL };
	const char *argv[] = { "prog:noisy", "3000", row->sleepers, NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;
	double calls;

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	calls = strtod(text_string(&result.out), NULL);
	run_result_done(&result);
	printf("  %.1f\n", calls);
	return calls;
}

static void test_noisy(void **state)
{
	const struct noisy *row = *state;
	struct run_place place;
	double calls = CALLS_OF_NOISY + 1;

	assert_int_equal(run_place_open(&place, row->user), 0);
	for (unsigned i = 0; i < TRIES && calls > CALLS_OF_NOISY; i++)
		calls = calls_of_noisy(&place, row);
	run_place_close(&place);
	assert_true(calls <= CALLS_OF_NOISY);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_noisy,
			.initial_state = (void *)&rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
