/*
 * Whose a recorder is: owners shut others out while they live, a background
 * recorder gives way and comes back, and who may do so stops all for a while.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/attach.h"
#include "support/control.h"
#include "support/status.h"
#include "support/trace.h"

#define ANOTHER_UID 1000
#define PATIENCE_MS 30000

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const cat[] = { "cat", NULL };

static void start_state(struct control_target *ret, void **state)
{
	control_open(ret, *(enum run_user *)*state, cat);
}

/* What --status says first; empty where there is no supervisor just now. */
static void status_line(const struct control_target *target, char line[256])
{
	struct run_result result;

	control_run(&result, &target->place, "--status -p", target->child.pid);
	snprintf(line, 256, "%.*s",
		 (int)strcspn(text_string(&result.out), "\n"),
		 text_string(&result.out));
	run_result_done(&result);
}

static bool does_show(const struct control_target *target, const char *words)
{
	char line[256];

	status_line(target, line);
	return strstr(line, words);
}

static void must_show(const struct control_target *target, const char *format,
		      int number)
{
	char words[64];

	snprintf(words, sizeof(words), format, number);
	assert_true(does_show(target, words));
}

/* What there is to know of a recorder that should have been back. */
static void fail_background(const struct control_target *target,
			    struct run_child *background, const char *state)
{
	struct run_result result;
	char line[256];

	status_line(target, line);
	kill(background->pid, SIGKILL);
	assert_int_equal(run_finish(background, &result), 0);
	fail_msg("not in state %s but: %s; background recorder: status 0x%x %s",
		 state, line, result.status, text_string(&result.err));
}

static void await_state(const struct control_target *target,
			struct run_child *background, const char *state)
{
	uint64_t until = fault_now_ms() + PATIENCE_MS;

	while (!does_show(target, state))
		if (fault_now_ms() > until)
			fail_background(target, background, state);
}

/* ---- owners ---- */

/* A child that lives until it is killed. */
static pid_t start_owner(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (prctl(PR_SET_PDEATHSIG, SIGKILL);;)
			pause();
	return pid;
}

static void name_owner(const struct control_target *target, pid_t owner)
{
	char option[64];

	snprintf(option, sizeof(option), "--owner=%d -p", owner);
	control_do(&target->place, option, target->child.pid);
}

/* (G3, G4, G5, G7) */
static void test_owner(void **state)
{
	struct control_target target;
	pid_t owner = start_owner();
	char reason[64];
	pid_t pid;

	start_state(&target, state);
	pid = target.child.pid;
	control_do(&target.place, "-t c -f one -p", pid);
	name_owner(&target, owner);
	must_show(&target, ", owned by %d", owner);
	snprintf(reason, sizeof(reason), "belongs to run_owner (pid %d)",
		 owner);
	control_must_refuse(&target.place, "-t n -f two -p", pid, reason);
	control_must_refuse(&target.place, "-c -p", pid, reason);
	control_must_refuse(&target.place, "-c -f one", 0, reason);
	control_must_record(&target.place, pid, "c");
	/* A zombie owns nothing. */
	kill(owner, SIGKILL);
	status_await(owner, 'Z');
	control_do(&target.place, "-a -t n -f one -p", pid);
	control_must_record(&target.place, pid, "cn");
	assert_false(does_show(&target, "owned by"));
	waitpid(owner, NULL, 0);
	control_do(&target.place, "-c -p", pid);
	control_must_be_free(pid);
	control_close(&target);
}

/* Who takes the owner back resets all that was recorded for it. (G7) */
static void test_owner_taken_back(void **state)
{
	struct control_target target;
	pid_t owner = start_owner();
	struct trace trace;
	pid_t pid;

	start_state(&target, state);
	pid = target.child.pid;
	control_do(&target.place, "-t c -f one -p", pid);
	name_owner(&target, owner);
	control_do(&target.place, "--owner=-1 -p", pid);
	control_await_untraced(pid);
	control_must_be_free(pid);
	fault_load(&trace, &target.place, "one");
	assert_int_equal(control_covered(&trace, "another owner was named"), 1);
	trace_done(&trace);
	control_do(&target.place, "-t c -f one -p", pid);
	control_must_refuse(&target.place, "--owner=0 -p", pid,
			    "Invalid argument");
	control_must_refuse(&target.place, "--owner=4194303 -p", pid,
			    "No such process");
	control_must_record(&target.place, pid, "c");
	kill(owner, SIGKILL);
	waitpid(owner, NULL, 0);
	control_close(&target);
}

