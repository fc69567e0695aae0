/* Sums of calls: what they say is what was put in, and they stay bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "join/call.h"
#include "report/stats.h"
#include "show/view.h"

static const struct view view;
static const struct report_context context = { .view = &view, .json = true };
static void *stats;

static int setup(void **state)
{
	(void)state;
	return stats_report.open(&stats, &context);
}

static int teardown(void **state)
{
	(void)state;
	stats_report.close(stats);
	return 0;
}

static void add(int32_t pid, const char *name, uint64_t took_ns, int error,
		int64_t result)
{
	struct call call = {
		.entry = { .pid = pid, .time_ns = 1000 },
		.exit = { .time_ns = 1000 + took_ns,
			  .sysret = { .error = error, .retval = result } },
		.has_returned = true,
	};

	strcpy(call.entry.comm, "sum");
	while (!call.row || strcmp(call.row->name, name) != 0)
		call.row = sysdesc_find(SYSDESC_X86_64, call.number++);
	call.number--;
	assert_int_equal(stats_report.add_call(stats, &call), 0);
}

static int64_t member(const char *line, const char *name)
{
	char wanted[32];
	const char *at;

	snprintf(wanted, sizeof(wanted), "\"%s\":", name);
	at = strstr(line, wanted);
	assert_non_null(at);
	return strtoll(at + strlen(wanted), NULL, 10);
}

static void put(struct text *text)
{
	stats_report.put(stats, text);
}

static void must_be_near(int64_t is, int64_t wanted)
{
	if (is < wanted || is > wanted + wanted / 8)
		fail_msg("%lld, not %lld", (long long)is, (long long)wanted);
}

static void test_sums(void **state)
{
	struct text text = TEXT_INIT;
	const char *line;

	(void)state;
	for (unsigned i = 1; i <= 1000; i++)
		add(7, "read", 1000 * i, i > 990 ? 11 : 0, i > 990 ? -1 : 3);
	add(8, "close", 1, 0, 0);
	put(&text);
	line = strstr(text_string(&text), "\"syscall\":\"read\"");
	assert_non_null(line);
	assert_int_equal(member(line, "calls"), 1000);
	assert_int_equal(member(line, "errors"), 10);
	assert_int_equal(member(line, "bytes"), 990 * 3);
	assert_int_equal(member(line, "total_ns"), 500500000);
	assert_int_equal(member(line, "mean_ns"), 500500);
	assert_int_equal(member(line, "max_ns"), 1000000);
	must_be_near(member(line, "p50_ns"), 500000);
	assert_true(member(line, "p99_ns") >= 990000);
	assert_true(member(line, "p99_ns") <= 1000000);
	line = strstr(line, "\"pid\":8,");
	assert_non_null(line);
	assert_int_equal(member(line, "calls"), 1);
	text_done(&text);
}

/* Every length of time is in a class that is not far off. */
static void test_classes(void **state)
{
	(void)state;
	for (uint64_t ns = 1; ns >> 58 == 0; ns += ns / 4 + 1) {
		struct text text = TEXT_INIT;

		assert_int_equal(stats_report.open(&stats, &context), 0);
		add(1, "read", ns, 0, 0);
		add(1, "read", ns, 0, 0);
		/* So that the longest is no bound. */
		add(1, "read", 2 * ns, 0, 0);
		put(&text);
		must_be_near(member(text_string(&text), "p50_ns"), (int64_t)ns);
		text_done(&text);
		stats_report.close(stats);
	}
	assert_int_equal(stats_report.open(&stats, &context), 0);
}

static void test_bounded(void **state)
{
	struct text text = TEXT_INIT;
	unsigned lines = 0;
	int64_t calls = 0;

	(void)state;
	for (int pid = 1; pid <= 20000; pid++)
		add(pid, "read", 10, 0, 0);
	put(&text);
	for (const char *line =
		 strstr(text_string(&text), "\"by\":\"process\"");
	     line; line = strstr(line + 1, "\"by\":\"process\"")) {
		calls += member(line, "calls");
		lines++;
	}
	assert_int_equal(calls, 20000);
	assert_int_equal(lines, 12001);
	text_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sums, setup, teardown),
		cmocka_unit_test_teardown(test_classes, teardown),
		cmocka_unit_test_setup_teardown(test_bounded, setup, teardown),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
