/*
 * The flight recorder: nothing is written before it is wanted, and then what
 * was last, in a form that can be understood without what came before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "support/command.h"
#include "support/fault.h"
#include "support/refusal.h"
#include "support/status.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

#define RING ((off_t)1 << 20)

/* Leaves several times as much as the ring holds. */
static const char *const much[] = { "prog:fault_sink",
				    "say",
				    "begin",
				    "calls",
				    "40000",
				    "say",
				    "end",
				    "exit",
				    "7",
				    NULL };

static off_t size_of(const struct run_place *place, const char *name)
{
	char path[PATH_MAX];
	struct stat status;

	return stat(run_place_file(place, name, path), &status)
		   ? -1
		   : status.st_size;
}

static const struct trace_item *find_coverage(const struct trace *trace,
					      const char *why)
{
	struct trace_match match = { .name = KTR_STRUCT_COVERAGE };
	const struct trace_item *item = NULL;

	while ((item = trace_find(trace, item, match)))
		if (strstr(trace_text(item, "why"), why))
			return item;
	return NULL;
}

/* Each part says who is there. */
static void must_be_understood(const struct trace *trace)
{
	struct trace_match sessions = { .name = KTR_STRUCT_SESSION };
	struct trace_match processes = { .name = KTR_STRUCT_PROCESS };

	assert_int_equal(trace->ended, READER_END);
	assert_true(
	    record_is_struct(&trace->items[0].record, KTR_STRUCT_SESSION));
	assert_int_equal(trace->items[1].record.kind, KTR_PROCCTOR);
	assert_true(trace_count(trace, processes) >=
		    trace_count(trace, sessions));
}

static bool has_end(const struct trace *trace)
{
	const struct trace_item *last = &trace->items[trace->count - 1];
	int64_t number;

	return record_is_struct(&last->record, KTR_STRUCT_END) &&
	       !trace_number(last, "continued", &number);
}

/* The last call of the program is there, and the first is not. */
static void test_keeps_the_last(void **state)
{
	static const char *const forms[][6] = {
		{ "-f", "out", "--ring", "1M", NULL },
		{ "-f", "out", "--ring", "1M", "--zstd", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct run_spec spec = { .argv = much, .trace = forms[i] };
		struct trace_match calls = { .kind = KTR_SYSCALL };
		struct run_result result;
		struct run_place place;
		struct trace trace;

		assert_int_equal(
		    run_place_open(&place, *(const enum run_user *)*state), 0);
		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(run_exited(&result, 7));
		assert_string_equal(text_string(&result.out), "begin\nend\n");
		assert_string_equal(text_string(&result.err), "");
		fault_load(&trace, &place, "out");
		must_be_understood(&trace);
		assert_true(has_end(&trace));
		assert_int_equal(
		    trace_count(&trace,
				(struct trace_match){ .call = "exit_group",
						      .kind = KTR_SYSCALL }),
		    1);
		if (i == 0) {
			assert_in_range(size_of(&place, "out"), RING / 2,
					RING + RING / 4);
			assert_non_null(find_coverage(
			    &trace, "bytes before these were not kept"));
			assert_true(trace_count(&trace, calls) > 3000);
			assert_true(trace_count(&trace, calls) < 40000);
		} else {
			/* In as much memory there is room for more. */
			assert_true(trace_count(&trace, calls) > 30000);
		}
		trace_done(&trace);
		run_result_done(&result);
		run_place_close(&place);
	}
}

/* Less than that is all there. */
static void test_keeps_all_of_little(void **state)
{
	static const char *const options[] = { "-i",     "-f",  "out",
					       "--ring", "16M", NULL };
	static const char *const argv[] = { "sh", "-c", "/bin/true; /bin/true",
					    NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;
	struct run_place place;
	struct trace trace;

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	fault_load(&trace, &place, "out");
	fault_must_be_whole(&trace);
	assert_int_equal(size_of(&place, "out.1"), -1);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

static void await_size(const struct run_place *place, const char *name)
{
	while (size_of(place, name) <= 0)
		status_pause();
}

/* A child crashes while its parent goes on: the file is there before the end,
 * and is kept when that comes. */
static void test_crash(void **state)
{
	static const char *const options[] = { "-i",     "-f", "out",
					       "--ring", "1M", NULL };
	static const char *const argv[] = {
		"sh", "-c", "sh -c 'kill -SEGV $$'; read line; exit 7", NULL
	};
	struct fault_pipe in = fault_pipe();
	struct run_spec spec = { .argv = argv,
				 .trace = options,
				 .in = in.read };
	struct run_result result;
	struct run_child child;
	struct run_place place;
	struct trace trace;

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	fault_close(&in.read);
	await_size(&place, "out");
	assert_int_equal(size_of(&place, "out.1"), -1);
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 7));
	fault_load(&trace, &place, "out.1");
	must_be_understood(&trace);
	assert_false(has_end(&trace));
	assert_int_equal(
	    trace_count(&trace, (struct trace_match){ .kind = KTR_PROCDTOR }),
	    1);
	assert_non_null(
	    trace_find(&trace, NULL, (struct trace_match){ .kind = KTR_PSIG }));
	trace_done(&trace);
	fault_load(&trace, &place, "out");
	assert_true(has_end(&trace));
	assert_int_equal(
	    trace_count(&trace, (struct trace_match){ .kind = KTR_PROCDTOR }),
	    2);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

static void snapshot(const struct run_place *place, const char *option,
		     const char *value, int status, const char *line)
{
	const char *const argv[] = { place->ktrace, "--snapshot", option, value,
				     NULL };
	struct run_spec spec = { .argv = argv };
	struct run_result result;

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, status));
	assert_string_equal(text_string(&result.err), line);
	run_result_done(&result);
}

