/*
 * Pids that come again: in a pid namespace of few pids the lives of many
 * processes, one after the other, are each framed by PROCCTOR and PROCDTOR, and
 * none has a record of another. The recorder is in that namespace, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "support/fault.h"

#define CHILDREN 1500
/* The kernel hands out the first 300 only once. */
#define PIDS        "320"
#define CANNOT      77
#define HAS_CHANGED 78

/* One life: from PROCCTOR to PROCDTOR of a pid. */
struct life {
	long number; /* that it looked for; -1: none */
	int64_t status;
	unsigned looks;
};

static long number_of(const struct trace_item *item)
{
	static const char prefix[] = "/marker/";
	const struct record *record = &item->record;
	char path[64] = "";

	if (record->kind != KTR_NAMEI || record->length >= sizeof(path))
		return -1;
	memcpy(path, record->payload, record->length);
	if (strncmp(path, prefix, strlen(prefix)))
		return -1;
	return strtol(path + strlen(prefix), NULL, 10);
}

/* The life that begins with that PROCCTOR. */
static struct life read_life(const struct trace *trace,
			     const struct trace_item *begin)
{
	const struct trace_item *end = trace->items + trace->count;
	struct life life = { .number = -1, .status = -1 };
	const struct trace_item *item;

	for (item = begin + 1; item < end; item++) {
		if (item->record.pid != begin->record.pid)
			continue;
		if (item->record.kind == KTR_PROCDTOR)
			break;
		if (number_of(item) >= 0) {
			life.number = number_of(item);
			life.looks++;
		}
		if (item->record.kind == KTR_STRUCT)
			trace_number(item, "status", &life.status);
	}
	return life;
}

static void check_lives(const struct trace *trace)
{
	static bool lived[CHILDREN];
	struct trace_match match = { .kind = KTR_PROCCTOR };
	const struct trace_item *item = NULL;
	unsigned lives = 0;

	memset(lived, 0, sizeof(lived));
	while ((item = trace_find(trace, item, match))) {
		struct life life = read_life(trace, item);

		if (life.number < 0)
			continue; /* the parent, and what it was before */
		assert_in_range(life.number, 0, CHILDREN - 1);
		assert_int_equal(life.looks, 1);
		assert_int_equal(life.status, life.number % 100);
		assert_false(lived[life.number]);
		lived[life.number] = true;
		lives++;
	}
	assert_int_equal(lives, CHILDREN);
}

static void run_in_space(struct run_result *ret, const struct run_place *place,
			 bool traced)
{
	char program[PATH_MAX + 64], count[16];
	const char *argv[12] = { "prog:fault_process_space", PIDS };
	struct run_spec spec = { .argv = argv, .seconds = 300 };
	size_t n = 2;

	snprintf(program, sizeof(program), "%s/fault_process_reuse",
		 place->programs);
	snprintf(count, sizeof(count), "%d", CHILDREN);
	if (traced) {
		argv[n++] = place->ktrace;
		argv[n++] = "-i";
	}
	argv[n++] = program;
	argv[n++] = count;
	assert_int_equal(run_program(ret, place, &spec), 0);
	assert_false(ret->timed_out);
	assert_false(WIFEXITED(ret->status) &&
		     WEXITSTATUS(ret->status) == HAS_CHANGED);
}

static void test_reuse(void **state)
{
	struct run_result native, traced;
	struct run_place place;
	struct trace trace;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	run_in_space(&native, &place, false);
	if (WIFEXITED(native.status) && WEXITSTATUS(native.status) == CANNOT) {
		printf("skipped: no pid namespace with a pid_max of its own "
		       "(root and Linux 6.14)\n");
		run_result_done(&native);
		run_place_close(&place);
		skip();
	}
	assert_true(run_exited(&native, 0));
	assert_non_null(strstr(text_string(&native.out), "came again"));
	run_in_space(&traced, &place, true);
	assert_true(run_exited(&traced, 0));
	assert_string_equal(text_string(&traced.out), text_string(&native.out));
	assert_string_equal(text_string(&traced.err), text_string(&native.err));
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	check_lives(&trace);
	trace_done(&trace);
	run_result_done(&native);
	run_result_done(&traced);
	run_place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reuse),
	};

	return cmocka_run_group_tests_name("process_reuse", tests, NULL, NULL);
}
