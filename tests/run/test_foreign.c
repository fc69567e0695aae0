/*
 * kdump-u over the trace files of other kernels, which tests/golden/foreign has
 * of every version: what it prints must equal the files there, and they must be
 * what make.py makes of the documented layouts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "support/command.h"
#include "support/golden_run.h"

static const char *const names[] = {
	"freebsd0",      "freebsd0_arm",    "freebsd0_big",     "freebsd1",
	"freebsd1_big",  "freebsd_i386",    "netbsd0",          "netbsd0_i386",
	"netbsd1",       "netbsd1_sparc",   "netbsd2",          "netbsd2_arm",
	"netbsd2_big",   "netbsd2_i386",    "netbsd2_sparc",    "netbsd_mixed",
	"netbsd_old",    "netbsd_old_i386", "netbsd_old_sparc", "openbsd",
	"openbsd_arm",   "openbsd_big",     "openbsd_i386",     "linux",
	"linux_freebsd", "linux_netbsd",
};

static const char *const broken[] = {
	"freebsd0_cut",    "freebsd1_spoilt", "netbsd2_cut",
	"netbsd2_spoilt",  "netbsd2_payload", "openbsd_cut",
	"openbsd_payload",
};

static void check(const char *words, const char *name, const char *wanted)
{
	struct command_result result;
	char path[256];

	snprintf(path, sizeof(path), "%s.ktr", name);
	result = golden_run(KDUMP_U, words, path);
	if (golden_run_status(&result) != 0 || result.err.length > 0)
		fail_msg("kdump-u %s %s: %s", words, path,
			 text_string(&result.err));
	golden_run_must_equal(&result.out, wanted);
	command_done(&result);
}

static void test_lines(void **state)
{
	char wanted[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(wanted, sizeof(wanted), "%s.txt", names[i]);
		check("-HA", names[i], wanted);
	}
}

/* Each form, and what asks for names. */
static const struct form_case {
	const char *name;
	const char *words;
} form_cases[] = {
	{ "freebsd1", "-j" },
	{ "netbsd2", "-j" },
	{ "openbsd", "-j" },
	{ "freebsd0_big", "-j" },
	{ "freebsd1", "--json" },
	{ "netbsd2_sparc", "--json" },
	{ "openbsd_i386", "--json" },
	{ "freebsd1", "--stats -S" },
	{ "netbsd2", "--stats --json" },
	{ "freebsd1", "--tree" },
	{ "netbsd2", "--tree" },
	{ "openbsd", "--tree --json" },
	{ "freebsd1", "--chrome" },
	{ "openbsd", "--summary" },
	{ "freebsd1", "-TEc" },
	{ "netbsd2", "-t n" },
	{ "freebsd1", "-n" },
	{ "freebsd1", "-jw errno=EAGAIN" },
	{ "netbsd2", "-jw errno=ENOSYS" },
	{ "freebsd1", "-w signal=USR1" },
	{ "netbsd2", "-jw call=openat,__sysctl" },
	{ "openbsd", "-jw call=@file" },
	{ "openbsd", "-jw call='!@file,!@desc'" },
	{ "freebsd1", "-jw path=/etc/**" },
	{ "freebsd1", "--origin=freebsd -tc" },
	{ "linux_freebsd", "-j" },
	{ "linux_netbsd", "-j" },
};

static void test_forms(void **state)
{
	char wanted[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(form_cases); i++) {
		snprintf(wanted, sizeof(wanted), "forms/%s %s.txt",
			 form_cases[i].name, form_cases[i].words);
		for (char *at = wanted + strlen("forms/"); *at; at++)
			if (strchr(" /*'", *at))
				*at = '_';
		check(form_cases[i].words, form_cases[i].name, wanted);
	}
}

/* All that is good is printed; then there is one line that says where. */
static void test_broken(void **state)
{
	struct command_result result;
	char path[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		snprintf(path, sizeof(path), "broken/%s.ktr", broken[i]);
		result = golden_run(KDUMP_U, "-H", path);
		assert_int_equal(golden_run_status(&result), 1);
		snprintf(path, sizeof(path), "broken/%s.txt", broken[i]);
		golden_run_must_equal(&result.out, path);
		snprintf(path, sizeof(path), "broken/%s.err", broken[i]);
		golden_run_must_equal(&result.err, path);
		command_done(&result);
	}
}

/* Through a pipe they are read as from a file. */
static void test_pipe(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct command_result result;
		char command[256], wanted[64];

		snprintf(command, sizeof(command), "cat %s.ktr | %s -HA -",
			 names[i], KDUMP_U);
		snprintf(wanted, sizeof(wanted), "%s.txt", names[i]);
		assert_int_equal(
		    command_run(&result, -1, -1,
				(const char *[]){ "sh", "-c", command, NULL }),
		    0);
		assert_int_equal(result.err.length, 0);
		golden_run_must_equal(&result.out, wanted);
		command_done(&result);
	}
}

/* Whose a file is said to be counts more than what it looks like. */
static void test_origin(void **state)
{
	struct command_result result;

	(void)state;
	result = golden_run(KDUMP_U, "--origin=linux", "netbsd2.ktr");
	assert_int_equal(golden_run_status(&result), 1);
	assert_string_equal(text_string(&result.err),
			    "kdump-u: netbsd2.ktr: offset 0: this is no "
			    "version 1 record header\n");
	command_done(&result);
	result = golden_run(KDUMP_U, "--origin=plan9", "netbsd2.ktr");
	assert_int_equal(golden_run_status(&result), 2);
	assert_non_null(strstr(text_string(&result.err),
			       "kdump-u: --origin: \"plan9\" is not linux, "
			       "freebsd, netbsd or openbsd\n"));
	command_done(&result);
}

/* The files are those that the layouts give. */
static void test_bytes(void **state)
{
	_cleanup_free_ char *folder = strdup("/tmp/ktrace-u-foreign-XXXXXX");
	struct command_result result;
	char command[1024];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command),
		 "command -v python3 > /dev/null || exit 77; "
		 "mkdir %s/broken && python3 make.py %s && "
		 "for file in *.ktr broken/*.ktr; do "
		 "cmp \"$file\" \"%s/$file\" || exit 1; done; "
		 "rm -r %s",
		 folder, folder, folder, folder);
	assert_int_equal(
	    command_run(&result, -1, -1,
			(const char *[]){ "sh", "-c", command, NULL }),
	    0);
	if (golden_run_status(&result) == 77) {
		print_message("there is no python3\n");
		rmdir(folder);
		command_done(&result);
		skip();
	}
	if (golden_run_status(&result) != 0)
		fail_msg("%s%s", text_string(&result.out),
			 text_string(&result.err));
	command_done(&result);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes), cmocka_unit_test(test_lines),
		cmocka_unit_test(test_forms), cmocka_unit_test(test_broken),
		cmocka_unit_test(test_pipe),  cmocka_unit_test(test_origin),
	};

	setenv("LC_ALL", "C", 1);
	if (chdir(SOURCE_DIR "/tests/golden/foreign") < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
