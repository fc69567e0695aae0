/*
 * Wait statuses and what they mean, as ptrace(2) lists them.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "tracee/stop.h"

#define STOPPED(signal_number, event)                                          \
	(((event) << 16) | ((signal_number) << 8) | 0x7f)

static const struct stop_case {
	const char *what;
	int wait_status;
	struct stop stop;
} cases[] = {
	{ "exit 0", 0, { .kind = STOP_EXITED } },
	{ "exit 255", 255 << 8, { .kind = STOP_EXITED, .status = 255 } },
	{ "SIGKILL", SIGKILL, { .kind = STOP_KILLED, .signal = SIGKILL } },
	{ "SIGSEGV and a core",
	  SIGSEGV | 0x80,
	  { .kind = STOP_KILLED, .signal = SIGSEGV, .core = true } },
	{ "signal 64", 64, { .kind = STOP_KILLED, .signal = 64 } },
	{ "syscall", STOPPED(SIGTRAP | 0x80, 0), { .kind = STOP_SYSCALL } },
	{ "a SIGTRAP of the program",
	  STOPPED(SIGTRAP, 0),
	  { .kind = STOP_SIGNAL, .signal = SIGTRAP } },
	{ "SIGSTOP on its way",
	  STOPPED(SIGSTOP, 0),
	  { .kind = STOP_SIGNAL, .signal = SIGSTOP } },
	{ "a real-time signal",
	  STOPPED(64, 0),
	  { .kind = STOP_SIGNAL, .signal = 64 } },
	{ "group-stop by SIGTSTP",
	  STOPPED(SIGTSTP, PTRACE_EVENT_STOP),
	  { .kind = STOP_GROUP, .signal = SIGTSTP } },
	{ "interrupt, or newborn",
	  STOPPED(SIGTRAP, PTRACE_EVENT_STOP),
	  { .kind = STOP_INTERRUPT } },
	{ "fork", STOPPED(SIGTRAP, PTRACE_EVENT_FORK), { .kind = STOP_FORK } },
	{ "vfork",
	  STOPPED(SIGTRAP, PTRACE_EVENT_VFORK),
	  { .kind = STOP_VFORK } },
	{ "clone",
	  STOPPED(SIGTRAP, PTRACE_EVENT_CLONE),
	  { .kind = STOP_CLONE } },
	{ "end of vfork",
	  STOPPED(SIGTRAP, PTRACE_EVENT_VFORK_DONE),
	  { .kind = STOP_VFORK_DONE } },
	{ "exec", STOPPED(SIGTRAP, PTRACE_EVENT_EXEC), { .kind = STOP_EXEC } },
	{ "about to exit",
	  STOPPED(SIGTRAP, PTRACE_EVENT_EXIT),
	  { .kind = STOP_EXIT } },
	{ "seccomp",
	  STOPPED(SIGTRAP, PTRACE_EVENT_SECCOMP),
	  { .kind = STOP_SECCOMP } },
	{ "an event of tomorrow",
	  STOPPED(SIGTRAP, 99),
	  { .kind = STOP_UNKNOWN } },
};

static bool has_signal(enum stop_kind kind)
{
	return kind == STOP_SIGNAL || kind == STOP_GROUP || kind == STOP_KILLED;
}

static void test_each_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct stop *wanted = &cases[i].stop;
		struct stop got;

		print_message("%s\n", cases[i].what);
		assert_true(stop_decode(42, cases[i].wait_status, &got));
		assert_int_equal(got.tid, 42);
		assert_int_equal(got.kind, wanted->kind);
		assert_int_equal(got.status, wanted->status);
		assert_int_equal(got.core, wanted->core);
		if (has_signal(wanted->kind))
			assert_int_equal(got.signal, wanted->signal);
		assert_int_equal(stop_is_end(&got),
				 wanted->kind == STOP_EXITED ||
				     wanted->kind == STOP_KILLED);
	}
}

static void test_continued_is_no_stop(void **state)
{
	struct stop untouched = { .tid = 7 };

	(void)state;
	assert_false(stop_decode(42, 0xffff, &untouched));
	assert_int_equal(untouched.tid, 7);
}

static _Noreturn void end_by(int what)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	if (what >= 0)
		_exit(what);
	signal(-what, SIG_DFL);
	raise(-what);
	pause();
	_exit(1);
}

/* Both ways to wait say the same, of ends and of stops. */
static void test_waitid_says_the_same(void **state)
{
	static const int ends[] = { 0, 7, 255, -SIGKILL, -SIGTERM, -SIGSTOP };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		pid_t pid = fork();
		siginfo_t info;
		int status;

		if (pid == 0)
			end_by(ends[i]);
		assert_int_equal(waitid(P_PID, (id_t)pid, &info,
					WEXITED | WSTOPPED | WNOWAIT),
				 0);
		assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
		assert_int_equal(stop_wait_status(&info), status);
		if (WIFSTOPPED(status)) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
		}
	}
}

static void test_waitid_of_a_core(void **state)
{
	siginfo_t info = { .si_code = CLD_DUMPED };

	(void)state;
	info.si_status = SIGSEGV;
	assert_int_equal(stop_wait_status(&info),
			 W_EXITCODE(0, SIGSEGV) | WCOREFLAG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_status),
		cmocka_unit_test(test_continued_is_no_stop),
		cmocka_unit_test(test_waitid_says_the_same),
		cmocka_unit_test(test_waitid_of_a_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
