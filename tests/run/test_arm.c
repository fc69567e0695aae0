/*
 * Programs of 32-bit arm under a recorder of aarch64: their calls are recorded
 * with their numbers, whole ones, and with no names, since they would be those
 * of other calls; a filter does them no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/trace.h"

#define CANNOT 77
#define ENDS   7

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const int64_t numbers[] = { 20, 0x0f0005, 100000, -1, 1 };

static void open_place(struct run_place *place, void **state)
{
	assert_int_equal(run_place_open(place, *(enum run_user *)*state), 0);
}

/* False where no such program runs. */
static bool record(struct run_place *place, const char *const *options,
		   struct trace *ret)
{
	static const char *const argv[] = { "prog:arm", NULL };
	const struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;
	int status;

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(WIFEXITED(result.status));
	status = WEXITSTATUS(result.status);
	run_result_done(&result);
	if (status == CANNOT)
		return false;
	assert_int_equal(status, ENDS);
	fault_load(ret, place, "ktrace.out");
	fault_must_be_whole(ret);
	return true;
}

static void skip_this(struct run_place *place)
{
	run_place_close(place);
	puts("skipped: no program of 32-bit arm runs here");
	skip();
}

/* Behind the exec's return, where the program is another one. */
static const struct trace_item *find_begin(const struct trace *trace)
{
	const struct trace_item *item = NULL;
	struct trace_match match = { .kind = KTR_STRUCT,
				     .name = KTR_STRUCT_PROCESS };

	while ((item = trace_find(trace, item, match)))
		if (strcmp(trace_text(item, "abi"), "unknown") == 0)
			return item;
	fail_msg("no process of an unknown ABI");
	return NULL;
}

static void test_numbers(void **state)
{
	static const char *const options[] = { "-f", "ktrace.out", NULL };
	struct trace_match call = { .kind = KTR_SYSCALL };
	const struct trace_item *item;
	struct run_place place;
	struct trace trace;

	open_place(&place, state);
	if (!record(&place, options, &trace))
		skip_this(&place);
	item = find_begin(&trace);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		item = trace_find(&trace, item, call);
		assert_non_null(item);
		assert_int_equal(item->number, numbers[i]);
		assert_null(item->row);
	}
	assert_null(trace_find(&trace, item, call));
	trace_done(&trace);
	run_place_close(&place);
}

/* To a filter all of them are of a foreign machine: they stop, and go on. */
static void test_filtered(void **state)
{
	static const char *const options[] = { "-f", "ktrace.out", "-tn",
					       "--seccomp=always", NULL };
	const struct trace_item *item;
	struct run_place place;
	struct trace trace;

	open_place(&place, state);
	if (!record(&place, options, &trace))
		skip_this(&place);
	item = find_begin(&trace);
	assert_null(trace_find(&trace, item,
			       (struct trace_match){ .kind = KTR_NAMEI }));
	trace_done(&trace);
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_numbers),
		AS_BOTH(test_filtered),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("arm", tests, NULL, NULL);
}
