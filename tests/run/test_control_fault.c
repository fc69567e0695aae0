/*
 * Setting and clearing while things go wrong: programs in the middle of
 * everything, that stop, fork and die; clients and supervisors that are killed
 * over a request; a trace that nobody reads. Nobody else notices.
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
#include <fcntl.h>
#include <sched.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/administrator.h"
#include "support/attach.h"
#include "support/control.h"
#include "support/status.h"
#include "support/trace.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const cat[] = { "cat", NULL };

static void start(struct control_target *ret, void **state,
		  const char *const *argv)
{
	struct run_spec spec = { .argv = argv };
	struct run_place place;

	control_place(&place, *(enum run_user *)*state);
	control_start(ret, &place, &spec);
}

static void finish(struct control_target *target)
{
	control_finish(target);
	run_place_close(&target->place);
}

/* ---- in the middle of everything ---- */

/* Sets, changes and clears, and waits until nobody traces it. */
#define PROD                                                                   \
	"#!/bin/sh\n"                                                          \
	"{ %1$s -f attached.out -t s -p $1 &&\n"                               \
	"%1$s -a -f attached.out -t ci -p $1 &&\n"                             \
	"%1$s -c -t ci -p $1 &&\n"                                             \
	"%1$s -i -f other.out -p $1 &&\n"                                      \
	"%1$s -c -p $1; } >>said 2>&1 || exit 1\n"                             \
	"while ! grep -q '^TracerPid:[^0-9]*0$' /proc/$1/status; do :; done\n"

struct sleeper {
	const char *thread; /* "thread", or NULL for the leader */
	enum run_user user;
};

/* What each call comes to is what it comes to when nobody asks. */
static void test_asleep(void **state)
{
	const struct sleeper *sleeper = *state;
	const char *const argv[] = { "prog:fault_eintr", "attached",
				     sleeper->thread, NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_result native, changed;
	char script[8 * PATH_MAX];
	struct run_place place;

	control_place(&place, sleeper->user);
	assert_int_equal(run_place_put(&place, "prod", "#!/bin/sh\n", 0755), 0);
	assert_int_equal(run_program(&native, &place, &spec), 0);
	assert_true(run_exited(&native, 0));
	snprintf(script, sizeof(script), PROD, place.ktrace);
	assert_int_equal(run_place_put(&place, "prod", script, 0755), 0);
	assert_int_equal(run_program(&changed, &place, &spec), 0);
	assert_true(run_exited(&changed, 0));
	assert_string_equal(text_string(&changed.out),
			    text_string(&native.out));
	run_result_done(&native);
	run_result_done(&changed);
	run_place_close(&place);
}

/* Who forks all the time loses no child, and none is left behind. */
static void test_forking(void **state)
{
	static const char *const argv[] = {
		"sh", "-c",
		"echo go; while ! test -e stop; do /bin/true || exit 1; done; "
		"echo done",
		NULL
	};
	const struct run_spec spec = { .argv = argv };
	struct run_result result;
	struct run_place place;
	struct run_child child;

	control_place(&place, *(enum run_user *)*state);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	for (int i = 0; i < 50; i++) {
		control_do(&place, "-t cn -p", child.pid);
		control_do(&place, "-a -i -t s -p", child.pid);
		control_do(&place, i % 2 ? "-c -d -p" : "-c -p", child.pid);
	}
	assert_int_equal(run_place_put(&place, "stop", "", 0644), 0);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.out), "go\ndone\n");
	run_result_done(&result);
	run_place_close(&place);
}

/* Who is stopped stays so, and goes on when it is told to. */
static void test_stopped(void **state)
{
	struct control_target target;
	pid_t pid;

	start(&target, state, cat);
	pid = target.child.pid;
	kill(pid, SIGSTOP);
	status_await(pid, 'T');
	for (int i = 0; i < 10; i++) {
		control_do(&target.place, "-t s -p", pid);
		status_await(pid, 't');
		control_do(&target.place, "-a -i -t c -p", pid);
		control_do(&target.place, "-c -t c -p", pid);
		control_must_record(&target.place, pid, "s");
		control_do(&target.place, "-c -p", pid);
		status_await(pid, 'T');
		assert_int_equal(status_tracer(pid), 0);
	}
	kill(pid, SIGCONT);
	control_say(&target, "on");
	finish(&target);
}

/* It works or does not, and says no more than a line. */
static void end_client(struct run_child *client)
{
	struct run_result result;

	assert_int_equal(run_finish(client, &result), 0);
	assert_false(result.timed_out);
	assert_true(WIFEXITED(result.status));
	assert_true(WEXITSTATUS(result.status) <= 1);
	assert_true(fault_lines(&result.err) <= 1);
	run_result_done(&result);
}

