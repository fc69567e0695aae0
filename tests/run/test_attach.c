/*
 * Attaching to programs that run already: they do not notice, whatever they are
 * doing; from then on they are recorded, with all their threads; who cannot be
 * attached to is refused with the reason.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/attach.h"
#include "support/control.h"
#include "support/fault.h"
#include "support/pair.h"
#include "support/status.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const plain[] = { "-p", NULL };
static const char *const signals[] = { "-ts", "-p", NULL };
static const char *const inherit[] = { "-i", "-p", NULL };

static void open_place(struct run_place *place, void **state)
{
	assert_int_equal(run_place_open(place, *(enum run_user *)*state), 0);
}

/* ---- who is asleep in a call ---- */

static const struct sleeper {
	const char *options;
	const char *thread; /* "thread", or NULL for the leader */
	enum run_user user;
} sleepers[] = {
	{ "", NULL, RUN_AS_SELF },         { "", "thread", RUN_AS_SELF },
	{ "-i", "thread", RUN_AS_SELF },   { "-t s", NULL, RUN_AS_SELF },
	{ "-t n", NULL, RUN_AS_ORDINARY }, { "-i", "thread", RUN_AS_ORDINARY },
};

/* Attaches, ends the recorder, waits until it has let go. */
#define PROD                                                                   \
	"#!/bin/sh\n"                                                          \
	"tracer() { sed -n 's/^TracerPid:[^0-9]*//p' /proc/$1/status; }\n"     \
	"%s -f attached.out %s -p $1 >>said 2>&1 || exit 1\n"                  \
	"recorder=$(tracer $1)\n"                                              \
	"test \"$recorder\" -gt 0 || exit 1\n"                                 \
	"kill $recorder\n"                                                     \
	"while test \"$(tracer $1)\" != 0; do :; done\n"

/* What each call comes to is what it comes to when nobody attaches. */
static void test_asleep(void **state)
{
	const struct sleeper *sleeper = *state;
	const char *const argv[] = { "prog:fault_eintr", "attached",
				     sleeper->thread, NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_result native, attached;
	struct run_place place;
	char script[PATH_MAX + 512];

	assert_int_equal(run_place_open(&place, sleeper->user), 0);
	assert_int_equal(run_place_put(&place, "prod", "#!/bin/sh\n", 0755), 0);
	assert_int_equal(run_program(&native, &place, &spec), 0);
	assert_true(run_exited(&native, 0));
	snprintf(script, sizeof(script), PROD, place.ktrace, sleeper->options);
	assert_int_equal(run_place_put(&place, "prod", script, 0755), 0);
	assert_int_equal(run_program(&attached, &place, &spec), 0);
	assert_true(run_exited(&attached, 0));
	assert_string_equal(text_string(&attached.out),
			    text_string(&native.out));
	run_result_done(&native);
	run_result_done(&attached);
	run_place_close(&place);
}

/* ---- a program that waits for our word ---- */

struct waiter {
	struct run_place place;
	struct run_child child;
	struct fault_pipe in;
};

static void waiter_start_spec(struct waiter *waiter, void **state,
			      struct run_spec *spec)
{
	*waiter = (struct waiter){ .in = fault_pipe() };
	spec->in = waiter->in.read;
	open_place(&waiter->place, state);
	assert_int_equal(run_start(&waiter->child, &waiter->place, spec), 0);
	fault_close(&waiter->in.read);
	status_await(waiter->child.pid, 'S');
}

static void waiter_start(struct waiter *waiter, void **state,
			 const char *const *argv)
{
	struct run_spec spec = { .argv = argv };

	waiter_start_spec(waiter, state, &spec);
}

/* Its input ends, and it with it. */
static void waiter_finish(struct waiter *waiter, const char *said)
{
	struct run_result result;

	fault_close(&waiter->in.write);
	assert_int_equal(run_finish(&waiter->child, &result), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.out), said);
	run_result_done(&result);
	run_place_close(&waiter->place);
}

static const char *const cat[] = { "cat", NULL };

