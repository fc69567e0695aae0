/*
 * A thread that sleeps where nothing wakes it: who asks is told so after a
 * second, and it is done when the thread wakes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "support/control.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/status.h"
#include "support/trace.h"

/* That it takes a second, and what a busy machine adds. */
#define LEAST_MS 900
#define MOST_MS  20000

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const argv[] = { "prog:held", NULL };

struct late {
	struct run_place place;
	struct run_child child;
	struct fault_pipe in;
};

static void start(struct late *late, void **state)
{
	struct run_spec spec = { .argv = argv };

	*late = (struct late){ .in = fault_pipe() };
	spec.in = late->in.read;
	assert_int_equal(run_place_open(&late->place, *(enum run_user *)*state),
			 0);
	assert_int_equal(run_start(&late->child, &late->place, &spec), 0);
	fault_close(&late->in.read);
	status_await(late->child.pid, 'D');
}

/* It must name the thread, and not wait for it. */
static void must_name(const struct late *late, const char *options)
{
	uint64_t begin = fault_now_ms();
	struct run_result result;
	char name[64];

	control_run(&result, &late->place, options, late->child.pid);
	assert_in_range(fault_now_ms() - begin, LEAST_MS, MOST_MS);
	assert_true(run_exited(&result, 0));
	snprintf(name, sizeof(name), "thread %d has not stopped yet",
		 late->child.pid);
	assert_non_null(strstr(text_string(&result.err), name));
	run_result_done(&result);
}

static void must_show(const struct late *late)
{
	struct text said;
	char name[64];

	snprintf(name, sizeof(name), "thread %d has not stopped yet",
		 late->child.pid);
	control_ask(&said, &late->place, "--status -p", late->child.pid);
	assert_non_null(strstr(text_string(&said), name));
	text_done(&said);
}

static void finish(struct late *late)
{
	struct run_result result;

	fault_close(&late->in.write);
	assert_int_equal(run_finish(&late->child, &result), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.out), "done\n");
	run_result_done(&result);
}

static void test_recorded_when_it_wakes(void **state)
{
	struct trace_match waited = { .kind = KTR_SYSRET, .call = "wait4" };
	struct trace trace;
	struct late late;

	start(&late, state);
	must_name(&late, "-p");
	must_show(&late);
	finish(&late);
	fault_load(&trace, &late.place, "ktrace.out");
	fault_must_be_whole(&trace);
	assert_non_null(trace_find(&trace, NULL, waited));
	trace_done(&trace);
	run_place_close(&late.place);
}

static void test_let_go_when_it_wakes(void **state)
{
	struct late late;

	start(&late, state);
	must_name(&late, "-p");
	must_name(&late, "-c -p");
	finish(&late);
	run_place_close(&late.place);
}

int main(void)
{
#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_recorded_when_it_wakes),
		AS_BOTH(test_let_go_when_it_wakes),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("attach_late", tests, NULL, NULL);
}
