/*
 * Context switches and page faults: as many as the kernel counted, in pairs,
 * and those that the recorder caused marked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "support/control.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/trace.h"

#define OURS "ptrace"

static const enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

/* Others than root may only where the kernel lets them: Debian's own does not.
 */
static enum run_user user_of(void **state)
{
	enum run_user user = *(const enum run_user *)*state;
	FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
	int level = 0;

	if (file && fscanf(file, "%d", &level) != 1)
		level = 0;
	if (file)
		fclose(file);
	if (level > 2 && (user == RUN_AS_ORDINARY || geteuid() != 0)) {
		printf("skipped: kernel.perf_event_paranoid is %d\n", level);
		skip();
	}
	return user;
}

static void record(enum run_user user, const char *const *argv,
		   const char *const *options, struct run_result *ret,
		   struct trace *ret_trace)
{
	const struct run_spec spec = { .argv = argv, .trace = options };
	struct trace_match refused = { .name = KTR_STRUCT_COVERAGE };
	const struct trace_item *item;
	struct run_place place;

	assert_int_equal(run_place_open(&place, user), 0);
	assert_int_equal(run_program(ret, &place, &spec), 0);
	assert_true(run_exited(ret, 0));
	fault_load(ret_trace, &place, "ktrace.out");
	fault_must_be_whole(ret_trace);
	run_place_close(&place);
	item = trace_find(ret_trace, NULL, refused);
	if (item && strstr(trace_text(item, "why"), "perf_event_open")) {
		printf("skipped: %s\n", trace_text(item, "why"));
		skip();
	}
}

struct switches {
	size_t voluntary, preempted, ours;
	size_t named; /* by what it waited for */
};

/* Between two times: all of those of a thread. */
static struct switches count_switches(const struct trace *trace, pid_t tid,
				      uint64_t from_ns, uint64_t to_ns)
{
	struct trace_match match = { .tid = tid, .kind = KTR_CSW };
	const struct trace_item *item = NULL;
	struct switches count = { 0 };

	while ((item = trace_find(trace, item, match))) {
		const struct record *record = &item->record;

		assert_int_equal(record->length, 16);
		if (!record->csw.out || record->time_ns < from_ns ||
		    record->time_ns > to_ns)
			continue;
		if (!strcmp(record->csw.wmesg, OURS))
			count.ours++;
		else if (record->csw.user)
			count.preempted++;
		else
			count.voluntary++;
		count.named += !strcmp(record->csw.wmesg, "hrtimer");
	}
	return count;
}

/* Each goes out and comes in again, for the same reason. */
static void expect_pairs(const struct trace *trace, pid_t tid)
{
	struct trace_match match = { .tid = tid, .kind = KTR_CSW };
	const struct trace_item *out = NULL, *item = NULL;

	while ((item = trace_find(trace, item, match))) {
		if (out) {
			assert_false(item->record.csw.out);
			assert_true(item->record.time_ns >=
				    out->record.time_ns);
			assert_string_equal(item->record.csw.wmesg,
					    out->record.csw.wmesg);
			assert_int_equal(item->record.csw.user,
					 out->record.csw.user);
		}
		out = item->record.csw.out ? item : NULL;
	}
}

static void expect_near(size_t is, size_t wanted)
{
	size_t most = wanted + wanted / 50 + 3;
	size_t least = wanted - wanted / 50 - 3;

	if (is > most || is < least)
		fail_msg("%zu, but the kernel counted %zu", is, wanted);
}

/* Alone nothing of us is in the way; the count is that of getrusage(2). */
static void test_switches(void **state)
{
	static const char *const argv[] = { "prog:sampled", "sleep", "500",
					    NULL };
	static const char *const options[] = { "-tw", NULL };
	unsigned long long from, to;
	unsigned before, after;
	struct switches count;
	struct run_result result;
	struct trace trace;

	record(user_of(state), argv, options, &result, &trace);
	assert_int_equal(sscanf(text_string(&result.out),
				"from %llu %u to %llu %u", &from, &before, &to,
				&after),
			 4);
	count = count_switches(&trace, result.pid, from, to);
	expect_near(count.voluntary + count.preempted, after - before);
	expect_pairs(&trace, result.pid);
	trace_done(&trace);
	run_result_done(&result);
}

