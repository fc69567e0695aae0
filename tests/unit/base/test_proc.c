/*
 * What /proc says of this process, against what the system calls say.
 */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/proc.h"

static void test_status_ids(void **state)
{
	struct proc_status status;
	uid_t uids[3];
	gid_t gids[3];

	(void)state;
	assert_int_equal(proc_status(getpid(), &status), 0);
	assert_int_equal(status.tgid, getpid());
	assert_int_equal(status.parent, getppid());
	assert_int_equal(getresuid(&uids[0], &uids[1], &uids[2]), 0);
	assert_int_equal(getresgid(&gids[0], &gids[1], &gids[2]), 0);
	for (size_t i = 0; i < ARRAY_LEN(uids); i++) {
		assert_int_equal(status.uid[i], uids[i]);
		assert_int_equal(status.gid[i], gids[i]);
	}
	assert_true(status.ns_count >= 1);
	assert_int_equal(status.no_new_privs,
			 prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

static void test_status_groups(void **state)
{
	struct proc_status status;
	gid_t groups[PROC_GROUPS_MAX];
	int count = getgroups(PROC_GROUPS_MAX, groups);

	(void)state;
	assert_int_equal(proc_status(getpid(), &status), 0);
	assert_int_equal(status.group_count, count);
	for (int i = 0; i < count; i++) {
		bool found = false;

		for (unsigned j = 0; j < status.group_count; j++)
			found |= status.groups[j] == groups[i];
		assert_true(found);
	}
}

static void handle(int signal_number)
{
	(void)signal_number;
}

static void test_status_signals(void **state)
{
	struct proc_status status;

	(void)state;
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, handle);
	assert_int_equal(proc_status(getpid(), &status), 0);
	assert_true(status.signals_ignored & (1ull << (SIGUSR1 - 1)));
	assert_false(status.signals_ignored & (1ull << (SIGUSR2 - 1)));
	assert_true(status.signals_caught & (1ull << (SIGUSR2 - 1)));
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
}

static void test_status_capabilities(void **state)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	struct proc_status status;

	(void)state;
	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	assert_int_equal(proc_status(getpid(), &status), 0);
	assert_int_equal((uint32_t)status.permitted, data[0].permitted);
	assert_int_equal(status.permitted >> 32, data[1].permitted);
	assert_int_equal((uint32_t)status.effective, data[0].effective);
	assert_int_equal((uint32_t)status.inheritable, data[0].inheritable);
	for (int i = 0; i < 32; i++)
		assert_int_equal(status.bounding >> i & 1,
				 prctl(PR_CAPBSET_READ, i, 0, 0, 0));
}

/* A name that looks like the fields behind it must not move them. */
static void test_start_time_of_hostile_name(void **state)
{
	char comm[KTR_COMM_SIZE];
	uint64_t before, after;

	(void)state;
	assert_int_equal(proc_start_time(getpid(), &before), 0);
	assert_true(proc_is_same(getpid(), before));
	assert_false(proc_is_same(getpid(), before + 1));
	assert_true(before > 0);
	assert_int_equal(prctl(PR_SET_NAME, ") R 1 2 3\n"), 0);
	assert_int_equal(proc_start_time(getpid(), &after), 0);
	assert_int_equal(after, before);
	assert_int_equal(proc_comm(getpid(), comm), 0);
	assert_string_equal(comm, ") R 1 2 3\n");
}

static void test_links(void **state)
{
	char target[4096], tiny[2];
	char *cwd = getcwd(NULL, 0);

	(void)state;
	assert_int_equal(proc_link(getpid(), "cwd", target, sizeof(target)),
			 strlen(cwd));
	assert_string_equal(target, cwd);
	assert_int_equal(proc_link(getpid(), "exe", tiny, sizeof(tiny)),
			 -ENAMETOOLONG);
	assert_int_equal(
	    proc_link(getpid(), "fd/987654", target, sizeof(target)), -ENOENT);
	free(cwd);
}

static void test_read_whole_and_cut(void **state)
{
	char *data;
	size_t length, cut;

	(void)state;
	assert_int_equal(
	    proc_read(getpid(), "cmdline", 1 << 20, &data, &length), 0);
	assert_true(length > 4);
	assert_int_equal(data[length - 1], '\0');
	free(data);
	assert_int_equal(proc_read(getpid(), "cmdline", 4, &data, &cut), 0);
	assert_int_equal(cut, 4);
	free(data);
}

/* A child that sleeps in a call that nothing wakes it from. */
static pid_t start_sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			syscall(SYS_rt_sigsuspend, &(uint64_t){ 0 }, 8);
	}
	return pid;
}

static void test_call(void **state)
{
	pid_t pid = start_sleeper();
	int64_t number = -2;
	int r;

	(void)state;
	do
		r = proc_call(pid, &number);
	while (r == -EAGAIN || (!r && number != SYS_rt_sigsuspend));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (r == -EPERM || r == -EACCES) {
		print_message("others may not be traced here\n");
		skip();
	}
	assert_int_equal(r, 0);
	assert_int_equal(proc_call(pid, &number), -ESRCH);
}

static void test_run_time(void **state)
{
	uint64_t before, after;

	(void)state;
	assert_int_equal(proc_run_time(getpid(), &before), 0);
	do
		assert_int_equal(proc_run_time(getpid(), &after), 0);
	while (after < before + 1000000);
}

static void test_process_that_is_gone(void **state)
{
	struct proc_status status;
	char comm[KTR_COMM_SIZE];
	uint64_t start;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(proc_status(pid, &status), -ESRCH);
	assert_int_equal(proc_start_time(pid, &start), -ESRCH);
	assert_int_equal(proc_cpu(pid), -ESRCH);
	assert_false(proc_is_same(pid, 0));
	assert_int_equal(proc_process(pid, &status), -ESRCH);
	assert_int_equal(proc_comm(pid, comm), -ESRCH);
}

/* Kept on each of its CPUs in turn, it is there. */
static void test_cpu(void **state)
{
	cpu_set_t own, only;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET((unsigned)cpu, &own))
			continue;
		CPU_ZERO(&only);
		CPU_SET((unsigned)cpu, &only);
		assert_int_equal(sched_setaffinity(0, sizeof(only), &only), 0);
		assert_int_equal(proc_cpu(getpid()), cpu);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(own), &own), 0);
}

static void test_children(void **state)
{
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(0);
	if (access("/proc/thread-self/children", R_OK)) {
		waitpid(pid, NULL, 0);
		printf("skipped: /proc does not tell of children\n");
		skip();
	}
	assert_true(proc_has_children(getpid(), getpid()));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(proc_has_children(getpid(), getpid()));
	assert_false(proc_has_children(pid, pid));
}

/* Whoever is born moves it. */
static void test_last_born(void **state)
{
	pid_t before = proc_last_born();
	pid_t pid;

	(void)state;
	if (before < 0) {
		printf("skipped: /proc does not tell of births\n");
		skip();
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(0);
	assert_int_not_equal(proc_last_born(), before);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_ids),
		cmocka_unit_test(test_status_groups),
		cmocka_unit_test(test_status_signals),
		cmocka_unit_test(test_status_capabilities),
		cmocka_unit_test(test_start_time_of_hostile_name),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_read_whole_and_cut),
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_run_time),
		cmocka_unit_test(test_process_that_is_gone),
		cmocka_unit_test(test_cpu),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_last_born),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
