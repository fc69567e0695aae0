/*
 * Programs that are at those who record them: neither the recorder nor kaudit-u
 * is reached, and what was tried is told. What is left when these are killed.
 * Libraries: jansson
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/audited.h"
#include "support/kaudit.h"
#include "support/run.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

/* Each way of tests/prog/hostile/strike.c, in its order; call: the one by which
 * it is told that it was meant for the recorder. */
static const struct strike {
	const char *way, *call;
	bool only_recorder; /* it is in another group than kaudit-u */
} strikes[] = {
	{ "kill", "kill", false },
	{ "tkill", "tkill", false },
	{ "tgkill", "tgkill", false },
	{ "queue", "rt_sigqueueinfo", false },
	{ "thread", NULL, false },
	{ "all", NULL, false },
	{ "pidfd", "pidfd_open", false },
	{ "directory", "openat", false },
	{ "link", "pidfd_send_signal", false },
	{ "seizing", "ptrace", false },
	{ "attaching", "ptrace", false },
	{ "writing", "process_vm_writev", false },
	{ "reading", "process_vm_readv", false },
	{ "mem", "openat", false },
	{ "descriptor", "openat", false },
	{ "entering", "chdir", false },
	{ "killer", "openat", false },
	{ "limit", "prlimit64", false },
	{ "affinity", "sched_setaffinity", false },
	{ "scheduler", "sched_setscheduler", false },
	{ "priority", "setpriority", false },
	{ "io", "ioprio_set", false },
	{ "comparing", "kcmp", false },
#ifdef __x86_64__
	{ "int80", NULL, false },
#endif
	{ "owner", "fcntl", false },
	{ "group", NULL, true },
};

/* One at a time: what is told is counted once, with its first call. */
static void strike(void **state, const struct strike *that, const char *whom)
{
	static const struct audited_wanted refused = { NULL, "recorder",
						       "EPERM" };
	char program[PATH_MAX + 16], wanted[64];
	const char *const words[] = { "run",     "--exit-policy=audit",
				      "-f",      "t",
				      "--",      program,
				      "strike",  whom,
				      that->way, NULL };
	struct run_result result;
	struct run_place place;
	json_t *report;

	audited_open(&place, state);
	snprintf(program, sizeof(program), "%s/hostile", place.programs);
	audited_run(&result, &place, words, NULL);
	report = audited_report(&place);
	snprintf(wanted, sizeof(wanted), "%s refused\ndid\n", that->way);
	if (strcmp(text_string(&result.out), wanted) != 0)
		fail_msg("%s, %s: %s%s", that->way, whom,
			 text_string(&result.out), text_string(&result.err));
	if (that->call && !audited_has_call(report, that->call, &refused))
		fail_msg("%s, %s: %s is not told", that->way, whom, that->call);
	/* A link was followed before anybody could know where it leads. */
	if (audited_is_complete(report) == !strcmp(that->way, "link"))
		fail_msg("%s, %s: complete, or not", that->way, whom);
	if (WEXITSTATUS(result.status) != AUDITED_VIOLATES)
		fail_msg("%s, %s: passes", that->way, whom);
	json_decref(report);
	run_result_done(&result);
	run_place_close(&place);
}

static void test_strikes(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(strikes); i++) {
		strike(state, &strikes[i], "recorder");
		if (!strikes[i].only_recorder)
			strike(state, &strikes[i], "starter");
	}
}

/* Who signals its group has it signalled, but for those who record. */
static void test_group(void **state)
{
	static const char script[] = "sleep 100 & trap '' TERM; kill 0; wait; "
				     "trap - TERM; kill 0; sleep 100";
	struct run_result result;
	struct run_place place;
	json_t *report;

	audited_open(&place, state);
	audited_script(&result, &place, script);
	assert_true(run_exited(&result, AUDITED_COMPLIES));
	report = audited_report(&place);
	assert_true(audited_is_complete(report));
	assert_true(audited_has_fact(
	    report, &(struct audited_wanted){ "signal", "group", NULL }));
	json_decref(report);
	run_result_done(&result);
	run_place_close(&place);
}

static void test_guard_wrongly(void **state)
{
	static const struct {
		const char *words[4], *said;
	} cases[] = {
		{ { "--guard=x", "true" }, "\"x\" is not a process id" },
		{ { "--guard=0", "true" }, "\"0\" is not a process id" },
		{ { "--guard", "-p", "1" }, "--guard does not go with -p" },
	};
	struct run_place place;

	audited_open(&place, state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const argv[] = { place.ktrace, cases[i].words[0],
					     cases[i].words[1],
					     cases[i].words[2], NULL };
		const struct run_spec spec = { .argv = argv };
		struct run_result result;

		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(run_exited(&result, 2));
		assert_non_null(
		    strstr(text_string(&result.err), cases[i].said));
		run_result_done(&result);
	}
	run_place_close(&place);
}
/* ---- the end of those who record ---- */