/* With calls, each stop of ours is a switch, and marked: what is not is as
 * often as untraced. */
static void test_switches_of_ours(void **state)
{
	static const char *const argv[] = { "prog:sampled", "sleep", "500",
					    NULL };
	static const char *const options[] = { "-t+w", NULL };
	struct switches count;
	struct run_result result;
	struct trace trace;

	record(user_of(state), argv, options, &result, &trace);
	count = count_switches(&trace, result.pid, 0, UINT64_MAX);
	assert_true(count.ours >= 1000);
	expect_near(count.voluntary, 500);
	expect_pairs(&trace, result.pid);
	trace_done(&trace);
	run_result_done(&result);
}

static void test_wait_channel(void **state)
{
	static const char *const argv[] = { "prog:sampled", "long", NULL };
	static const char *const options[] = { "-tw", NULL };
	struct switches count;
	struct run_result result;
	struct trace trace;

	if (access("/proc/self/wchan", R_OK)) {
		printf("skipped: /proc tells of no wait channels\n");
		skip();
	}
	record(user_of(state), argv, options, &result, &trace);
	count = count_switches(&trace, result.pid, 0, UINT64_MAX);
	assert_int_equal(count.named, 1);
	trace_done(&trace);
	run_result_done(&result);
}

/* Each FAULT has its FAULTEND next to it in the thread. */
static void expect_ends(const struct trace *trace, pid_t tid)
{
	struct trace_match fault = { .tid = tid, .kind = KTR_FAULT };
	struct trace_match any = { .tid = tid };
	const struct trace_item *item = NULL;

	while ((item = trace_find(trace, item, fault))) {
		const struct trace_item *next = trace_find(trace, item, any);

		assert_non_null(next);
		assert_int_equal(next->record.kind, KTR_FAULTEND);
	}
	fault.kind = KTR_FAULTEND;
	any.kind = KTR_FAULT;
	assert_int_equal(trace_count(trace, fault), trace_count(trace, any));
}

/* As many as pages were touched, each once. */
static void test_faults(void **state)
{
	static const char *const argv[] = { "prog:sampled", "fault", "5000",
					    NULL };
	static const char *const all[][2] = { { "-tf" }, { "-t+fw" } };

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct trace_match match = { .kind = KTR_FAULT };
		const struct trace_item *item = NULL;
		unsigned long begin = 0;
		size_t length = 0, count = 0;
		struct run_result result;
		struct trace trace;

		record(user_of(state), argv, all[i], &result, &trace);
		assert_int_equal(sscanf(text_string(&result.out), "%lx %zu",
					&begin, &length),
				 2);
		while ((item = trace_find(&trace, item, match)))
			count += item->record.fault.address - begin < length;
		assert_int_equal(count, 5000);
		expect_ends(&trace, result.pid);
		trace_done(&trace);
		run_result_done(&result);
	}
}

