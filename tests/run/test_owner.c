/*
 * Whose a recorder is, and who is told what of it: owners shut others out while
 * they live, a background recorder gives way and comes back, and the status
 * shows everything to who may see it.
 * Libraries: jansson
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <sched.h>

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

static void start(struct control_target *ret, enum run_user user)
{
	struct run_spec spec = { .argv = cat };
	struct run_place place;

	control_place(&place, user);
	control_start(ret, &place, &spec);
}

static void start_state(struct control_target *ret, void **state)
{
	start(ret, *(enum run_user *)*state);
}

static void finish(struct control_target *target)
{
	control_finish(target);
	run_place_close(&target->place);
}

/* ---- the status as JSON ---- */

/* NULL where there is no supervisor just now. */
static json_t *try_status(const struct run_place *place, pid_t pid)
{
	struct run_result result;
	json_t *document = NULL;
	json_error_t error;

	control_run(&result, place, "--status --json -p", pid);
	if (result.status == 0) {
		document = json_loads(text_string(&result.out), 0, &error);
		if (!document)
			fail_msg("%s: %s", error.text,
				 text_string(&result.out));
	}
	run_result_done(&result);
	return document;
}

static json_t *status_of(const struct run_place *place, pid_t pid)
{
	json_t *document = try_status(place, pid);

	assert_non_null(document);
	return document;
}

static void must_say(const json_t *object, const char *name, const char *value)
{
	const char *said = json_string_value(json_object_get(object, name));

	assert_non_null(said);
	assert_string_equal(said, value);
}

static void must_count(const json_t *object, const char *name, long value)
{
	const json_t *number = json_object_get(object, name);

	assert_true(json_is_integer(number));
	assert_int_equal(json_integer_value(number), value);
}

static void must_be(const json_t *object, const char *name, bool value)
{
	const json_t *said = json_object_get(object, name);

	assert_true(json_is_boolean(said));
	assert_int_equal(json_is_true(said), value);
}

static bool is_in_state(const struct run_place *place, pid_t pid,
			const char *state)
{
	json_t *document = try_status(place, pid);
	const char *said =
	    json_string_value(json_object_get(document, "state"));
	bool is = said && !strcmp(said, state);

	json_decref(document);
	return is;
}

static void await_state(const struct control_target *target, const char *state)
{
	uint64_t until = fault_now_ms() + PATIENCE_MS;

	while (!is_in_state(&target->place, target->child.pid, state))
		if (fault_now_ms() > until)
			fail_msg("not in state %s", state);
}

/* What anybody may know. */
static void check_public(const json_t *document,
			 const struct control_target *target)
{
	must_count(document, "supervisor", status_tracer(target->child.pid));
	must_say(document, "state", "foreground");
	must_count(document, "owning_pid", 0);
	must_count(document, "background_pid", 0);
	must_say(document, "configured_by", "ktrace-u");
	must_be(document, "paused", false);
}

static void check_details(const json_t *document,
			  const struct control_target *target, bool is_roots)
{
	const json_t *traces = json_object_get(document, "traces");
	const json_t *targets = json_object_get(document, "targets");
	const json_t *one = json_array_get(targets, 0);
	char file[PATH_MAX];

	run_place_file(&target->place, "one", file);
	assert_int_equal(json_array_size(traces), 1);
	must_say(json_array_get(traces, 0), "file", file);
	must_count(json_array_get(traces, 0), "processes", 1);
	must_count(json_array_get(traces, 0), "error", 0);
	assert_int_equal(json_array_size(targets), 1);
	must_count(one, "pid", target->child.pid);
	must_say(one, "comm", "cat");
	must_say(one, "facilities", "ci");
	must_say(one, "file", file);
	must_be(one, "inherit", true);
	must_be(one, "root", is_roots);
	must_be(one, "filter", false);
	must_count(one, "threads", 1);
	assert_int_equal(json_array_size(json_object_get(one, "late")), 0);
}

static void check_stranger(const struct control_target *target)
{
	struct run_place other = control_place_of(&target->place, ANOTHER_UID);
	json_t *document = status_of(&other, target->child.pid);

	check_public(document, target);
	assert_null(json_object_get(document, "traces"));
	assert_null(json_object_get(document, "targets"));
	json_decref(document);
}

static void test_status(void **state)
{
	struct control_target target;
	json_t *document;
	bool is_root = geteuid() == 0;

	start_state(&target, state);
	control_must_refuse(&target.place, "--status -p", target.child.pid,
			    "it is not traced");
	control_do(&target.place, "-i -t ci -f one -p", target.child.pid);
	document = status_of(&target.place, target.child.pid);
	check_public(document, &target);
	check_details(document, &target, is_root && !target.place.drops);
	json_decref(document);
	if (is_root) {
		struct run_place root = control_place_of(&target.place, 0);

		check_stranger(&target);
		document = status_of(&root, target.child.pid);
		check_details(document, &target, !target.place.drops);
		json_decref(document);
	}
	finish(&target);
}

