/*
 * Who cannot be traced, whoever asks: one's own recorder, what somebody else
 * traces, threads, and who is gone. Each is told by a line of its own.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>

#include <sys/ptrace.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/control.h"
#include "support/status.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

/* Under a recorder, which the program itself wants to record. (G11) */
static void test_own_recorder(void **state)
{
	static const char *const trace[] = { "-f", "outer", NULL };
	char script[2 * PATH_MAX];
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct run_spec spec = { .argv = argv, .trace = trace };
	struct run_result result;
	struct run_place place;

	control_place(&place, *(enum run_user *)*state);
	snprintf(script, sizeof(script),
		 "exec %s -f inner -p $(sed -n 's/^TracerPid:[^0-9]*//p' "
		 "/proc/$$/status)",
		 place.ktrace);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 1));
	assert_non_null(strstr(text_string(&result.err),
			       "it records the very program that asks"));
	assert_int_equal(fault_lines(&result.err), 1);
	run_result_done(&result);
	run_place_close(&place);
}

/* A tracer that is none of ours: us. */
static void test_another_tracer(void **state)
{
	static const char *const cat[] = { "cat", NULL };
	struct run_spec spec = { .argv = cat };
	struct control_target target;
	struct run_place place;
	char reason[64];
	pid_t pid;

	control_place(&place, *(enum run_user *)*state);
	control_start(&target, &place, &spec);
	pid = target.child.pid;
	assert_int_equal(ptrace(PTRACE_SEIZE, pid, NULL, NULL), 0);
	snprintf(reason, sizeof(reason), "(pid %d), and a process has one",
		 getpid());
	control_must_refuse(&place, "-p", pid, reason);
	control_must_refuse(&place, "--status -p", pid,
			    "its tracer does not answer");
	control_must_refuse(&place, "--owner=-1 -p", pid,
			    "it is not traced by ktrace-u");
	control_do(&place, "-c -p", pid);
	assert_int_equal(status_tracer(pid), getpid());
	assert_int_equal(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
	waitpid(pid, NULL, __WALL);
	assert_int_equal(ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
	control_finish(&target);
	run_place_close(&place);
}

/* Any thread but the leader. */
static pid_t thread_of(pid_t pid)
{
	struct dirent *entry;
	char path[64];
	pid_t tid = pid;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	directory = opendir(path);
	assert_non_null(directory);
	while ((tid == pid || tid == 0) && (entry = readdir(directory)))
		tid = (pid_t)atoi(entry->d_name);
	closedir(directory);
	return tid == pid ? 0 : tid;
}

static const char *const asking[] = { "-p", "-c -p", "--status -p" };

/* (G18) */
static void test_thread(void **state)
{
	static const char *const argv[] = { "prog:crowd", NULL };
	struct fault_pipe in = fault_pipe();
	const struct run_spec spec = { .argv = argv, .in = in.read };
	struct run_result result;
	struct run_place place;
	struct run_child child;
	pid_t tid = 0;

	control_place(&place, *(enum run_user *)*state);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	while (!tid)
		tid = thread_of(child.pid);
	for (size_t i = 0; i < ARRAY_LEN(asking); i++)
		control_must_refuse(&place, asking[i], tid,
				    "it is a thread of process");
	fault_close(&in.read);
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	run_place_close(&place);
}

/* (G18, G19) */
static void test_nobody(void **state)
{
	struct run_place place;
	pid_t pid;

	control_place(&place, *(enum run_user *)*state);
	pid = fork();
	if (pid == 0)
		_exit(0);
	status_await(pid, 'Z');
	for (size_t i = 0; i < ARRAY_LEN(asking); i++) {
		control_must_refuse(&place, asking[i], 4194304 - 1,
				    "no such process");
		control_must_refuse(&place, asking[i], pid, "it has ended");
	}
	waitpid(pid, NULL, 0);
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_own_recorder),
		AS_BOTH(test_another_tracer),
		AS_BOTH(test_thread),
		AS_BOTH(test_nobody),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
