/*
 * What is asked about a process that was let go for an exec, and of which it is
 * not known yet what became: it comes back to what was set and cleared
 * meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include <sys/syscall.h>

#include "support/attach.h"
#include "support/control.h"
#include "support/privileged.h"
#include "support/status.h"

#define PATIENCE_MS 30000

/* One that is away until it is told. */
struct leaver {
	struct run_place place;
	struct control_target target;
	pid_t pid;
	int recorder; /* a pidfd */
};

static void await_told(const struct run_place *place, const char *name,
		       const char *words)
{
	uint64_t until = fault_now_ms() + PATIENCE_MS;
	unsigned count = 0;

	while (!count) {
		struct trace trace;

		fault_load(&trace, place, name);
		count = privileged_count_told(&trace, words);
		trace_done(&trace);
		if (fault_now_ms() > until)
			fail_msg("%s: no \"%s\"", name, words);
		status_pause();
	}
}

static void tell(const struct leaver *leaver)
{
	assert_int_equal(write(leaver->target.in.write, "\n", 1), 1);
}

static void start(struct leaver *ret)
{
	static const char *const argv[] = { "prog:gaining", "held", "./program",
					    NULL };
	static const char *const options[] = { "-t",  "n",  "-f",
					       "one", "-p", NULL };
	const struct run_spec spec = { .argv = argv };
	pid_t recorder;

	privileged_place(&ret->place);
	privileged_make(&ret->place, "program", PRIVILEGED_GARBAGE);
	control_start(&ret->target, &ret->place, &spec);
	ret->pid = ret->target.child.pid;
	recorder = attach_to(&ret->place, options, ret->pid);
	ret->recorder = (int)syscall(SYS_pidfd_open, recorder, 0);
	assert_true(ret->recorder >= 0);
	tell(ret);
	await_told(&ret->place, "one", PRIVILEGED_LET_GO);
}

/* The recorder ends as soon as there is nobody who may come back. */
static void await_recorder(struct leaver *leaver)
{
	assert_true(fault_await(leaver->recorder, PATIENCE_MS));
	fault_close(&leaver->recorder);
}

/* It must work, and may have something to say about who has not stopped. */
static void ask(const struct leaver *leaver, const char *options)
{
	struct run_result result;

	control_run(&result, &leaver->place, options, leaver->pid);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
}

/* What it does last. */
static bool has_looked(const struct trace *trace)
{
	static const char path[] = "/held";
	static const struct trace_match match = { .kind = KTR_NAMEI };
	const struct trace_item *item = NULL;

	while ((item = trace_find(trace, item, match)))
		if (item->record.length == strlen(path) &&
		    !memcmp(item->record.payload, path, strlen(path)))
			return true;
	return false;
}

static void must_tell(const struct run_place *place, const char *name,
		      unsigned let_go, unsigned again)
{
	static const struct trace_match end = { .kind = KTR_STRUCT,
						.name = KTR_STRUCT_END };
	struct trace trace;

	fault_load(&trace, place, name);
	assert_int_equal(privileged_count_told(&trace, PRIVILEGED_LET_GO),
			 let_go);
	assert_int_equal(privileged_count_told(&trace, PRIVILEGED_AGAIN),
			 again);
	assert_int_equal(has_looked(&trace), again);
	assert_int_equal(trace_count(&trace, end), 1);
	trace_done(&trace);
}

/* Nothing is wanted of it any more. */
static void test_cleared(void **state)
{
	struct leaver leaver;

	(void)state;
	start(&leaver);
	ask(&leaver, "-c -p");
	tell(&leaver);
	await_recorder(&leaver);
	control_must_be_free(leaver.pid);
	control_finish(&leaver.target);
	must_tell(&leaver.place, "one", 1, 0);
	run_place_close(&leaver.place);
}

/* It comes back into another trace. */
static void test_set(void **state)
{
	struct leaver leaver;

	(void)state;
	start(&leaver);
	ask(&leaver, "-t n -f two -p");
	tell(&leaver);
	await_told(&leaver.place, "two", PRIVILEGED_AGAIN);
	control_finish(&leaver.target);
	await_recorder(&leaver);
	must_tell(&leaver.place, "one", 1, 0);
	must_tell(&leaver.place, "two", 0, 1);
	run_place_close(&leaver.place);
}

/* Its trace does not end before that is known. */
static void test_comes_back(void **state)
{
	struct leaver leaver;

	(void)state;
	start(&leaver);
	control_must_record(&leaver.place, leaver.pid, "n");
	tell(&leaver);
	await_told(&leaver.place, "one", PRIVILEGED_AGAIN);
	control_finish(&leaver.target);
	await_recorder(&leaver);
	must_tell(&leaver.place, "one", 1, 1);
	run_place_close(&leaver.place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cleared),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_comes_back),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("privilege_away", tests, NULL, NULL);
}
