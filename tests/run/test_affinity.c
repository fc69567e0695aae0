/*
 * The recorder holds the busy thread on its own CPU. The program cannot see it,
 * and gets all its CPUs back when it sleeps, and when the recorder is killed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/fault.h"
#include "support/pair.h"
#include "support/status.h"

#define PATIENCE_MS 30000
#define KILLS       20

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

/* A program that is busy until it is told otherwise. */
struct busy {
	struct run_place place;
	struct run_child child;
	struct fault_pipe in, out;
	struct text said;
	bool is_cut; /* its recorder was killed */
};

static void busy_start(struct busy *busy, const void *user)
{
	static const char *const argv[] = { "prog:affinity", "wait", NULL };
	static const char *const options[] = { "-i", NULL };
	struct run_spec spec = { .argv = argv, .trace = options };

	*busy = (struct busy){ .in = fault_pipe(), .out = fault_pipe() };
	spec.in = busy->in.read;
	spec.out = busy->out.write;
	assert_int_equal(
	    run_place_open(&busy->place, *(const enum run_user *)user), 0);
	assert_int_equal(run_start(&busy->child, &busy->place, &spec), 0);
	fault_close(&busy->in.read);
	fault_close(&busy->out.write);
	assert_true(fault_await(busy->out.read, PATIENCE_MS));
	fault_read(&busy->said, busy->out.read);
	assert_string_equal(text_string(&busy->said), "busy\n");
}

static void busy_sleep(struct busy *busy)
{
	assert_int_equal(write(busy->in.write, "!", 1), 1);
}

/* While it is held, it is known where it runs. */
static void must_know_cpu(const struct busy *busy)
{
	int known = 0;
	struct trace trace;

	fault_load(&trace, &busy->place, "ktrace.out");
	for (size_t i = 0; i < trace.count; i++)
		if (trace.items[i].record.cpu >= 0)
			known++;
	assert_true(known > 0);
	trace_done(&trace);
}

/* It must have run to its end as if nothing had been. */
static void busy_finish(struct busy *busy)
{
	struct run_result result;

	fault_close(&busy->in.write);
	assert_int_equal(run_finish(&busy->child, &result), 0);
	assert_true(run_exited(&result, 0));
	fault_read(&busy->said, busy->out.read);
	assert_string_equal(text_string(&busy->said), "busy\nas before\n");
	if (!busy->is_cut)
		must_know_cpu(busy);
	run_result_done(&result);
	fault_close(&busy->out.read);
	text_done(&busy->said);
	run_place_close(&busy->place);
}

static int count_cpus(pid_t pid)
{
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(pid, sizeof(set), &set), 0);
	return CPU_COUNT(&set);
}

static void await_cpus(pid_t pid, int wanted)
{
	uint64_t until = fault_now_ms() + PATIENCE_MS;

	while (count_cpus(pid) != wanted)
		if (fault_now_ms() > until)
			fail_msg("%d CPUs after %d ms, not %d", count_cpus(pid),
				 PATIENCE_MS, wanted);
}

static bool has_cpus(void)
{
	if (count_cpus(0) > 1)
		return true;
	puts("skipped: one CPU is all there is");
	return false;
}

static void must_not_see(const char *const *argv, enum run_user user)
{
	static const char *const options[][4] = {
		{ "-i", NULL },
		{ "-f", "ktrace.out", NULL },
		{ "-i", "-tcn", NULL },
		{ "-i", "--setuid=deny", "--syscalls=@deeds", NULL },
	};
	/* Of 57,000 calls, each of which takes an emulator a millisecond. */
	const struct run_spec spec = { .argv = argv, .seconds = 300 };
	struct run_place place;
	struct pair pair;

	assert_int_equal(run_place_open(&place, user), 0);
	pair_open(&pair, &place, &spec);
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		pair_trace(&pair, options[i], NULL);
	pair_close(&pair);
	run_place_close(&place);
}

static void test_unseen(void **state)
{
	static const char *const argv[] = { "prog:affinity", NULL };

	must_not_see(argv, *(enum run_user *)*state);
}

/* Several are busy, and held. */
static void test_unseen_in_crowd(void **state)
{
	static const char *const argv[] = { "prog:affinity", "crowd", NULL };

	must_not_see(argv, *(enum run_user *)*state);
}

static void test_let_go_asleep(void **state)
{
	int all = count_cpus(0);
	struct busy busy;

	if (!has_cpus())
		skip();
	busy_start(&busy, *state);
	await_cpus(busy.child.pid, 1);
	busy_sleep(&busy);
	await_cpus(busy.child.pid, all);
	busy_finish(&busy);
}

static void test_let_go_by_the_dead(void **state)
{
	int all = count_cpus(0);
	struct busy busy;

	if (!has_cpus())
		skip();
	for (unsigned i = 0; i < KILLS; i++) {
		busy_start(&busy, *state);
		await_cpus(busy.child.pid, 1);
		kill(status_tracer(busy.child.pid), SIGKILL);
		await_cpus(busy.child.pid, all);
		busy.is_cut = true;
		busy_sleep(&busy);
		busy_finish(&busy);
	}
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_unseen),
		AS_BOTH(test_unseen_in_crowd),
		AS_BOTH(test_let_go_asleep),
		AS_BOTH(test_let_go_by_the_dead),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("affinity", tests, NULL, NULL);
}
