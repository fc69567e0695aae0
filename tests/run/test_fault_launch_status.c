/*
 * How a command ends, or fails to start, as its parent sees it: statuses and
 * signals pass on untouched, and what the shell would say of a command that
 * cannot be executed, ktrace-u says too: 127 and 126. Its own failures are 125,
 * and 2 where it was called wrongly.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"

#define STATUS_EXEC_FAILED 126
#define STATUS_NOT_FOUND   127
#define STATUS_OURS        125
#define STATUS_USAGE       2

/* ---- what the place holds ---- */

static void make_files(const struct run_place *place)
{
	char path[PATH_MAX];

	assert_int_equal(run_place_put(place, "plain", "no program\n", 0644),
			 0);
	assert_int_equal(
	    run_place_put(place, "script", "echo \"$0 $*\"; exit 9", 0755), 0);
	assert_int_equal(
	    run_place_put(place, "lost", "#!/nonexistent/shell\n", 0755), 0);
	assert_int_equal(run_place_put(place, "shell",
				       "#!/bin/sh\necho shell; exit 8\n", 0755),
			 0);
	assert_int_equal(mkdir(run_place_file(place, "folder", path), 0755), 0);
	assert_int_equal(mkdir(run_place_file(place, "bin", path), 0755), 0);
	assert_int_equal(run_place_put(place, "bin/found",
				       "#!/bin/sh\necho found; exit 7\n", 0755),
			 0);
	if (place->drops)
		assert_int_equal(chown(run_place_file(place, "bin", path),
				       place->uid, place->gid),
				 0);
}

static void check_trace(const struct run_place *place)
{
	struct text why = TEXT_INIT;
	struct trace trace;
	char path[PATH_MAX];

	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!trace_is_whole(&trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	trace_done(&trace);
	unlink(path);
}

static void run_one(const struct run_place *place, const char *const *argv,
		    const char *const *options, struct run_result *ret)
{
	struct run_spec spec = { .argv = argv, .trace = options };

	assert_int_equal(run_program(ret, place, &spec), 0);
	assert_false(ret->timed_out);
}

/* The same with another PATH. */
static void run_along(const struct run_place *place, const char *path,
		      const char *const *argv, const char *const *options,
		      struct run_result *ret)
{
	const char *words[16] = { "sh", "-c", "export PATH=\"$0\"; exec \"$@\"",
				  path, place->ktrace };
	size_t count = 5;

	for (; *options; options++)
		words[count++] = *options;
	for (; *argv; argv++)
		words[count++] = *argv;
	run_one(place, words, NULL, ret);
}

/* ---- what cannot be executed, and what can ---- */

static const struct lookup {
	const char *argv[4];
	const char *path; /* PATH, NULL: as it is */
	int status;
	const char *output;
	bool complains; /* a line of ours on standard error */
} lookups[] = {
	{ { "nothing-of-that-name" }, NULL, STATUS_NOT_FOUND, "", true },
	{ { "/nonexistent/x" }, NULL, STATUS_NOT_FOUND, "", true },
	{ { "./plain/x" }, NULL, STATUS_NOT_FOUND, "", true },
	{ { "" }, NULL, STATUS_NOT_FOUND, "", true },
	{ { "./plain" }, NULL, STATUS_EXEC_FAILED, "", true },
	{ { "./folder" }, NULL, STATUS_EXEC_FAILED, "", true },
	{ { "/" }, NULL, STATUS_EXEC_FAILED, "", true },
	{ { "./lost" }, NULL, STATUS_EXEC_FAILED, "", true },
	{ { "./script", "a", "b c" }, NULL, 9, "./script a b c\n", false },
	{ { "./shell" }, NULL, 8, "shell\n", false },
	{ { "bin/found" }, NULL, 7, "found\n", false },
	{ { "found" }, "/nonexistent:bin", 7, "found\n", false },
	{ { "found" }, "/nonexistent:/bin", STATUS_NOT_FOUND, "", true },
	/* An empty part of PATH is the working directory. */
	{ { "shell" }, "", 8, "shell\n", false },
	{ { "shell" }, "/nonexistent:", 8, "shell\n", false },
	/* Found but not executable is not the same as not found. */
	{ { "plain" }, ".", STATUS_EXEC_FAILED, "", true },
	{ { "lost" }, ".", STATUS_EXEC_FAILED, "", true },
	{ { "true" }, NULL, 0, "", false },
};

static void check_lookup(const struct lookup *lookup,
			 const struct run_place *place,
			 const char *const *options)
{
	struct run_result result;

	if (lookup->path)
		run_along(place, lookup->path, lookup->argv, options, &result);
	else
		run_one(place, lookup->argv, options, &result);
	if (!run_exited(&result, lookup->status))
		fail_msg("%s along %s", lookup->argv[0],
			 lookup->path ? lookup->path : "PATH");
	assert_string_equal(text_string(&result.out), lookup->output);
	if (!lookup->complains) {
		assert_int_equal(result.err.length, 0);
	} else {
		/* One line, which names the command. */
		const char *end = strchr(text_string(&result.err), '\n');

		assert_non_null(strstr(text_string(&result.err), "ktrace-u: "));
		assert_non_null(
		    strstr(text_string(&result.err), lookup->argv[0]));
		assert_non_null(end);
		assert_int_equal(end[1], '\0');
	}
	run_result_done(&result);
	check_trace(place);
}

static void test_lookup(void **state)
{
	static const char *const plain[] = { "-f", "ktrace.out", NULL };
	static const char *const inherit[] = { "-i", NULL };
	const enum run_user *user = *state;
	struct run_place place;

	assert_int_equal(run_place_open(&place, *user), 0);
	make_files(&place);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		check_lookup(&lookups[i], &place, plain);
		check_lookup(&lookups[i], &place, inherit);
	}
	run_place_close(&place);
}