/* What perf stat counts of it. */
static size_t faults_by_perf(const struct run_place *place)
{
	static const char *const argv[] = { "perf",
					    "stat",
					    "-x,",
					    "-o",
					    "counted",
					    "-e",
					    "page-faults:u",
					    "python3",
					    "-c",
					    "x = list(range(1000000))",
					    NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_result result;
	char data[512], path[PATH_MAX];
	const char *line;

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	run_place_file(place, "counted", path);
	assert_true(fd_read_file(AT_FDCWD, path, data, sizeof(data)) > 0);
	line = strstr(data, ",,page-faults:u");
	assert_non_null(line);
	while (line > data && line[-1] != '\n')
		line--;
	return strtoul(line, NULL, 10);
}

/* As many as perf counts of the same program. */
static void test_faults_by_perf(void **state)
{
	static const char *const argv[] = { "python3", "-c",
					    "x = list(range(1000000))", NULL };
	static const char *const options[] = { "-tf", NULL };
	struct trace_match match = { .kind = KTR_FAULT };
	enum run_user user = user_of(state);
	struct run_result result;
	struct run_place place;
	struct trace trace;

	assert_int_equal(run_place_open(&place, user), 0);
	if (!run_has(&place, "perf")) {
		printf("skipped: perf is not there\n");
		run_place_close(&place);
		skip();
	}
	record(user, argv, options, &result, &trace);
	expect_near(trace_count(&trace, match), faults_by_perf(&place));
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

static int result_at(const struct trace *trace, uint64_t address)
{
	struct trace_match match = { .kind = KTR_FAULT };
	const struct trace_item *item = NULL;

	while ((item = trace_find(trace, item, match)))
		if (item->record.fault.address == address)
			break;
	assert_non_null(item);
	match.kind = KTR_FAULTEND;
	item = trace_find(trace, item, match);
	assert_non_null(item);
	return item->record.faultend.result;
}

/* G41: what followed decides. */
static void test_bad_faults(void **state)
{
	static const char *const argv[] = { "prog:sampled", "bad", NULL };
	static const char *const options[] = { "-tfs", NULL };
	static const int results[] = { 1, 2, 5 };
	struct run_result result;
	struct trace trace;
	const char *at;

	record(user_of(state), argv, options, &result, &trace);
	at = text_string(&result.out);
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		char *end;
		uint64_t address = strtoull(at, &end, 16);

		assert_int_equal(result_at(&trace, address), results[i]);
		at = end;
	}
	expect_ends(&trace, result.pid);
	trace_done(&trace);
	run_result_done(&result);
}

static void test_threads(void **state)
{
	static const char *const argv[] = { "prog:sampled", "threads", "2000",
					    NULL };
	static const char *const options[] = { "-twf", NULL };
	struct trace_match match = { .kind = KTR_CSW };
	struct run_result result;
	struct trace trace;

	record(user_of(state), argv, options, &result, &trace);
	/* Each sleeps once. */
	assert_true(trace_count(&trace, match) >= 2 * 2000);
	assert_int_equal(
	    trace_count(&trace,
			(struct trace_match){ .name = KTR_STRUCT_LOSS }),
	    0);
	trace_done(&trace);
	run_result_done(&result);
}

/* Of one that runs already; then of nobody; then again, and each once. */
static void test_attached(void **state)
{
	static const char *const argv[] = { "cat", NULL };
	struct control_target target;
	struct switches count;
	struct trace trace;

	control_open(&target, user_of(state), argv);
	for (int i = 0; i < 2; i++) {
		control_do(&target.place, i ? "-a -tw -p" : "-tw -p",
			   target.child.pid);
		for (int n = 0; n < 20; n++)
			control_say(&target, "word");
		control_do(&target.place, "-c -p", target.child.pid);
		control_await_untraced(target.child.pid);
		control_say(&target, "nobody listens");
	}
	fault_load(&trace, &target.place, "ktrace.out");
	count = count_switches(&trace, target.child.pid, 0, UINT64_MAX);
	/* It waits between any two words, perhaps before the first, behind the
	 * last, and for the test to read. */
	assert_in_range(count.voluntary, 2 * (20 - 1), 2 * 2 * 20);
	expect_pairs(&trace, target.child.pid);
	trace_done(&trace);
	control_close(&target);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, (void *)&users[0]),                    \
	    cmocka_unit_test_prestate(test, (void *)&users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_switches),       AS_BOTH(test_switches_of_ours),
		AS_BOTH(test_wait_channel),   AS_BOTH(test_faults),
		AS_BOTH(test_faults_by_perf), AS_BOTH(test_bad_faults),
		AS_BOTH(test_threads),        AS_BOTH(test_attached),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
