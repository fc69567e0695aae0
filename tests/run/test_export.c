/*
 * kdump-u --freebsd and --netbsd: byte for byte what
 * tests/golden/foreign/make.py makes of the layouts of those kernels; and of a
 * real program's trace, files that say the same when they are read again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "support/command.h"
#include "support/run.h"

#define GOLDEN SOURCE_DIR "/tests/golden/foreign/"

static struct run_place place;
static char trace_path[PATH_MAX], other_path[PATH_MAX];

static const struct kernel {
	const char *name;
	const char *option;
	const char *left_out;
} kernels[] = {
	{ "freebsd", "--freebsd",
	  "kdump-u: FreeBSD has no form for 10 of 62 records: call of a large "
	  "number 2, exit_status 1, label 1, path 1, process 1, psig of a "
	  "signal that is Linux's alone 1, rlimit 1, session 1, session_end "
	  "1\n" },
	{ "netbsd", "--netbsd",
	  "kdump-u: NetBSD has no form for 19 of 62 records: sockaddr 3, call "
	  "of a large number 2, exit_status 1, fault 1, faultend 1, itimerval "
	  "1, path 1, pollfd 1, procdtor 1, process 1, rlimit 1, session 1, "
	  "session_end 1, sigset 1, stat 1, sysctl 1\n" },
};

#define SCRIPT                                                                 \
	"ls / > list; cat list /none > copy; rmdir .; "                        \
	"sh -c 'kill -TERM $$'; echo done | cat"

static int record(void **state)
{
	static const char *const argv[] = { "sh", "./script", NULL };
	static const char *const options[] = { "-i", "-t", "+e", NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;

	(void)state;
	if (run_place_open(&place, RUN_AS_SELF) ||
	    run_place_put(&place, "script", SCRIPT, 0644))
		return -1;
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(WIFEXITED(result.status));
	run_result_done(&result);
	run_place_file(&place, "ktrace.out", trace_path);
	run_place_file(&place, "other", other_path);
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	run_place_close(&place);
	return 0;
}

#define WORDS_MAX 8

/* Runs kdump-u, which ends with a status. */
static struct command_result kdump(int status, const char *const *words)
{
	const char *argv[WORDS_MAX + 2] = { KDUMP_U };
	struct command_result result;

	for (size_t i = 0; words[i]; i++)
		argv[i + 1] = words[i];
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	if (!WIFEXITED(result.status) || WEXITSTATUS(result.status) != status)
		fail_msg("status %#x: %s", result.status,
			 text_string(&result.err));
	return result;
}

static void must_be_file(const char *written, const char *wanted)
{
	_cleanup_(text_done) struct text one = TEXT_INIT, two = TEXT_INIT;

	assert_int_equal(run_read_file(&one, written), 0);
	assert_int_equal(run_read_file(&two, wanted), 0);
	assert_int_equal(one.length, two.length);
	assert_memory_equal(one.data, two.data, one.length);
}

static void test_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kernels); i++) {
		const struct kernel *kernel = &kernels[i];
		const char *const words[] = { kernel->option, "-o", other_path,
					      GOLDEN "linux.ktr", NULL };
		struct command_result result = kdump(0, words);
		char golden[PATH_MAX];

		assert_string_equal(text_string(&result.err), kernel->left_out);
		assert_int_equal(result.out.length, 0);
		snprintf(golden, sizeof(golden), GOLDEN "linux_%s.ktr",
			 kernel->name);
		must_be_file(other_path, golden);
		command_done(&result);
	}
}

/* Errors by their text: their numbers are each kernel's own. */
static struct text without_numbers(struct text *text)
{
	static const char errno_is[] = "-1 errno ";
	const char *at = text_string(text), *found;
	struct text result = TEXT_INIT;

	while ((found = strstr(at, errno_is)) != NULL) {
		found += strlen(errno_is);
		text_bytes(&result, at, (size_t)(found - at));
		at = found + strspn(found, "0123456789");
	}
	text_put(&result, at);
	return result;
}

