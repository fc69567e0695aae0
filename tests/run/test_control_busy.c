/*
 * Setting and clearing programs in the middle of everything: that sleep in a
 * call, fork, make threads, are stopped, die. They do not notice.
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

#include <sys/wait.h>

#include "base/array.h"
#include "support/control.h"
#include "support/status.h"
#include "support/trace.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const cat[] = { "cat", NULL };

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

/* The pids that it says, up to "done", are all in the trace. */
static void must_be_recorded(const struct trace *trace, int fd)
{
	struct trace_match born = { .kind = KTR_PROCCTOR };
	FILE *said = fdopen(fd, "r");
	char line[32];

	assert_non_null(said);
	while (fgets(line, sizeof(line), said) && strcmp(line, "done\n")) {
		born.pid = atoi(line);
		assert_true(born.pid > 0);
		if (!trace_find(trace, NULL, born))
			fail_msg("child %d was not recorded", born.pid);
	}
	fclose(said);
}

/* Children are asked for while threads are born: by all of these, too. */
static void test_thread_births(void **state)
{
	static const char *const argv[] = { "prog:brood", NULL };

	for (int i = 0; i < 3; i++) {
		struct control_target target;
		struct trace trace;

		control_open(&target, *(enum run_user *)*state, argv);
		control_do(&target.place, "-t s -p", target.child.pid);
		assert_int_equal(write(target.in.write, "1", 1), 1);
		control_do(&target.place, "-i -t s -p", target.child.pid);
		assert_int_equal(write(target.in.write, "2", 1), 1);
		assert_true(fault_await(target.out.read, 30000));
		control_do(&target.place, "-c -p", target.child.pid);
		fault_load(&trace, &target.place, "ktrace.out");
		must_be_recorded(&trace, target.out.read);
		trace_done(&trace);
		target.out.read = open("/dev/null", O_RDONLY | O_CLOEXEC);
		control_close(&target);
	}
}

/* Who is stopped stays so, and goes on when it is told to. */
static void test_stopped(void **state)
{
	struct control_target target;
	pid_t pid;

	control_open(&target, *(enum run_user *)*state, cat);
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
	control_close(&target);
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
		AS_BOTH(test_thread_births),
		AS_BOTH(test_stopped),
		AS_BOTH(test_dying),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("control_busy", tests, NULL, NULL);
}