/* While it works, by file and by process; what is asked of others is refused.
 */
static void test_snapshot(void **state)
{
	static const char *const options[] = { "-i", "-f",     "out", "--ring",
					       "1M", "--zstd", NULL };
	static const char *const plain[] = { "-i", "-f", "plain", NULL };
	static const char *const argv[] = { "prog:fault_worker", "2", NULL };
	struct fault_pipe in = fault_pipe(), out = fault_pipe();
	struct fault_pipe other_in = fault_pipe(), other_out = fault_pipe();
	struct run_spec spec = {
		.argv = argv, .trace = options, .in = in.read, .out = out.write
	};
	struct run_spec other_spec = { .argv = argv,
				       .trace = plain,
				       .in = other_in.read,
				       .out = other_out.write };
	struct run_result result;
	struct run_child child, other;
	struct run_place place;
	struct trace trace;
	char pid[16], line[128];

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	assert_int_equal(run_start(&other, &place, &other_spec), 0);
	fault_close(&in.read);
	fault_close(&out.write);
	fault_close(&other_in.read);
	fault_close(&other_out.write);
	assert_true(fault_await(out.read, 30000));
	assert_true(fault_await(other_out.read, 30000));
	assert_int_equal(size_of(&place, "out"), 0);
	snapshot(&place, "-f", "out", 0, "");
	fault_load(&trace, &place, "out");
	must_be_understood(&trace);
	assert_false(has_end(&trace));
	trace_done(&trace);
	snprintf(pid, sizeof(pid), "%d", child.pid);
	snapshot(&place, "-p", pid, 0, "");
	assert_true(size_of(&place, "out") > 0);
	assert_true(size_of(&place, "out.1") > 0);
	snapshot(&place, "-f", "plain", 1,
		 "ktrace-u: no recorder keeps it in memory (--ring)\n");
	snprintf(pid, sizeof(pid), "%d", other.pid);
	snprintf(line, sizeof(line),
		 "ktrace-u: cannot write %d: its recorder keeps nothing in "
		 "memory (--ring)\n",
		 other.pid);
	snapshot(&place, "-p", pid, 1, line);
	snapshot(&place, "-f", "none", 1,
		 "ktrace-u: none: No such file or directory\n");
	fault_close(&in.write);
	fault_close(&other_in.write);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 7));
	run_result_done(&result);
	assert_int_equal(run_finish(&other, &result), 0);
	assert_true(run_exited(&result, 7));
	run_result_done(&result);
	fault_load(&trace, &place, "out");
	must_be_understood(&trace);
	assert_true(has_end(&trace));
	trace_done(&trace);
	assert_true(size_of(&place, "out.2") > 0);
	assert_int_equal(size_of(&place, "out.3"), -1);
	fault_close(&out.read);
	fault_close(&other_out.read);
	run_place_close(&place);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *words[6];
		const char *line;
	} cases[] = {
		{ { "--ring", "1K", "true" },
		  "--ring: \"1K\" is not a size from 1048576 to "
		  "9223372036854775807, such as 1M" },
		{ { "--ring", "true" }, "--ring: \"true\" is not a size" },
		{ { "--ring", "1M", "--rotate", "1M", "true" },
		  "--max-size, --rotate and --ring: one of them, once" },
		{ { "--ring", "1M", "-a", "true" },
		  "-a does not go with --ring" },
		{ { "--ring", "1M", "-f", "-", "true" },
		  "--rotate and --ring go with a file that has a name" },
		{ { "--snapshot", "true" }, "do not go with a command" },
		{ { "--snapshot", "--status" }, "exclude each other" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *argv[8] = { KTRACE_U };

		for (size_t j = 0; cases[i].words[j]; j++)
			argv[j + 1] = cases[i].words[j];
		refusal_must_say(argv, cases[i].line);
	}
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_keeps_the_last),
		AS_BOTH(test_keeps_all_of_little),
		AS_BOTH(test_crash),
		AS_BOTH(test_snapshot),
		cmocka_unit_test(test_refusals),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