/* It is killed while it is attached to, changed or cleared. */
static void test_dying(void **state)
{
	static const char *const options[] = { "-i -p", "-t c -p", "-c -p" };
	struct run_spec spec = { .argv = cat };
	struct run_place place;

	control_place(&place, *(enum run_user *)*state);
	for (size_t i = 0; i < 30; i++) {
		size_t which = i % ARRAY_LEN(options);
		struct control_target target;
		struct run_child client;
		struct run_result result;

		control_start(&target, &place, &spec);
		if (which)
			control_do(&place, "-t s -p", target.child.pid);
		control_begin(&client, &place, options[which],
			      target.child.pid);
		/* At another moment each time. */
		for (size_t j = 0; j < 20 * i; j++)
			sched_yield();
		kill(target.child.pid, SIGKILL);
		end_client(&client);
		assert_int_equal(run_finish(&target.child, &result), 0);
		run_result_done(&result);
		fault_close(&target.in.write);
		fault_close(&target.out.read);
	}
	run_place_close(&place);
}

/* ---- who asks, and who is asked, ends ---- */

/* A process that cannot be stopped just now, so that requests take a second. */
static void start_held(struct control_target *ret, void **state)
{
	static const char *const argv[] = { "prog:held", NULL };
	struct run_spec spec = { .argv = argv };

	*ret = (struct control_target){ .in = fault_pipe() };
	spec.in = ret->in.read;
	control_place(&ret->place, *(enum run_user *)*state);
	assert_int_equal(run_start(&ret->child, &ret->place, &spec), 0);
	fault_close(&ret->in.read);
	status_await(ret->child.pid, 'D');
}

static void finish_held(struct control_target *target)
{
	struct run_result result;

	fault_close(&target->in.write);
	assert_int_equal(run_finish(&target->child, &result), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.out), "done\n");
	run_result_done(&result);
	run_place_close(&target->place);
}

/* It works, and names the thread that has not stopped. */
static void set_late(const struct control_target *target, const char *options)
{
	struct run_result result;

	control_run(&result, &target->place, options, target->child.pid);
	assert_true(run_exited(&result, 0));
	assert_non_null(
	    strstr(text_string(&result.err), "has not stopped yet"));
	run_result_done(&result);
}

/* Waits until it waits, for an answer. */
static void await_client(const struct run_child *client)
{
	char comm[STATUS_VALUE_MAX] = { 0 };

	while (!strstr(comm, "ktrace-u"))
		status_value(client->pid, "Name", comm);
	status_await(client->pid, 'S');
}

/* Waits until something is written: a request is being served. */
static void await_file(const struct run_place *place, const char *name)
{
	struct stat status = { .st_size = 0 };
	char path[PATH_MAX];

	run_place_file(place, name, path);
	while (!status.st_size)
		stat(path, &status);
}

/* The supervisor finishes what was asked, and answers the next. */
static void test_client_killed(void **state)
{
	struct control_target target;
	struct run_child client;

	start_held(&target, state);
	set_late(&target, "-t s -p");
	control_begin(&client, &target.place, "-a -t c -f two -p",
		      target.child.pid);
	await_file(&target.place, "two");
	kill(client.pid, SIGKILL);
	waitpid(client.pid, NULL, 0);
	control_must_record(&target.place, target.child.pid, "cs");
	set_late(&target, "-c -p");
	finish_held(&target);
}

/* Its tracing has ended with it: what was asked is done by another one, or
 * there is nothing left to be done. */
static void test_supervisor_killed(void **state)
{
	struct control_target target;
	struct run_child client;
	pid_t former, recorder;

	start_held(&target, state);
	set_late(&target, "-t s -p");
	former = status_tracer(target.child.pid);
	control_begin(&client, &target.place, "-t c -p", target.child.pid);
	await_client(&client);
	kill(former, SIGKILL);
	end_client(&client);
	recorder = status_tracer(target.child.pid);
	assert_int_not_equal(recorder, 0);
	assert_int_not_equal(recorder, former);
	control_must_record(&target.place, target.child.pid, "c");
	control_begin(&client, &target.place, "-c -p", target.child.pid);
	await_client(&client);
	kill(recorder, SIGKILL);
	end_client(&client);
	assert_int_equal(status_tracer(target.child.pid), 0);
	finish_held(&target);
}

