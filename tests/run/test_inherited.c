/*
 * Actions of signals across fork, clone and exec: what PSIG says of each
 * SIGURG must be what the program knows of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <unistd.h>

#include "support/run.h"
#include "support/trace.h"
#include "support/witness.h"

#define SIGNALS 13

/* The records, as the program's lines. */
static size_t put_actions(struct text *lines, const struct trace *trace)
{
	struct trace_match match = { .kind = KTR_PSIG };
	const struct trace_item *item = NULL;
	size_t count = 0;

	while ((item = trace_find(trace, item, match))) {
		if (item->record.psig.signo != SIGURG)
			continue;
		text_format(lines, "action %d %lx\n", item->record.pid,
			    (unsigned long)item->record.psig.action);
		count++;
	}
	return count;
}

static void test_actions(void **state)
{
	static const char *const argv[] = { "prog:inherited", NULL };
	const char *const options[] = { "-i", "-t", *state, NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct text lines = TEXT_INIT;
	struct run_result result;
	struct run_place place;
	struct trace trace;
	char path[PATH_MAX];

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_place_file(&place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	assert_int_equal(put_actions(&lines, &trace), SIGNALS);
	assert_true(witness_agree(&lines, &result.out, "program"));
	text_done(&lines);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_actions, "+"),
		cmocka_unit_test_prestate(test_actions, "cs"),
		cmocka_unit_test_prestate(test_actions, "ns"),
		cmocka_unit_test_prestate(test_actions, "s"),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
