/*
 * What attaching costs the program: how often its threads are stopped until
 * they are free again. The witness is the kernel's count of the times that a
 * thread gave up the CPU: one for each stop, and one for each time that it goes
 * back to sleep.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/proc.h"
#include "support/attach.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/status.h"

#define THREADS "200"

/* It sleeps again after the recorder has come, and after it has gone. */
#define SLEEPS 2

static const struct way {
	const char *const *options;
	long stops;
} ways[] = {
	/* One to begin, one to end. */
	{ (const char *const[]){ "-t", "s", "-p", NULL }, 2 },
	/* Also one where the call that it sleeps in goes on, to be recorded. */
	{ (const char *const[]){ "-p", NULL }, 3 },
};

/* All threads together. */
struct census {
	long threads;
	long switches;
};

static int count_thread(void *context, pid_t tid)
{
	struct census *census = context;
	char value[STATUS_VALUE_MAX];

	status_await(tid, 'S');
	status_value(tid, "voluntary_ctxt_switches", value);
	census->threads++;
	census->switches += strtol(value, NULL, 10);
	return 0;
}

static struct census count(pid_t pid)
{
	struct census census = { 0 };

	assert_int_equal(proc_each_thread(pid, count_thread, &census), 0);
	return census;
}

static void await_threads(pid_t pid, long threads)
{
	while (count(pid).threads < threads)
		;
}

static void test_stops(void **state)
{
	static const char *const argv[] = { "prog:asleep", THREADS, NULL };
	const struct way *way = *state;
	struct fault_pipe in = fault_pipe();
	const struct run_spec spec = { .argv = argv, .in = in.read };
	struct census before, after;
	struct run_result result;
	struct run_place place;
	struct run_child child;
	pid_t recorder;

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	fault_close(&in.read);
	await_threads(child.pid, strtol(THREADS, NULL, 10) + 1);
	before = count(child.pid);
	recorder = attach_to(&place, way->options, child.pid);
	count(child.pid);
	attach_end(recorder, child.pid);
	after = count(child.pid);
	assert_int_equal(after.threads, before.threads);
	/* The machine may add one here and there, but not to each. */
	assert_int_equal((after.switches - before.switches) / before.threads,
			 way->stops + SLEEPS);
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_stops, (void *)&ways[0]),
		cmocka_unit_test_prestate(test_stops, (void *)&ways[1]),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("attach, stops", tests, NULL, NULL);
}