/* The read that it sleeps in is recorded when it returns, with its data. */
static void test_in_a_call(void **state)
{
	struct trace_match read_back = { .kind = KTR_SYSRET, .call = "read" };
	const struct trace_item *item;
	struct waiter waiter;
	struct trace trace;

	waiter_start(&waiter, state, cat);
	attach_to(&waiter.place, plain, waiter.child.pid);
	assert_int_equal(write(waiter.in.write, "word", 4), 4);
	fault_close(&waiter.in.write);
	while (status_tracer(waiter.child.pid))
		status_await(waiter.child.pid, 'Z');
	fault_load(&trace, &waiter.place, "ktrace.out");
	fault_must_be_whole(&trace);
	item = trace_find(&trace, NULL, read_back);
	while (item && item->record.sysret.error)
		item = trace_find(&trace, item, read_back);
	assert_non_null(item);
	assert_int_equal(item->record.sysret.retval, 4);
	item = trace_find(&trace, NULL,
			  (struct trace_match){ .kind = KTR_GENIO });
	assert_non_null(item);
	assert_memory_equal(item->record.genio.data, "word", 4);
	trace_done(&trace);
	waiter_finish(&waiter, "word");
}

static void test_stopped(void **state)
{
	struct waiter waiter;
	pid_t recorder;

	waiter_start(&waiter, state, cat);
	kill(waiter.child.pid, SIGSTOP);
	status_await(waiter.child.pid, 'T');
	recorder = attach_to(&waiter.place, plain, waiter.child.pid);
	status_await(waiter.child.pid, 't');
	attach_end(recorder, waiter.child.pid);
	status_await(waiter.child.pid, 'T');
	recorder = attach_to(&waiter.place, plain, waiter.child.pid);
	kill(waiter.child.pid, SIGCONT);
	status_await(waiter.child.pid, 'S');
	assert_int_equal(status_tracer(waiter.child.pid), recorder);
	waiter_finish(&waiter, "");
}

/* Nothing of a recorder that is killed remains, and the next one may come. */
static void test_killed(void **state)
{
	struct waiter waiter;

	waiter_start(&waiter, state, cat);
	for (int i = 0; i < 5; i++) {
		pid_t recorder = attach_to(&waiter.place, plain,
					   waiter.child.pid);

		kill(recorder, SIGKILL);
		while (status_tracer(waiter.child.pid))
			;
		status_await(waiter.child.pid, 'S');
	}
	waiter_finish(&waiter, "");
}

/* ---- who is busy ---- */

/* Both users, and all stages of .ci/run, have some 500 together. With a
 * sanitizer in the recorder, and in a guest, a round takes several times as
 * long. */
#if defined(__SANITIZE_ADDRESS__) || defined(__aarch64__)
#define ROUNDS 40
#else
#define ROUNDS 120
#endif

/* Recorders come and go: asked by a signal, and by who has nothing left to be
 * recorded. */
static void test_busy(void **state)
{
	static const char *const argv[] = { "prog:crowd", NULL };
	static const char *const paths[] = { "-tn", "-p", NULL };
	static const char *const *const option_sets[] = { plain, inherit,
							  paths };
	struct waiter waiter;

	waiter_start(&waiter, state, argv);
	for (unsigned i = 0; i < ROUNDS; i++) {
		const char *const *options =
		    option_sets[i % ARRAY_LEN(option_sets)];
		pid_t recorder = attach_to(&waiter.place, options,
					   waiter.child.pid);

		if (i % 2)
			attach_clear(&waiter.place, recorder, waiter.child.pid);
		else
			attach_end(recorder, waiter.child.pid);
	}
	waiter_finish(&waiter, "done\n");
}

/* Who forks all the time loses no child, and none is left behind. */
static void test_forking(void **state)
{
	static const char *const argv[] = {
		"sh", "-c",
		"read word; i=0; while [ $i -lt 300 ]; do /bin/true || exit 1; "
		"i=$((i + 1)); done; echo $i",
		NULL
	};
	struct trace_match born = { .kind = KTR_PROCCTOR };
	struct waiter waiter;
	struct trace trace;

	waiter_start(&waiter, state, argv);
	assert_int_equal(write(waiter.in.write, "go\n", 3), 3);
	attach_to(&waiter.place, inherit, waiter.child.pid);
	fault_close(&waiter.in.write);
	while (status_tracer(waiter.child.pid))
		status_await(waiter.child.pid, 'Z');
	fault_load(&trace, &waiter.place, "ktrace.out");
	fault_must_be_whole(&trace);
	assert_true(trace_count(&trace, born) > 10);
	trace_done(&trace);
	waiter_finish(&waiter, "300\n");
}

/* ---- who is meant ---- */

static void lead_group(void *context)
{
	(void)context;
	setpgid(0, 0);
}