static void test_owner_of_others(void **state)
{
	struct control_target target;
	struct run_place other;

	(void)state;
	control_open(&target, RUN_AS_ORDINARY, cat);
	if (!target.place.drops) {
		printf("skipped: only root is more than one user\n");
		control_close(&target);
		skip();
	}
	other = control_place_of(&target.place, ANOTHER_UID);
	control_do(&target.place, "-t c -f one -p", target.child.pid);
	control_must_refuse(&other, "--owner=1 -p", target.child.pid,
			    "you are neither its owner nor of its user");
	control_must_refuse(&other, "--pause=foreground -p", target.child.pid,
			    "you are neither its owner nor of its user");
	control_must_refuse(&other, "--resume -p", target.child.pid,
			    "you are neither its owner nor of its user");
	control_close(&target);
}

/* ---- pauses ---- */

/* (G9) */
static void test_pause(void **state)
{
	struct control_target target;
	struct trace trace;
	pid_t pid;

	start_state(&target, state);
	pid = target.child.pid;
	control_do(&target.place, "-t ci -f one -p", pid);
	control_do(&target.place, "--pause=background -p", pid);
	control_do(&target.place, "--resume -p", pid);
	control_say(&target, "before");
	control_do(&target.place, "--pause=foreground -p", pid);
	assert_true(does_show(&target, ": foreground, "));
	assert_true(does_show(&target, ", paused"));
	control_say(&target, "meanwhile");
	control_must_record(&target.place, pid, "ci");
	control_do(&target.place, "--resume -p", pid);
	control_say(&target, "behind");
	control_do(&target.place, "-c -p", pid);
	control_must_be_free(pid);
	fault_load(&trace, &target.place, "one");
	assert_int_equal(control_heard(&trace, "before"), 2);
	assert_int_equal(control_heard(&trace, "meanwhile"), 0);
	/* The read that it slept in had begun meanwhile. */
	assert_int_equal(control_heard(&trace, "behind"), 1);
	assert_int_equal(control_covered(&trace, "paused by request"), 1);
	assert_int_equal(control_covered(&trace, "resumed: "), 1);
	trace_done(&trace);
	control_close(&target);
}

/* ---- the background ---- */

static void spawn_background(struct run_child *ret,
			     const struct control_target *target)
{
	char number[16];
	const char *const argv[] = { target->place.ktrace,
				     "--background",
				     "-t",
				     "ci",
				     "-f",
				     "back",
				     "-p",
				     number,
				     NULL };
	const struct run_spec spec = { .argv = argv };

	snprintf(number, sizeof(number), "%d", target->child.pid);
	assert_int_equal(run_start(ret, &target->place, &spec), 0);
}

static void start_background(struct run_child *ret,
			     const struct control_target *target)
{
	spawn_background(ret, target);
	await_state(target, ret, ": background");
}

static void end_background(struct run_child *child, int status)
{
	struct run_result result;

	assert_int_equal(run_finish(child, &result), 0);
	assert_int_equal(result.status, status);
	assert_string_equal(text_string(&result.err), "");
	run_result_done(&result);
}

static void check_back(const struct run_place *place)
{
	struct trace_match session = { .name = KTR_STRUCT_SESSION };
	struct trace trace;

	fault_load(&trace, place, "back");
	assert_int_equal(trace_count(&trace, session), 2);
	assert_int_equal(control_heard(&trace, "first"), 2);
	assert_int_equal(control_heard(&trace, "second"), 0);
	assert_int_equal(control_heard(&trace, "third"), 2);
	assert_int_equal(control_heard(&trace, "fourth"), 2);
	trace_done(&trace);
	fault_load(&trace, place, "fore");
	assert_int_equal(control_heard(&trace, "second"), 2);
	assert_int_equal(control_heard(&trace, "third"), 0);
	trace_done(&trace);
}

