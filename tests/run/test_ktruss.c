/*
 * ktruss-u: shows calls as they are made, and the command is as if it were not
 * there: its output, its descriptors, how it ends.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/control.h"
#include "support/fault.h"
#include "support/status.h"

#define WORDS_MAX 16

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

/* Options and a command, up to a NULL. */
static void run_ktruss(struct run_result *ret, const struct run_place *place,
		       const char *const *words)
{
	const char *argv[WORDS_MAX] = { place->ktruss };
	const struct run_spec spec = { .argv = argv };

	for (size_t i = 0; words[i]; i++) {
		assert_true(i + 2 < WORDS_MAX);
		argv[i + 1] = words[i];
	}
	assert_int_equal(run_program(ret, place, &spec), 0);
}

static void must_contain(struct text *text, const char *wanted)
{
	if (!strstr(text_string(text), wanted))
		fail_msg("no \"%s\" in:\n%s", wanted, text_string(text));
}

/* ---- a command ---- */

static const struct ending {
	const char *script;
	int status; /* as wait(2) has it */
	const char *out;
	const char *shown;
} endings[] = {
	{ "echo said; exit 3", W_EXITCODE(3, 0), "said\n",
	  "+++ exited with 3 +++\n" },
	{ "kill -TERM $$", W_EXITCODE(0, SIGTERM), "",
	  "+++ killed by SIGTERM +++\n" },
	{ "kill -KILL $$", W_EXITCODE(0, SIGKILL), "",
	  "+++ killed by SIGKILL +++\n" },
	{ "printf 'a\\tb'", 0, "a\tb", ">, \"a\\tb\", 3) = 3 <0." },
	{ "cd /nonexistent", W_EXITCODE(2, 0), "",
	  "chdir(\"/nonexistent\") = -1 ENOENT (No such file or directory)" },
};

static void test_ends_as_command(void **state)
{
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		const char *const words[] = { "sh", "-c", endings[i].script,
					      NULL };
		struct run_result result;

		run_ktruss(&result, &place, words);
		assert_int_equal(result.status & ~0x80, endings[i].status);
		assert_string_equal(text_string(&result.out), endings[i].out);
		must_contain(&result.err, endings[i].shown);
		run_result_done(&result);
	}
	run_place_close(&place);
}

/* The same descriptors as natively. */
static void test_descriptors(void **state)
{
	static const char *const argv[] = {
		"sh", "-c", "for f in /proc/self/fd/*; do echo $f; done", NULL
	};
	const struct run_spec spec = { .argv = argv };
	struct run_result native, shown;
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	assert_int_equal(run_program(&native, &place, &spec), 0);
	run_ktruss(&shown, &place, argv);
	assert_string_equal(text_string(&shown.out), text_string(&native.out));
	run_result_done(&native);
	run_result_done(&shown);
	run_place_close(&place);
}

static void test_no_command(void **state)
{
	static const char *const absent[] = { "/nonexistent/x", NULL };
	static const char *const nothing[] = { "-E", NULL };
	static const char *const both[] = { "-p", "1", "true", NULL };
	static const char *const bad[] = { "-p", "x", NULL };
	struct run_result result;
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	run_ktruss(&result, &place, absent);
	assert_true(run_exited(&result, 127));
	must_contain(&result.err, "/nonexistent/x");
	run_result_done(&result);
	run_ktruss(&result, &place, nothing);
	assert_true(run_exited(&result, 2));
	must_contain(&result.err, "one of them\nusage: ");
	run_result_done(&result);
	run_ktruss(&result, &place, both);
	assert_true(run_exited(&result, 2));
	run_result_done(&result);
	run_ktruss(&result, &place, bad);
	assert_true(run_exited(&result, 2));
	must_contain(&result.err, "-p: \"x\" is not a process id\n");
	run_result_done(&result);
	run_place_close(&place);
}

/* It lies where no recorder is. */
static void test_no_recorder(void **state)
{
	struct run_spec spec = { .argv = (const char *[]){
				     "env", "PATH=/nonexistent", "./alone",
				     "true", NULL } };
	const char *copy[] = { "cp", NULL, "alone", NULL };
	struct run_spec copying = { .argv = copy };
	struct run_result result;
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	copy[1] = place.ktruss;
	assert_int_equal(run_program(&result, &place, &copying), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 125));
	assert_string_equal(text_string(&result.err),
			    "ktruss-u: ktrace-u: No such file or directory\n");
	run_result_done(&result);
	run_place_close(&place);
}

/* ---- where it is shown ---- */

/* The same lines live, from a file, and by kdump-u -j. */
static void test_file(void **state)
{
	static const char *const argv[] = { "cat", "/etc/passwd", NULL };
	static const char *const shown[] = { "-f", "ktrace.out", NULL };
	const struct run_spec spec = { .argv = argv,
				       .trace = (const char *[]){ NULL } };
	const struct run_spec kdump = { .argv = (const char *[]){ KDUMP_U, "-j",
								  NULL } };
	struct run_result result, other;
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	run_ktruss(&result, &place, shown);
	assert_true(run_exited(&result, 0));
	assert_int_equal(run_program(&other, &place, &kdump), 0);
	must_contain(&result.err, "openat(AT_FDCWD, \"/etc/passwd\"");
	assert_string_equal(text_string(&result.err), text_string(&other.out));
	run_result_done(&other);
	run_result_done(&result);
	run_place_close(&place);
}