/* All that has a form everywhere; calls are taken for those of x86-64. */
#ifdef __x86_64__
#define POINTS "cniae"
#else
#define POINTS "niae"
#endif
static struct text read_back(const char *path)
{
	const char *const words[] = { "-HT", "-t", POINTS, path, NULL };
	struct command_result result = kdump(0, words);
	struct text text = without_numbers(&result.out);

	assert_int_equal(result.err.length, 0);
	command_done(&result);
	return text;
}

static void test_round_trip(void **state)
{
	_cleanup_(text_done) struct text wanted = read_back(trace_path);

	(void)state;
	assert_true(POINTS[0] != 'c' ||
		    strstr(text_string(&wanted), "-1 errno  "));
	assert_non_null(strstr(text_string(&wanted), "GIO   fd 1 wrote"));
	for (size_t i = 0; i < ARRAY_LEN(kernels); i++) {
		const char *const words[] = { kernels[i].option, "-o",
					      other_path, trace_path, NULL };
		struct command_result result = kdump(0, words);
		_cleanup_(text_done) struct text seen = read_back(other_path);

		assert_string_equal(text_string(&seen), text_string(&wanted));
		command_done(&result);
	}
}

/* The rights are the trace's, and what is secret is masked on the way. */
static void test_redacted(void **state)
{
	const char *const words[] = { "--freebsd", "--redact=script", "-o",
				      other_path,  trace_path,        NULL };
	struct command_result result;
	struct stat status;

	(void)state;
	assert_int_equal(chmod(trace_path, 0640), 0);
	result = kdump(0, words);
	command_done(&result);
	assert_int_equal(stat(other_path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
	result = kdump(0, (const char *[]){ "-ta", other_path, NULL });
	assert_null(strstr(text_string(&result.out), "script"));
	assert_non_null(strstr(text_string(&result.out), "\"./******\""));
	command_done(&result);
}

/* Damage is told, and what is in front of it is there. */
static void test_damaged(void **state)
{
	struct command_result result;
	char command[3 * PATH_MAX];

	(void)state;
	unlink(other_path);
	snprintf(command, sizeof(command),
		 "head -c 5000 %s | %s --netbsd -o %s -", trace_path, KDUMP_U,
		 other_path);
	assert_int_equal(
	    command_run(&result, -1, -1,
			(const char *[]){ "sh", "-c", command, NULL }),
	    0);
	assert_true(WIFEXITED(result.status));
	assert_int_equal(WEXITSTATUS(result.status), 1);
	assert_non_null(strstr(text_string(&result.err),
			       "kdump-u: standard input: offset "));
	command_done(&result);
	result = kdump(0, (const char *[]){ "-tc", other_path, NULL });
	assert_non_null(strstr(text_string(&result.out), " CALL  "));
	command_done(&result);
}

/* What is another kernel's already, and files that are none. */
static void test_refused(void **state)
{
	static const struct refusal {
		const char *file;
		const char *target;
		const char *why;
	} refusals[] = {
		{ GOLDEN "netbsd2.ktr", "other", "another kernel's trace" },
		{ GOLDEN "freebsd1.ktr", "other", "another kernel's trace" },
		{ NULL, "ktrace.out", "is the trace itself" },
		{ NULL, ".", "is no regular file" },
		{ NULL, "none/other", "No such file" },
	};
	char target[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const char *const words[] = { "--freebsd", "-o", target,
					      refusals[i].file ?: trace_path,
					      NULL };
		struct command_result result;

		run_place_file(&place, refusals[i].target, target);
		unlink(other_path);
		result = kdump(1, words);
		if (!strstr(text_string(&result.err), refusals[i].why))
			fail_msg("%s: %s", target, text_string(&result.err));
		assert_int_equal(access(other_path, F_OK), -1);
		command_done(&result);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_redacted),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_refused),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, record, remove_all);
}
