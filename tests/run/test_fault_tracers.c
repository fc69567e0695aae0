/*
 * More than one tracer. A process has one: who comes second is told so, in one
 * line or with EPERM, and hangs nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include <sys/wait.h>

#include "support/fault.h"

#define NOT_TRACED 125

static const char *const follow[] = { "-i", NULL };

static void open_place(struct run_place *place, void **state,
		       const char *program)
{
	assert_int_equal(run_place_open(place, *(enum run_user *)*state), 0);
	if (run_has(place, program))
		return;
	printf("skipped: %s is not there\n", program);
	run_place_close(place);
	skip();
}

static void run(struct run_result *ret, const struct run_place *place,
		const char *const *argv, const char *const *options)
{
	struct run_spec spec = { .argv = argv, .trace = options };

	assert_int_equal(run_program(ret, place, &spec), 0);
	assert_false(ret->timed_out);
}

/* One line that names the other tracer; the command has not run. */
static void must_be_refused(struct run_result *result, const char *tracer)
{
	struct text expected = TEXT_INIT;
	const char *found;

	text_format(&expected,
		    "ktrace-u: cannot trace: already traced by %s "
		    "(pid ",
		    tracer);
	assert_true(run_exited(result, NOT_TRACED));
	found = strstr(text_string(&result->err), "ktrace-u: ");
	assert_non_null(found);
	assert_memory_equal(found, text_string(&expected), expected.length);
	assert_string_equal(strchr(found, '\n'), "\n");
	assert_int_equal(result->out.length, 0);
	text_done(&expected);
}

static void test_under_strace(void **state)
{
	struct run_result result;
	struct run_place place;
	const char *const argv[] = { "strace",     "-f",   "-o",  "/dev/null",
				     place.ktrace, "echo", "ran", NULL };

	open_place(&place, state, "strace");
	run(&result, &place, argv, NULL);
	must_be_refused(&result, "strace");
	run_result_done(&result);
	run_place_close(&place);
}

static void test_under_ourselves(void **state)
{
	struct run_result result;
	struct run_place place;
	const char *const argv[] = { place.ktrace, "-f",  "inner",
				     "echo",       "ran", NULL };

	open_place(&place, state, "echo");
	run(&result, &place, argv, follow);
	must_be_refused(&result, "ktrace-u-sup");
	run_result_done(&result);
	run_place_close(&place);
}

/* The refusal of the program's own ptrace is recorded, and why. */
static void must_say_why(const struct run_place *place)
{
	struct trace_match match = { .name = KTR_STRUCT_COVERAGE };
	const struct trace_item *item = NULL;
	struct trace trace;
	unsigned told = 0;

	fault_load(&trace, place, "ktrace.out");
	fault_must_be_whole(&trace);
	while ((item = trace_find(&trace, item, match)))
		told += !strcmp(trace_text(item, "what"), "ptrace");
	assert_true(told > 0);
	trace_done(&trace);
}

static void test_strace_inside(void **state)
{
	static const char *const argv[] = { "strace", "echo", "ran", NULL };
	struct run_result result;
	struct run_place place;

	open_place(&place, state, "strace");
	run(&result, &place, argv, follow);
	assert_true(run_exited(&result, 1));
	assert_non_null(
	    strstr(text_string(&result.err), "Operation not permitted"));
	assert_int_equal(result.out.length, 0);
	must_say_why(&place);
	run_result_done(&result);
	run_place_close(&place);
}

static void test_gdb_inside(void **state)
{
	static const char *const argv[] = { "gdb", "-batch",    "-nx", "-ex",
					    "run", "/bin/true", NULL };
	struct run_result result;
	struct run_place place;

	open_place(&place, state, "gdb");
	run(&result, &place, argv, follow);
	assert_true(WIFEXITED(result.status));
	assert_non_null(
	    strstr(text_string(&result.err), "Operation not permitted"));
	must_say_why(&place);
	run_result_done(&result);
	run_place_close(&place);
}

/* Somebody else comes while we trace. */
static void test_second_tracer(void **state)
{
	static const char *const worker[] = { "prog:fault_worker", "2", NULL };
	struct fault_pipe in = fault_pipe(), out = fault_pipe();
	struct run_spec spec = {
		.argv = worker, .trace = follow, .in = in.read, .out = out.write
	};
	struct run_result result, other;
	struct run_child child;
	struct run_place place;
	struct trace trace;
	char pid[16];
	const char *const argv[] = { "strace", "-p", pid, NULL };

	open_place(&place, state, "strace");
	assert_int_equal(run_start(&child, &place, &spec), 0);
	assert_true(fault_await(out.read, 30000)); /* it says "ready" */
	snprintf(pid, sizeof(pid), "%d", child.pid);
	run(&other, &place, argv, NULL);
	assert_true(run_exited(&other, 1));
	assert_non_null(
	    strstr(text_string(&other.err), "Operation not permitted"));
	run_result_done(&other);
	fault_close(&in.read);
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 7));
	run_result_done(&result);
	fault_close(&out.read);
	fault_close(&out.write);
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	trace_done(&trace);
	run_place_close(&place);
}

int main(void)
{
	static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };
#define BOTH(test)                                                             \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])
	const struct CMUnitTest tests[] = {
		BOTH(test_under_strace),  BOTH(test_under_ourselves),
		BOTH(test_strace_inside), BOTH(test_gdb_inside),
		BOTH(test_second_tracer),
	};
#undef BOTH

	return cmocka_run_group_tests(tests, NULL, NULL);
}