/* Who made a call stands below it. */
static void test_stacks(void **state)
{
	static const char *const words[] = { "-k", "cat", "/etc/passwd", NULL };
	struct run_result result;
	struct run_place place;
	const char *call;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	run_ktruss(&result, &place, words);
	assert_true(run_exited(&result, 0));
	call = strstr(text_string(&result.err),
		      "openat(AT_FDCWD, \"/etc/passwd\"");
	assert_non_null(call);
	call += strcspn(call, "\n");
	assert_memory_equal(call, "\n       #0  /", 13);
	assert_null(strstr(text_string(&result.err), "struct mapping"));
	run_result_done(&result);
	run_place_close(&place);
}

static void test_output(void **state)
{
	static const char *const words[] = {
		"-o", "shown", "-i", "sh", "-c", "true; /bin/true; exit 4", NULL
	};
	struct text shown = TEXT_INIT;
	struct run_result result;
	struct run_place place;
	char path[PATH_MAX];

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	run_ktruss(&result, &place, words);
	assert_true(run_exited(&result, 4));
	assert_string_equal(text_string(&result.err), "");
	assert_int_equal(
	    run_read_file(&shown, run_place_file(&place, "shown", path)), 0);
	must_contain(&shown, "execve(\"/bin/true\", [\"/bin/true\"], ");
	text_done(&shown);
	run_result_done(&result);
	run_place_close(&place);
}

/* Who reads it goes away: the command does not notice. */
static void test_reader_gone(void **state)
{
	const char *argv[] = { NULL, "sh", "-c",
			       "i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); "
			       "test -e /; done; echo $i; exit 5",
			       NULL };
	struct fault_pipe err = fault_pipe();
	struct run_spec spec = { .argv = argv, .err = err.write };
	struct run_result result;
	struct run_place place;
	struct run_child child;
	char byte;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	argv[0] = place.ktruss;
	assert_int_equal(run_start(&child, &place, &spec), 0);
	fault_close(&err.write);
	assert_int_equal(read(err.read, &byte, 1), 1);
	fault_close(&err.read);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 5));
	assert_string_equal(text_string(&result.out), "3000\n");
	run_result_done(&result);
	run_place_close(&place);
}

/* ---- a process that runs ---- */

static void await_text(int fd, const char *wanted)
{
	struct text all = TEXT_INIT;
	char piece[4096];

	while (!strstr(text_string(&all), wanted)) {
		ssize_t got;

		if (!fault_await(fd, 30000))
			fail_msg("no \"%s\" in:\n%s", wanted,
				 text_string(&all));
		got = read(fd, piece, sizeof(piece));
		assert_true(got > 0);
		text_bytes(&all, piece, (size_t)got);
	}
	text_done(&all);
}

/* What it waits in is shown before it returns, what it does at once; and when
 * interrupted it lets go. */
static void test_attach(void **state)
{
	static const char *const cat[] = { "cat", NULL };
	const char *argv[] = { NULL, "-p", NULL, NULL };
	struct fault_pipe err = fault_pipe();
	struct run_spec spec = { .argv = argv, .err = err.write };
	struct control_target target;
	struct run_result result;
	struct run_child child;
	char pid[16];

	control_open(&target, *(enum run_user *)*state, cat);
	snprintf(pid, sizeof(pid), "%d", target.child.pid);
	argv[0] = target.place.ktruss;
	argv[2] = pid;
	assert_int_equal(run_start(&child, &target.place, &spec), 0);
	fault_close(&err.write);
	await_text(err.read, "read(0<");
	control_say(&target, "word");
	await_text(err.read, ">, \"word\\n\", 5) = 5 <");
	kill(child.pid, SIGINT);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 0));
	assert_int_equal(status_tracer(target.child.pid), 0);
	control_say(&target, "on");
	control_close(&target);
	fault_close(&err.read);
	run_result_done(&result);
}

static void test_attach_nobody(void **state)
{
	static const char *const words[] = { "-p", "2147483647", NULL };
	struct run_result result;
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	run_ktruss(&result, &place, words);
	assert_true(run_exited(&result, 1));
	must_contain(&result.err, "no such process");
	assert_int_equal(fault_lines(&result.err), 1);
	run_result_done(&result);
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_ends_as_command),
		AS_BOTH(test_descriptors),
		AS_BOTH(test_no_command),
		AS_BOTH(test_stacks),
		AS_BOTH(test_output),
		AS_BOTH(test_reader_gone),
		AS_BOTH(test_attach),
		cmocka_unit_test(test_no_recorder),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_attach_nobody),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("ktruss", tests, NULL, NULL);
}
