/*
 * Who is let go may run wherever it could before anything else is done, whoever
 * of recorder and keeper is about to see to that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/proc.h"
#include "hold/hold.h"

/* The keeper lets go of who does not stop for two milliseconds: around then. */
#define ROUNDS   400u
#define FIRST_NS 1900000
#define STEP_NS  1000
/* It is to be preempted as well. */
#define BUSY 4u

static pid_t start(bool is_busy)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	while (getppid() == parent)
		if (!is_busy)
			usleep(100000);
	_exit(0);
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* From now on, by a clock that a sleep would miss. */
static void let_pass(long ns)
{
	struct timespec begin, now;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - begin.tv_sec) * 1000000000 +
		   (now.tv_nsec - begin.tv_nsec) <
	       ns);
}

static void must_be_wide(pid_t pid, const cpu_set_t *own, unsigned round)
{
	cpu_set_t now;

	assert_int_equal(sched_getaffinity(pid, sizeof(now), &now), 0);
	if (!CPU_EQUAL(&now, own))
		fail_msg("round %u: on %d CPUs", round, CPU_COUNT(&now));
}

static void test_let_go(void **state)
{
	pid_t busy[BUSY], held = start(false);
	struct hold *hold;
	unsigned by_keeper = 0, former;
	cpu_set_t own;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	for (unsigned i = 0; i < BUSY; i++)
		busy[i] = start(true);
	assert_int_equal(hold_open(&hold, &own), 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		int cpu = sched_getcpu();

		if (!hold_take(hold, held, cpu, &former))
			continue;
		let_pass(FIRST_NS + (long)(i % 400) * STEP_NS);
		by_keeper += hold_only(hold) == 0;
		hold_let_go(hold, held);
		must_be_wide(held, &own, i);
	}
	printf("%u of %u by the keeper\n", by_keeper, ROUNDS);
	hold_close(hold);
	for (unsigned i = 0; i < BUSY; i++)
		stop(busy[i]);
	stop(held);
}

/* The next CPU of the set, from that one on. */
static int next_cpu(const cpu_set_t *set, int cpu)
{
	while (!CPU_ISSET((unsigned)cpu, set))
		cpu++;
	return cpu;
}

static int count_cpus(pid_t pid)
{
	cpu_set_t now;

	assert_int_equal(sched_getaffinity(pid, sizeof(now), &now), 0);
	return CPU_COUNT(&now);
}

static bool is_wide_soon(pid_t pid, int wanted)
{
	for (unsigned i = 0; i < 10000; i++) {
		if (count_cpus(pid) == wanted)
			return true;
		usleep(1000);
	}
	return false;
}

/* Two are held, on a CPU each: of these one is let go, and then the other one,
 * which has not stopped since, by the keeper. */
static void test_several(void **state)
{
	pid_t one = start(false), other = start(false);
	int first, second;
	unsigned former;
	struct hold *hold;
	cpu_set_t own, left;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	first = next_cpu(&own, 0);
	second = next_cpu(&own, first + 1);
	assert_int_equal(hold_open(&hold, &own), 0);
	for (bool both = false; !both;) {
		assert_true(hold_take(hold, one, first, &former));
		assert_true(hold_take(hold, other, second, &former));
		left = own;
		both = hold_leave_free(hold, &left) == 2;
		if (both) {
			assert_false(CPU_ISSET((unsigned)first, &left));
			assert_false(CPU_ISSET((unsigned)second, &left));
			assert_int_equal(hold_only(hold), 0);
		}
		hold_let_go(hold, one);
		must_be_wide(one, &own, 0);
		assert_int_equal(hold_beat(hold, one), -1);
		both = both && hold_only(hold) == other &&
		       hold_beat(hold, other) == second;
	}
	assert_true(is_wide_soon(other, CPU_COUNT(&own)));
	hold_close(hold);
	stop(one);
	stop(other);
}

/* Whether all could be held, before the keeper let go of any. */
static bool take_all(struct hold *hold, const pid_t *held, cpu_set_t *left)
{
	unsigned former;

	for (unsigned i = 0; i < HOLD_MAX; i++)
		if (!hold_take(hold, held[i], next_cpu(left, 0), &former))
			return false;
	return hold_leave_free(hold, left) == HOLD_MAX;
}

/* There is room for so many, and no more. */
static void test_room(void **state)
{
	pid_t held[HOLD_MAX], another = start(false);
	bool is_full = false;
	struct hold *hold;
	unsigned former;
	cpu_set_t own;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	assert_int_equal(hold_open(&hold, &own), 0);
	for (unsigned i = 0; i < HOLD_MAX; i++)
		held[i] = start(false);
	for (unsigned round = 0; !is_full && round < 10000; round++) {
		cpu_set_t left = own;

		is_full = take_all(hold, held, &left) &&
			  !hold_take(hold, another, next_cpu(&own, 0), &former);
		hold_let_go_all(hold);
		must_be_wide(another, &own, round);
		for (unsigned i = 0; i < HOLD_MAX; i++)
			must_be_wide(held[i], &own, round);
	}
	assert_true(is_full);
	hold_close(hold);
	stop(another);
	for (unsigned i = 0; i < HOLD_MAX; i++)
		stop(held[i]);
}

/* The one process of ours that shares our group, but for the children that are
 * held: -1 when there is none. */
static pid_t find_keeper(void)
{
	struct dirent *entry;
	pid_t keeper = -1;
	DIR *proc = opendir("/proc");

	assert_non_null(proc);
	while (keeper < 0 && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		char comm[KTR_COMM_SIZE];

		if (pid > 0 && getpgid(pid) == getpid() &&
		    !proc_comm(pid, comm) && !strcmp(comm, "ktrace-u-keep"))
			keeper = pid;
	}
	closedir(proc);
	return keeper;
}

/* Nobody would widen who computes: then nobody is held. */
static void test_without_keeper(void **state)
{
	pid_t one = start(false), other = start(false), keeper = -1;
	struct proc_status status;
	struct hold *hold;
	unsigned former;
	cpu_set_t own;

	(void)state;
	assert_int_equal(setpgid(0, 0), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	assert_int_equal(hold_open(&hold, &own), 0);
	while (keeper < 0)
		keeper = find_keeper();
	while (hold_only(hold) != one)
		hold_take(hold, one, next_cpu(&own, 0), &former);
	assert_int_equal(proc_status(keeper, &status), 0);
	assert_true(status.signals_ignored >> (SIGTERM - 1) & 1);
	assert_int_equal(kill(keeper, SIGKILL), 0);
	while (find_keeper() == keeper)
		usleep(1000);
	assert_false(hold_take(hold, other, next_cpu(&own, 0), &former));
	must_be_wide(one, &own, 0);
	must_be_wide(other, &own, 0);
	hold_close(hold);
	stop(one);
	stop(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_let_go),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_without_keeper),
	};
	cpu_set_t own;

	if (sched_getaffinity(0, sizeof(own), &own) < 0 ||
	    CPU_COUNT(&own) < 2) {
		printf("skipped: there is one CPU\n");
		return 77;
	}
	return cmocka_run_group_tests_name("hold", tests, NULL, NULL);
}
