/*
 * Setting and clearing while things go wrong: clients and supervisors that are
 * killed over a request, or stopped; a trace that nobody reads. Nobody else
 * notices.
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

	control_open(&target, *(enum run_user *)*state, cat);
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
	control_close(&target);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_client_killed),
		AS_BOTH(test_supervisor_killed),
		AS_BOTH(test_supervisor_stopped),
		cmocka_unit_test(test_unread),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("control_fault", tests, NULL, NULL);
}