/* ---- our own failures ---- */

static const struct failure {
	const char *options[4];
	int status;
	const char *names; /* what its line names */
} failures[] = {
	{ { "-f", "/nonexistent/folder/file", NULL },
	  STATUS_OURS,
	  "/nonexistent/folder/file" },
	{ { "-f", "folder", NULL }, STATUS_OURS, "folder" },
	{ { "-a", "-f", "folder", NULL }, STATUS_OURS, "folder" },
	{ { "--fd", "77", NULL }, STATUS_OURS, "77" },
	{ { "--no-such-option", NULL }, STATUS_USAGE, "no-such-option" },
	{ { "-t", "?", NULL }, STATUS_USAGE, "?" },
	{ { "--syscalls=no_such_call", NULL }, STATUS_USAGE, "no_such_call" },
};

static void test_own_failures(void **state)
{
	static const char *const argv[] = { "sh", "-c", "echo ran", NULL };
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	make_files(&place);
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		struct run_result result;

		run_one(&place, argv, failures[i].options, &result);
		if (!run_exited(&result, failures[i].status))
			fail_msg("%s", failures[i].options[0]);
		/* The command did not run. */
		assert_int_equal(result.out.length, 0);
		assert_non_null(
		    strstr(text_string(&result.err), failures[i].names));
		run_result_done(&result);
	}
	run_place_close(&place);
}

/* ---- statuses and signals ---- */

/* exit_status says what the parent was told. */
static void check_told(const struct run_place *place, int status)
{
	const struct trace_item *end;
	struct trace trace;
	char path[PATH_MAX];
	int64_t number = -1;
	struct trace_match match = { .kind = KTR_STRUCT,
				     .name = KTR_STRUCT_EXIT_STATUS };

	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	end = trace_find(&trace, NULL, match);
	assert_non_null(end);
	if (WIFEXITED(status)) {
		assert_true(trace_number(end, "status", &number));
		assert_int_equal(number, WEXITSTATUS(status));
	} else {
		assert_true(trace_number(end, "signal", &number));
		assert_int_equal(number, WTERMSIG(status));
		assert_true(trace_number(end, "core", &number));
		assert_int_equal(number, WCOREDUMP(status) != 0);
	}
	trace_done(&trace);
}

static const char *const few_points[] = { "-t", "s", NULL };

static int run_shell(const struct run_place *place, const char *line,
		     bool traced)
{
	const char *const argv[] = { "sh", "-c", line, NULL };
	struct run_result result;
	int status;

	run_one(place, argv, traced ? few_points : NULL, &result);
	assert_int_equal(result.err.length, 0);
	assert_int_equal(result.out.length, 0);
	status = result.status;
	run_result_done(&result);
	return status;
}

static void test_statuses(void **state)
{
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	for (int status = 0; status < 256; status++) {
		char line[32];
		int got;

		snprintf(line, sizeof(line), "exit %d", status);
		got = run_shell(&place, line, true);
		assert_int_equal(got, W_EXITCODE(status, 0));
		check_told(&place, got);
	}
	run_place_close(&place);
}

/* Those that end a process by default. */
static bool is_fatal(int number)
{
	switch (number) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return false;
	default:
		/* 32 and 33 are the C library's. */
		return number < 32 || number >= SIGRTMIN;
	}
}

static void test_signals(void **state)
{
	struct run_place place;
	unsigned cores = 0;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	for (int number = 1; number <= SIGRTMAX; number++) {
		char line[64];
		int native, traced;

		if (!is_fatal(number))
			continue;
		snprintf(line, sizeof(line), "ulimit -c unlimited; kill -%d $$",
			 number);
		native = run_shell(&place, line, false);
		traced = run_shell(&place, line, true);
		assert_true(WIFSIGNALED(native));
		assert_int_equal(WTERMSIG(native), number);
		assert_int_equal(traced, native);
		check_told(&place, traced);
		cores += WCOREDUMP(native) != 0;
	}
	printf("%u of them dumped core\n", cores);
	run_place_close(&place);
}

int main(void)
{
	static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };
	const struct CMUnitTest tests[] = {
		{ "what can be executed, as oneself", test_lookup, NULL, NULL,
		  &users[0] },
		{ "what can be executed, as an ordinary user", test_lookup,
		  NULL, NULL, &users[1] },
		cmocka_unit_test(test_own_failures),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests_name("launch_status", tests, NULL, NULL);
}