/* A shell, its child and its grandchild: which of them are traced then. */
static void try_family(void **state, const char *const *options, bool below,
		       bool all)
{
	static const char *const argv[] = { "sh", "-c",
					    "sh -c 'cat; exit 0'; exit 0",
					    NULL };
	struct run_spec spec = { .argv = argv, .prepare = lead_group };
	struct run_result result;
	struct waiter waiter;
	pid_t child, grandchild, recorder;

	waiter_start_spec(&waiter, state, &spec);
	child = attach_child_of(waiter.child.pid);
	grandchild = attach_child_of(child);
	status_await(grandchild, 'S');
	attach_try(&result, &waiter.place, options,
		   below ? child : waiter.child.pid);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	recorder = status_tracer(grandchild);
	assert_int_equal(recorder != 0, all || below);
	assert_int_equal(status_tracer(child), recorder);
	assert_int_equal(status_tracer(waiter.child.pid) != 0, !below);
	waiter_finish(&waiter, "");
}

static void test_family(void **state)
{
	static const char *const descendants[] = { "-d", "-p", NULL };
	static const char *const group[] = { "-g", NULL };

	try_family(state, plain, false, false);
	try_family(state, descendants, false, true);
	try_family(state, descendants, true, false);
	try_family(state, group, false, true);
}

/* A shell that attaches to itself, and goes on. */
static void test_oneself(void **state)
{
	struct run_place place;
	char script[PATH_MAX + 128];
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_result result;
	struct trace trace;

	open_place(&place, state);
	snprintf(script, sizeof(script), "%s -i -p $$ && cat /dev/null",
		 place.ktrace);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.err), "");
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	assert_non_null(trace_find(
	    &trace, NULL,
	    (struct trace_match){ .pid = result.pid, .kind = KTR_SYSCALL }));
	assert_non_null(
	    trace_find(&trace, NULL, (struct trace_match){ .kind = KTR_ARGS }));
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

/* ---- who is refused ---- */

static void must_refuse(const struct run_place *place, pid_t pid,
			const char *reason)
{
	struct run_result result;

	attach_try(&result, place, plain, pid);
	assert_true(run_exited(&result, 1));
	if (!strstr(text_string(&result.err), reason))
		fail_msg("not \"%s\", but: %s", reason,
			 text_string(&result.err));
	assert_int_equal(fault_lines(&result.err), 1);
	run_result_done(&result);
}

static void test_nobody(void **state)
{
	struct run_place place;
	pid_t pid;

	open_place(&place, state);
	must_refuse(&place, 4194304 - 1, "no such process");
	pid = fork();
	if (pid == 0)
		_exit(0);
	status_await(pid, 'Z');
	must_refuse(&place, pid, "it has ended");
	waitpid(pid, NULL, 0);
	run_place_close(&place);
}

/* It is asked to change that. */
static void test_traced_already(void **state)
{
	struct waiter waiter;
	pid_t recorder;

	waiter_start(&waiter, state, cat);
	recorder = attach_to(&waiter.place, plain, waiter.child.pid);
	assert_int_equal(attach_to(&waiter.place, signals, waiter.child.pid),
			 recorder);
	control_must_record(&waiter.place, waiter.child.pid, "cnisutypa");
	waiter_finish(&waiter, "");
}

static void forbid(void *context)
{
	(void)context;
	prctl(PR_SET_DUMPABLE, 0);
}

/* What an ordinary user may not look into. */
static void test_ordinary(void **state)
{
	struct run_place place;
	pid_t pid;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_ORDINARY), 0);
	if (!place.drops) {
		printf("skipped: only root has other users' processes\n");
		run_place_close(&place);
		skip();
	}
	must_refuse(&place, getpid(), "it belongs to another user");
	pid = fork();
	if (pid == 0) {
		if (setgid(place.gid) || setuid(place.uid))
			_exit(1);
		forbid(NULL);
		pause();
	}
	status_await(pid, 'S');
	must_refuse(&place, pid, "it may not be looked into");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])
#define ASLEEP(i) cmocka_unit_test_prestate(test_asleep, (void *)&sleepers[i])

int main(void)
{
	const struct CMUnitTest tests[] = {
		ASLEEP(0),
		ASLEEP(1),
		ASLEEP(2),
		ASLEEP(3),
		ASLEEP(4),
		ASLEEP(5),
		AS_BOTH(test_in_a_call),
		AS_BOTH(test_stopped),
		AS_BOTH(test_killed),
		AS_BOTH(test_busy),
		AS_BOTH(test_forking),
		AS_BOTH(test_family),
		AS_BOTH(test_oneself),
		AS_BOTH(test_nobody),
		AS_BOTH(test_traced_already),
		cmocka_unit_test(test_ordinary),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}
