/*
 * Who is let go may run wherever it could before anything else is done, whoever
 * of recorder and keeper is about to see to that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

#include "supervisor/hold.h"

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
	unsigned by_keeper = 0;
	cpu_set_t own;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	for (unsigned i = 0; i < BUSY; i++)
		busy[i] = start(true);
	assert_int_equal(hold_open(&hold, &own), 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		int cpu = sched_getcpu();

		if (!hold_take(hold, held, cpu))
			continue;
		let_pass(FIRST_NS + (long)(i % 400) * STEP_NS);
		by_keeper += hold_whom(hold) == 0;
		hold_let_go(hold);
		must_be_wide(held, &own, i);
	}
	printf("%u of %u by the keeper\n", by_keeper, ROUNDS);
	hold_close(hold);
	for (unsigned i = 0; i < BUSY; i++)
		stop(busy[i]);
	stop(held);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_let_go) };
	cpu_set_t own;

	if (sched_getaffinity(0, sizeof(own), &own) < 0 ||
	    CPU_COUNT(&own) < 2) {
		printf("skipped: there is one CPU\n");
		return 77;
	}
	return cmocka_run_group_tests_name("hold", tests, NULL, NULL);
}
