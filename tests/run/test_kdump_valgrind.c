/*
 * kdump-u under valgrind, over every golden trace, good and broken, as text and
 * as JSON: no byte is looked at that is not there, and nothing is left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/array.h"
#include "base/text.h"
#include "support/command.h"
#include "support/golden.h"

#define FOUND "--error-exitcode=99" /* no status of kdump-u's own */

#if defined(__has_feature)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#else
#define HAS_SANITIZER 0
#endif

static const char *why_not(void)
{
	static const char *const argv[] = { "valgrind", "--version", NULL };
	struct command_result result;
	bool is_there;

	if (HAS_SANITIZER)
		return "valgrind cannot run what a sanitizer has instrumented";
	if (IS_STATIC)
		return "valgrind takes a static C library for faulty";
	if (command_run(&result, -1, -1, argv))
		return "valgrind cannot be started";
	is_there = WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0;
	command_done(&result);
	return is_there ? NULL : "valgrind is not installed";
}

static void check(const char *file, const char *option, int status)
{
	static const char *const valgrind[] = {
		"valgrind",
		"-q",
		FOUND,
		"--leak-check=full",
		"--show-leak-kinds=all",
		"--errors-for-leak-kinds=all",
	};
	const char *argv[ARRAY_LEN(valgrind) + 4] = { NULL };
	struct command_result result;

	memcpy(argv, valgrind, sizeof(valgrind));
	argv[ARRAY_LEN(valgrind)] = KDUMP_U;
	argv[ARRAY_LEN(valgrind) + 1] = option;
	argv[ARRAY_LEN(valgrind) + 2] = file;
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	if (!WIFEXITED(result.status) || WEXITSTATUS(result.status) != status)
		fail_msg("%s %s: status 0x%x: %s", option, file, result.status,
			 text_string(&result.err));
	command_done(&result);
}

static void check_all(const struct golden *golden, const char *folder,
		      int status)
{
	char file[256];

	for (; golden->name; golden++) {
		snprintf(file, sizeof(file), "%s%s.ktr", folder, golden->name);
		check(file, "-HTERAS", status);
		check(file, "--json", status);
	}
}

static void test_good(void **state)
{
	(void)state;
	check_all(golden_good, "", 0);
}

static void test_broken(void **state)
{
	(void)state;
	check_all(golden_broken, "broken/", 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_broken),
	};
	const char *reason = why_not();

	if (reason) {
		printf("skipped: %s\n", reason);
		return 77;
	}
	if (chdir(SOURCE_DIR "/tests/golden") < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