static void test_status_lines(void **state)
{
	struct control_target target;
	char wanted[3 * PATH_MAX], file[PATH_MAX];
	struct text said;
	pid_t pid;

	start(&target, RUN_AS_ORDINARY);
	(void)state;
	pid = target.child.pid;
	run_place_file(&target.place, "one", file);
	control_do(&target.place, "-i -t ci -f one -p", pid);
	control_ask(&said, &target.place, "--status -p", pid);
	snprintf(wanted, sizeof(wanted),
		 "supervisor %d: foreground, configured by ktrace-u\n"
		 "trace %s: 1 process, ",
		 status_tracer(pid), file);
	assert_memory_equal(text_string(&said), wanted, strlen(wanted));
	snprintf(wanted, sizeof(wanted),
		 " bytes\nprocess %d (cat): ci, children too, 1 thread, to "
		 "%s\n",
		 pid, file);
	assert_non_null(strstr(text_string(&said), wanted));
	text_done(&said);
	finish(&target);
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

static void test_owner(void **state)
{
	struct control_target target;
	pid_t owner = start_owner();
	json_t *document;
	char reason[64];
	pid_t pid;

	start_state(&target, state);
	pid = target.child.pid;
	control_do(&target.place, "-t c -f one -p", pid);
	name_owner(&target, owner);
	document = status_of(&target.place, pid);
	must_count(document, "owning_pid", owner);
	json_decref(document);
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
	document = status_of(&target.place, pid);
	must_count(document, "owning_pid", 0);
	json_decref(document);
	waitpid(owner, NULL, 0);
	control_do(&target.place, "-c -p", pid);
	control_must_be_free(pid);
	finish(&target);
}

/* Who takes the owner back resets all that was recorded for it. */
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
	finish(&target);
}

static void test_owner_of_others(void **state)
{
	struct control_target target;
	struct run_place other;

	(void)state;
	start(&target, RUN_AS_ORDINARY);
	if (!target.place.drops) {
		printf("skipped: only root is more than one user\n");
		finish(&target);
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
	finish(&target);
}

/* ---- pauses ---- */

static void test_pause(void **state)
{
	struct control_target target;
	struct trace trace;
	json_t *document;
	pid_t pid;

	start_state(&target, state);
	pid = target.child.pid;
	control_do(&target.place, "-t ci -f one -p", pid);
	control_do(&target.place, "--pause=background -p", pid);
	control_do(&target.place, "--resume -p", pid);
	control_say(&target, "before");
	control_do(&target.place, "--pause=foreground -p", pid);
	document = status_of(&target.place, pid);
	must_be(document, "paused", true);
	must_say(document, "state", "foreground");
	json_decref(document);
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
	finish(&target);
}

/* ---- the background ---- */

static void start_background(struct run_child *ret,
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
	await_state(target, "background");
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

/* It gives way, comes back, and when it is killed the recording goes on. */
static void test_background(void **state)
{
	struct control_target target;
	struct run_child background;
	json_t *document;
	pid_t pid, recorder;

	start_state(&target, state);
	pid = target.child.pid;
	start_background(&background, &target);
	document = status_of(&target.place, pid);
	must_count(document, "owning_pid", background.pid);
	must_count(document, "background_pid", background.pid);
	json_decref(document);
	control_say(&target, "first");
	control_do(&target.place, "-t ci -f fore -p", pid);
	assert_true(is_in_state(&target.place, pid, "foreground"));
	control_say(&target, "second");
	control_do(&target.place, "-c -p", pid);
	await_state(&target, "background");
	control_must_record(&target.place, pid, "ci");
	control_say(&target, "third");
	recorder = status_tracer(pid);
	kill(background.pid, SIGKILL);
	end_background(&background, SIGKILL);
	control_say(&target, "fourth");
	attach_clear(&target.place, recorder, pid);
	control_must_be_free(pid);
	check_back(&target.place);
	finish(&target);
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
		control_do(&target.place, "-t s -f fore -p", target.child.pid);
		control_do(&target.place, "-c -p", target.child.pid);
		await_state(&target, "background");
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
	finish(&target);
}

/* There is nothing to come back to. */
static void test_background_target_ends(void **state)
{
	struct control_target target;
	struct run_child background;

	start_state(&target, state);
	start_background(&background, &target);
	finish(&target);
	end_background(&background, 0);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_status),
		cmocka_unit_test(test_status_lines),
		AS_BOTH(test_owner),
		AS_BOTH(test_owner_taken_back),
		cmocka_unit_test(test_owner_of_others),
		AS_BOTH(test_pause),
		AS_BOTH(test_background),
		AS_BOTH(test_background_crowd),
		AS_BOTH(test_background_ended),
		AS_BOTH(test_background_target_ends),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("owner", tests, NULL, NULL);
}