static pid_t pid_in(struct text *text)
{
	const char *string = text_string(text);
	pid_t pid = (pid_t)strtol(string + strcspn(string, "0123456789"), NULL,
				  10);

	assert_true(pid > 1);
	return pid;
}

static bool is_there(const struct run_place *place, const char *name)
{
	char path[PATH_MAX];

	return !access(run_place_file(place, name, path), F_OK);
}

/* It says by whom it is traced, and goes on when it is let. */
#define PATIENT                                                                \
	"grep TracerPid /proc/self/status > tracer; "                          \
	"until [ -e go ]; do sleep 0.02; done; echo > ended"

static void start_script(struct run_child *ret, const struct run_place *place)
{
	static const char *argv[] = { NULL, "run", "--exit-policy=audit",
				      "-f", "t",   "--",
				      "sh", "-c",  PATIENT,
				      NULL };
	const struct run_spec spec = { .argv = argv };

	argv[0] = place->kaudit;
	assert_int_equal(run_start(ret, place, &spec), 0);
}

/* Whoever kills the recorder, from outside, leaves a trace without an end. */
static void test_recorder_killed(void **state)
{
	static const char *const check[] = { "check", "-p", "p", "t", NULL };
	struct text text = TEXT_INIT;
	struct run_result result;
	struct run_child child;
	struct run_place place;
	json_t *report;

	audited_open(&place, state);
	start_script(&child, &place);
	kaudit_await(&place, "tracer", &text);
	assert_int_equal(kill(pid_in(&text), SIGKILL), 0);
	assert_int_equal(run_place_put(&place, "go", "", 0644), 0);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, AUDITED_UNKNOWN));
	run_result_done(&result);
	report = audited_report(&place);
	assert_false(audited_is_complete(report));
	json_decref(report);
	audited_run(&result, &place, check, NULL);
	assert_true(run_exited(&result, AUDITED_UNKNOWN));
	run_result_done(&result);
	text_done(&text);
	run_place_close(&place);
}

/* Whoever kills kaudit-u leaves no trace: none by its name, at any rate. */
static void test_starter_killed(void **state)
{
	struct text text = TEXT_INIT;
	struct run_result result;
	struct run_child child;
	struct run_place place;

	audited_open(&place, state);
	start_script(&child, &place);
	kaudit_await(&place, "tracer", &text);
	assert_int_equal(kill(child.pid, SIGKILL), 0);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(WIFSIGNALED(result.status));
	assert_int_equal(WTERMSIG(result.status), SIGKILL);
	assert_int_equal(run_place_put(&place, "go", "", 0644), 0);
	kaudit_await(&place, "ended", &text);
	assert_false(is_there(&place, "t"));
	run_result_done(&result);
	text_done(&text);
	run_place_close(&place);
}

/* ---- where files cannot be without a name ---- */

#define LOW_HALF(index)                                                        \
	(offsetof(struct seccomp_data, args) + (index) * sizeof(uint64_t) +    \
	 (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(uint32_t) : 0))

/* openat(2) with O_TMPFILE fails, as on many filesystems. */
static void have_no_unnamed(void *context)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, LOW_HALF(2)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_TMPFILE & ~O_DIRECTORY,
			 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { ARRAY_LEN(code), code };

	(void)context;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(99);
}

/* The job finds nothing that it could change. */
static void test_no_unnamed(void **state)
{
	static const char *argv[] = {
		NULL, "run", "-f", "t", "ls", "-A", NULL
	};
	const struct run_spec spec = { .argv = argv,
				       .prepare = have_no_unnamed };
	struct run_result result;
	struct run_place place;
	json_t *report;

	audited_open(&place, state);
	argv[0] = place.kaudit;
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, AUDITED_COMPLIES));
	assert_null(strstr(text_string(&result.out), "t."));
	report = audited_report(&place);
	assert_true(audited_is_complete(report));
	json_decref(report);
	run_result_done(&result);
	run_place_close(&place);
}

/* ---- */

int main(void)
{
#define TEST(test)                                                             \
	{ #test, test, NULL, NULL, &users[0] },                                \
	{                                                                      \
#test " as anybody", test, NULL, NULL, &users[1]               \
	}
	const struct CMUnitTest tests[] = {
		TEST(test_strikes),        TEST(test_group),
		TEST(test_guard_wrongly),  TEST(test_recorder_killed),
		TEST(test_starter_killed), TEST(test_no_unnamed),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("hostile_recorder", tests, NULL,
					   NULL);
}
