/*
 * Processes and threads that live and end in unusual ways: they must not notice
 * us, and the trace must be whole and about the right ones.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/fault.h"
#include "support/pair.h"

static const char *const follow[] = { "-i", NULL };
static const char *const alone[] = { "-f", "ktrace.out", NULL };
static const char *const filtered[] = { "-i", "--syscalls=openat,execve",
					NULL };

static const char *const *const manners[] = { follow, alone, filtered };

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static void open_place(struct run_place *place, void **state)
{
	assert_int_equal(run_place_open(place, *(enum run_user *)*state), 0);
}

/* ---- ends ---- */

static const struct ending {
	const char *how; /* of prog:ending */
	int status;      /* as wait tells it */
} endings[] = {
	{ "exit", W_EXITCODE(3, 0) },       { "exec", W_EXITCODE(0, 0) },
	{ "kill", W_EXITCODE(0, SIGKILL) }, { "fault", 0 },
	{ "leader", W_EXITCODE(3, 0) },
};

/* Who executed a program from another thread goes on as the leader: the call
 * was that thread's, the new program and the return are the leader's. */
static void must_have_executed(const struct trace *trace, pid_t command)
{
	const struct trace_item *item = NULL, *last = NULL;
	struct trace_match match = { .kind = KTR_SYSCALL, .call = "execve" };

	while ((item = trace_find(trace, item, match)))
		last = item;
	assert_non_null(last);
	assert_int_equal(last->record.pid, command);
	assert_int_not_equal(last->record.tid, command);
	match = (struct trace_match){ .kind = KTR_ARGS };
	item = trace_find(trace, last, match);
	assert_non_null(item);
	assert_int_equal(item->record.tid, command);
	match = (struct trace_match){ .kind = KTR_SYSRET, .call = "execve" };
	item = trace_find(trace, last, match);
	assert_non_null(item);
	assert_int_equal(item->record.pid, command);
	assert_int_equal(item->record.tid, command);
	assert_int_equal(item->record.sysret.retval, 0);
}

static void test_endings(void **state)
{
	struct run_place place;

	open_place(&place, state);
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		const char *const argv[] = { "prog:ending", endings[i].how,
					     "16", NULL };
		struct run_spec spec = { .argv = argv, .seconds = 60 };
		struct trace trace;
		struct pair pair;

		pair_open(&pair, &place, &spec);
		if (endings[i].status)
			assert_int_equal(pair.native.status, endings[i].status);
		for (size_t j = 0; j < ARRAY_LEN(manners); j++) {
			pid_t pid = pair_trace(&pair, manners[j], &trace);

			if (!strcmp(endings[i].how, "exec"))
				must_have_executed(&trace, pid);
			trace_done(&trace);
		}
		pair_close(&pair);
	}
	run_place_close(&place);
}

/* ---- children ---- */

/* A line for each, with its tracer's pid: all have that of the recorder, or all
 * have none. */
static size_t check_tracers(const struct run_place *place, long tracer)
{
	struct text text = TEXT_INIT;
	char path[PATH_MAX];
	const char *at;
	size_t count = 0;

	run_place_file(place, "tracers", path);
	assert_int_equal(run_read_file(&text, path), 0);
	for (at = text_string(&text); *at; at = strchr(at, '\n') + 1) {
		long pid = strtol(strstr(at, ": ") + 2, NULL, 10);

		if (pid != tracer)
			fail_msg("tracer %ld expected: %s", tracer, at);
		count++;
	}
	text_done(&text);
	return count;
}

static void test_children(void **state)
{
	static const char *const argv[] = { "prog:fault_process_children",
					    NULL };
	struct run_spec spec = { .argv = argv };
	int32_t pids[64];
	struct run_place place;
	struct trace trace;
	struct pair pair;
	size_t children;

	open_place(&place, state);
	pair_open(&pair, &place, &spec);
	assert_true(run_exited(&pair.native, 0));
	children = check_tracers(&place, 0);
	assert_true(children > 10);
	pair_trace(&pair, follow, &trace);
	check_tracers(&place, trace_recorder(&trace));
	assert_int_equal(trace_pids(&trace, pids, ARRAY_LEN(pids)),
			 children + 1);
	trace_done(&trace);
	pair_trace(&pair, alone, &trace);
	check_tracers(&place, 0);
	assert_int_equal(trace_pids(&trace, pids, ARRAY_LEN(pids)), 1);
	trace_done(&trace);
	pair_close(&pair);
	run_place_close(&place);
}

/* ---- the same output, the same end, a whole trace ---- */

static const struct other {
	const char *needs; /* NULL: nothing */
	const char *argv[8];
	int status;
} others[] = {
	{ NULL, { "prog:fault_process_vfork" }, W_EXITCODE(4, 0) },
	{ NULL, { "prog:fault_process_cancel" }, 0 },
	{ "yes",
	  { "sh", "-c", "yes | head -1; trap '' PIPE; yes | head -1" },
	  0 },
	{ "valgrind",
	  { "valgrind", "-q", "--log-file=/dev/null", "sh", "-c", "exit 4" },
	  W_EXITCODE(4, 0) },
	{ "bwrap",
	  { "bwrap", "--dev-bind", "/", "/", "sh", "-c", "echo in; exit 4" },
	  W_EXITCODE(4, 0) },
};

static void run_other(const struct other *other, const struct run_place *place)
{
	struct run_spec spec = { .argv = other->argv };
	struct pair pair;

	if (other->needs && !run_has(place, other->needs)) {
		printf("skipped: %s is not there\n", other->needs);
		return;
	}
	pair_open(&pair, place, &spec);
	/* bwrap may be there and not be allowed to do anything. */
	if (!other->needs)
		assert_int_equal(pair.native.status, other->status);
	for (size_t i = 0; i < ARRAY_LEN(manners); i++)
		pair_trace(&pair, manners[i], NULL);
	pair_close(&pair);
}

static void test_others(void **state)
{
	struct run_place place;

	open_place(&place, state);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		run_other(&others[i], &place);
	run_place_close(&place);
}

/* ---- a tracer among the traced ---- */

/* The trace says of both tries why they failed. */
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
	assert_int_equal(told, 2);
	trace_done(&trace);
}

/* A process has one tracer: with -i that is us, and the program is told so. */
static void test_tracer(void **state)
{
	static const char *const argv[] = { "prog:fault_process_tracer", NULL };
	static const char refused[] = "volunteer\n  wait: 0x100\n"
				      "  cont: ESRCH\n"
				      "other\n  seize: EPERM\n  wait: 0x900\n";
	struct run_spec spec = { .argv = argv };
	struct run_result result;
	struct run_place place;
	struct pair pair;

	open_place(&place, state);
	pair_open(&pair, &place, &spec);
	assert_true(run_exited(&pair.native, 3));
	/* Its children are none of ours: it can do all that it can do. */
	pair_trace(&pair, alone, NULL);
	pair_close(&pair);
	spec.trace = follow;
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 3));
	assert_string_equal(text_string(&result.out), refused);
	must_say_why(&place);
	run_result_done(&result);
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_endings),
		AS_BOTH(test_children),
		AS_BOTH(test_others),
		AS_BOTH(test_tracer),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
