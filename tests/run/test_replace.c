/*
 * Traces and databases replace files, and nothing else: what is no regular file
 * stays what it is, and is left alone before anything is done.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/command.h"
#include "support/run.h"

#define WORDS 8

static const struct making {
	const char *words[WORDS]; /* the name comes behind them */
	const char *command;      /* and that behind it, or NULL */
} makings[] = {
	{ { KTRACE_U, "-f" }, "true" },
	{ { KTRACE_U, "--rotate", "1M", "-f" }, "true" },
	{ { KTRACE_U, "--ring", "1M", "-f" }, "true" },
	{ { KAUDIT_U, "run", "-f" }, "true" },
	{ { KDUMP_U, "-f", "trace", "--redact", "-o" }, NULL },
	{ { KDUMP_U, "-f", "trace", "--sqlite" }, NULL },
};

static void make_fifo(const char *name)
{
	assert_int_equal(mkfifo(name, 0600), 0);
}

static void make_directory(const char *name)
{
	assert_int_equal(mkdir(name, 0700), 0);
}

static void make_device(const char *name)
{
	if (mknod(name, S_IFCHR | 0600, 0x103) < 0)
		make_fifo(name);
}

static void (*const things[])(const char *name) = { make_fifo, make_directory,
						    make_device };

static void must_stay(const struct making *making, mode_t type)
{
	const char *argv[WORDS + 3] = { NULL };
	struct command_result result;
	struct stat status;
	size_t count = 0;

	while (making->words[count]) {
		argv[count] = making->words[count];
		count++;
	}
	argv[count++] = "thing";
	argv[count] = making->command;
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_true(WIFEXITED(result.status) && WEXITSTATUS(result.status));
	assert_non_null(strstr(text_string(&result.err), "thing"));
	assert_int_equal(lstat("thing", &status), 0);
	assert_int_equal(status.st_mode & S_IFMT, type);
	command_done(&result);
}

static void test_stays(void **state)
{
	static const char *const trace[] = { KTRACE_U, "-f", "trace", "true",
					     NULL };
	struct command_result result;
	struct run_place place;
	struct stat status;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(chdir(place.path), 0);
	assert_int_equal(command_run(&result, -1, -1, trace), 0);
	assert_int_equal(result.status, 0);
	command_done(&result);
	for (size_t i = 0; i < ARRAY_LEN(things); i++) {
		things[i]("thing");
		assert_int_equal(lstat("thing", &status), 0);
		for (size_t j = 0; j < ARRAY_LEN(makings); j++)
			must_stay(&makings[j], status.st_mode & S_IFMT);
		assert_true(!unlink("thing") || !rmdir("thing"));
	}
	run_place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stays) };

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("replace", tests, NULL, NULL);
}
