/*
 * A new pid namespace in which /proc still shows the old one. Nothing that it
 * says of our pids is true: the recorder mounts one of its own, and where it
 * may not it refuses, rather than take another process for ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "support/fault.h"

#define NOT_TRACED 125

/* Skips where namespaces may not be made. */
static void need_unshare(struct run_place *place, const char *options)
{
	const char *const argv[] = { "unshare", options, "true", NULL };
	struct run_spec spec = { .argv = argv };
	struct run_result result;

	assert_int_equal(run_program(&result, place, &spec), 0);
	if (result.status) {
		printf("skipped: unshare %s: %s", options,
		       text_string(&result.err));
		run_result_done(&result);
		run_place_close(place);
		skip();
	}
	run_result_done(&result);
}

/* Whatever is said of the command, it is said of none but it. */
static void must_be_of_command(const struct run_place *place)
{
	struct trace_match match = { .pid = 1, .name = KTR_STRUCT_PROCESS };
	const struct trace_item *item = NULL;
	const char *exe = NULL;
	struct trace trace;

	fault_load(&trace, place, "ktrace.out");
	fault_must_be_whole(&trace);
	while ((item = trace_find(&trace, item, match)))
		exe = trace_text(item, "exe");
	assert_non_null(exe);
	assert_non_null(strstr(exe, "/fault_worker"));
	item = trace_find(&trace, NULL,
			  (struct trace_match){ .pid = 1, .kind = KTR_SYSRET });
	assert_non_null(item);
	assert_string_equal(item->record.comm, "fault_worker");
	trace_done(&trace);
}

static void test_mounted(void **state)
{
	struct run_result result;
	struct run_place place;
	char program[PATH_MAX + 16];
	const char *const argv[] = { "unshare", "-Urpf", place.ktrace,
				     "-i",      program, NULL };
	struct run_spec spec = { .argv = argv };

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	need_unshare(&place, "-Urpf");
	snprintf(program, sizeof(program), "%s/fault_worker", place.programs);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 7));
	assert_string_equal(text_string(&result.out), "ready\nsurvived\n");
	must_be_of_command(&place);
	run_result_done(&result);
	run_place_close(&place);
}

static void test_refused(void **state)
{
	struct run_result result;
	struct run_place place;
	const char *const argv[] = {
		"unshare",        "-pf",        "setpriv", "--reuid=65534",
		"--clear-groups", place.ktrace, "--fd",    "1",
		"echo",           "ran",        NULL
	};
	struct run_spec spec = { .argv = argv };

	(void)state;
	if (geteuid() != 0) {
		printf("skipped: only root can give up being root\n");
		skip();
	}
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	need_unshare(&place, "-pf");
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, NOT_TRACED));
	assert_non_null(strstr(text_string(&result.err),
			       "/proc shows another pid namespace"));
	assert_null(strstr(text_string(&result.out), "ran"));
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
	static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_mounted, &users[0]),
		cmocka_unit_test_prestate(test_mounted, &users[1]),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