/* One that does not answer is not taken for one that does not exist. */
static void test_supervisor_stopped(void **state)
{
	struct control_target target;
	pid_t recorder;

	start(&target, state, cat);
	control_do(&target.place, "-t s -p", target.child.pid);
	recorder = status_tracer(target.child.pid);
	kill(recorder, SIGSTOP);
	status_await(recorder, 'T');
	control_must_refuse(&target.place, "-c -p", target.child.pid,
			    "does not answer");
	control_must_refuse(&target.place, "-t c -p", target.child.pid,
			    "does not answer");
	kill(recorder, SIGCONT);
	control_do(&target.place, "-c -p", target.child.pid);
	control_must_be_free(target.child.pid);
	finish(&target);
}

/* ---- a trace that nobody reads ---- */

/* An ordinary user's process under root's supervisor, beside one of root's. */
#define TWO                                                                    \
	"setpriv --reuid=65534 --regid=65534 --clear-groups sh -c '"           \
	"while ! test -e stop; do :; done' &\n"                                \
	"while read x; do test -e $x; echo $x; done\n"                         \
	"wait\n"

static struct fault_pipe full_pipe(void)
{
	struct fault_pipe full = fault_pipe();
	char piece[4096] = { 0 };
	int flags = fcntl(full.write, F_GETFL);

	fcntl(full.write, F_SETFL, flags | O_NONBLOCK);
	while (write(full.write, piece, sizeof(piece)) > 0)
		;
	fcntl(full.write, F_SETFL, flags);
	return full;
}

static void set_to_pipe(const struct run_place *user, pid_t pid, int fd)
{
	char number[16], descriptor[32];
	const char *const argv[] = { user->ktrace, "-t",   "n", descriptor,
				     "-p",         number, NULL };
	const struct run_spec spec = { .argv = argv, .pass = fd };
	struct run_result result;

	snprintf(number, sizeof(number), "%d", pid);
	snprintf(descriptor, sizeof(descriptor), "--fd=%d", fd);
	assert_int_equal(run_program(&result, user, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
}

/* The child's, once it is what it is to be. */
static pid_t await_child(pid_t pid)
{
	pid_t child = attach_child_of(pid);
	char name[STATUS_VALUE_MAX] = { 0 };

	while (strcmp(name, "sh"))
		status_value(child, "Name", name);
	while (status_signals(child, "CapEff"))
		;
	return child;
}

static void say_much(const struct control_target *target)
{
	uint64_t begin = fault_now_ms();

	for (int i = 0; i < 50; i++)
		control_say(target, "/no/word");
	assert_true(fault_now_ms() - begin < 20000);
}

static void test_unread(void **state)
{
	static const char *const options[] = { "-i", "-tn", "-f", "one", NULL };
	static const char *const argv[] = { "sh", "-c", TWO, NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_place user, root;
	struct control_target target;
	struct fault_pipe full;
	pid_t child, supervisor;

	(void)state;
	administrator_place(&root, ROOT);
	run_place_close(&root);
	control_place(&user, RUN_AS_ORDINARY);
	root = control_place_of(&user, 0);
	full = full_pipe();
	control_start(&target, &root, &spec);
	control_say(&target, "go");
	supervisor = status_tracer(target.child.pid);
	child = await_child(target.child.pid);
	control_must_refuse(&user, "-t n -p", child, "root traces it");
	control_do(&root, "-c -p", child);
	set_to_pipe(&user, child, full.write);
	assert_int_equal(status_tracer(child), supervisor);
	say_much(&target);
	control_do(&user, "-c -p", child);
	say_much(&target);
	set_to_pipe(&user, child, full.write);
	assert_int_equal(run_place_put(&root, "stop", "", 0644), 0);
	control_finish(&target);
	fault_close(&full.read);
	fault_close(&full.write);
	run_place_close(&user);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])
#define ASLEEP(i) cmocka_unit_test_prestate(test_asleep, &sleepers[i])

int main(void)
{
	static struct sleeper sleepers[] = {
		{ NULL, RUN_AS_SELF },
		{ "thread", RUN_AS_SELF },
		{ "thread", RUN_AS_ORDINARY },
	};
	const struct CMUnitTest tests[] = {
		ASLEEP(0),
		ASLEEP(1),
		ASLEEP(2),
		AS_BOTH(test_forking),
		AS_BOTH(test_stopped),
		AS_BOTH(test_dying),
		AS_BOTH(test_client_killed),
		AS_BOTH(test_supervisor_killed),
		AS_BOTH(test_supervisor_stopped),
		cmocka_unit_test(test_unread),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("control_fault", tests, NULL, NULL);
}