/* It gives way, comes back, and when it is killed the recording goes on. (G2,
 * G8) */
static void test_background(void **state)
{
	struct control_target target;
	struct run_child background;
	pid_t pid, recorder;

	start_state(&target, state);
	pid = target.child.pid;
	start_background(&background, &target);
	must_show(&target, ", owned by %d", background.pid);
	must_show(&target, ", background recorder %d", background.pid);
	control_say(&target, "first");
	control_do(&target.place, "-t ci -f fore -p", pid);
	assert_true(does_show(&target, ": foreground, "));
	control_say(&target, "second");
	control_do(&target.place, "-c -p", pid);
	await_state(&target, &background, ": background");
	control_must_record(&target.place, pid, "ci");
	control_say(&target, "third");
	recorder = status_tracer(pid);
	kill(background.pid, SIGKILL);
	end_background(&background, SIGKILL);
	control_say(&target, "fourth");
	attach_clear(&target.place, recorder, pid);
	control_must_be_free(pid);
	check_back(&target.place);
	control_close(&target);
}

/* Whoever comes while the foreground records waits for his turn. */
static void test_background_waits(void **state)
{
	struct control_target target;
	struct run_child background;
	struct trace trace;
	pid_t pid;

	start_state(&target, state);
	pid = target.child.pid;
	control_do(&target.place, "-t ci -f fore -p", pid);
	spawn_background(&background, &target);
	await_state(&target, &background, ", background recorder ");
	control_say(&target, "first");
	assert_true(does_show(&target, ": foreground, "));
	control_do(&target.place, "-c -p", pid);
	await_state(&target, &background, ": background");
	control_say(&target, "second");
	control_finish(&target);
	end_background(&background, 0);
	fault_load(&trace, &target.place, "back");
	assert_int_equal(control_heard(&trace, "first"), 0);
	assert_int_equal(control_heard(&trace, "second"), 2);
	trace_done(&trace);
	run_place_close(&target.place);
}

/* With many threads letting go takes its time, and the background recorder is
 * back before it is over. */
static void test_background_crowd(void **state)
{
	static const char *const argv[] = { "prog:crowd", NULL };
	struct run_spec spec = { .argv = argv };
	struct control_target target = { .in = fault_pipe() };
	struct run_child background;
	struct run_result result;

	spec.in = target.in.read;
	control_place(&target.place, *(enum run_user *)*state);
	assert_int_equal(run_start(&target.child, &target.place, &spec), 0);
	fault_close(&target.in.read);
	start_background(&background, &target);
	for (int i = 0; i < 10; i++) {
		control_do(&target.place, "-t n -f fore -p", target.child.pid);
		control_do(&target.place, "-c -p", target.child.pid);
		await_state(&target, &background, ": background");
	}
	fault_close(&target.in.write);
	assert_int_equal(run_finish(&target.child, &result), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.out), "done\n");
	run_result_done(&result);
	end_background(&background, 0);
	run_place_close(&target.place);
}

/* Who asks the recorder itself to end is not called back to. */
static void test_background_ended(void **state)
{
	struct control_target target;
	struct run_child background;

	start_state(&target, state);
	start_background(&background, &target);
	attach_end(status_tracer(target.child.pid), target.child.pid);
	end_background(&background, 0);
	control_must_be_free(target.child.pid);
	control_close(&target);
}

/* There is nothing to come back to. */
static void test_background_target_ends(void **state)
{
	struct control_target target;
	struct run_child background;

	start_state(&target, state);
	start_background(&background, &target);
	control_close(&target);
	end_background(&background, 0);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_owner),
		AS_BOTH(test_owner_taken_back),
		cmocka_unit_test(test_owner_of_others),
		AS_BOTH(test_pause),
		AS_BOTH(test_background),
		AS_BOTH(test_background_waits),
		AS_BOTH(test_background_crowd),
		AS_BOTH(test_background_ended),
		AS_BOTH(test_background_target_ends),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("owner", tests, NULL, NULL);
}
