/*
 * What a filter costs the calls that it lets pass. Runs alone.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/administrator.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/trace.h"

static const char *filter_of(const struct trace *trace)
{
	return trace_text(&trace->items[0], "filter");
}

/* For calls that nobody selected, more than the call itself. */
#define COST_PS (60 * 1000)
/* Other work on the machine only makes a round slower, so that the best of all
 * rounds is what counts. */
#define ROUNDS 60

/* Picoseconds for a call, as the program says. */
static int64_t measure(const struct run_place *place,
		       const char *const *options)
{
	static const char *const argv[] = { "prog:getppid", "1000", NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;
	int64_t took;

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	took = strtoll(text_string(&result.out), NULL, 10);
	assert_true(took > 0);
	run_result_done(&result);
	return took;
}

static void compare_cost(enum administrator who, const char *const *options)
{
	int64_t native = INT64_MAX;
	int64_t filtered = INT64_MAX;
	struct run_place place;
	struct trace trace;
	int rounds = 0;

	administrator_place(&place, who);
	do {
		native = MIN(native, measure(&place, NULL));
		filtered = MIN(filtered, measure(&place, options));
	} while (++rounds < ROUNDS && filtered - native > COST_PS);
	printf("getppid: %" PRId64 ".%03" PRId64 " ns native, %" PRId64
	       ".%03" PRId64 " ns filtered, %d rounds of 1000000 calls\n",
	       native / 1000, native % 1000, filtered / 1000, filtered % 1000,
	       rounds);
	fault_load(&trace, &place, "ktrace.out");
	assert_string_equal(filter_of(&trace), "seccomp");
	assert_int_equal(
	    trace_count(&trace, (struct trace_match){ .call = "getppid" }), 0);
	trace_done(&trace);
	run_place_close(&place);
	assert_true(filtered - native <= COST_PS);
}

static void test_cost_as_root(void **state)
{
	static const char *const options[] = { "-tn", NULL };

	(void)state;
	compare_cost(ROOT, options);
}

static void test_cost_as_ordinary_user(void **state)
{
	static const char *const options[] = { "--syscalls=@network",
					       "--seccomp=always", NULL };

	(void)state;
	compare_cost(ORDINARY, options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cost_as_root),
		cmocka_unit_test(test_cost_as_ordinary_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
