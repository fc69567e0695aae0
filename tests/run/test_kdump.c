/*
 * kdump-u over the traces of tests/golden, with every option: what it prints
 * must equal the files there. With KTRACE_U_UPDATE_GOLDEN=1 in the environment
 * the files are written instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "support/command.h"
#include "support/golden.h"
#include "support/golden_run.h"
#include "support/sample.h"

static void check_bytes(const struct golden *golden, const char *folder)
{
	struct sample sample = SAMPLE_INIT;
	char path[256];

	for (; golden->name; golden++) {
		sample = (struct sample)SAMPLE_INIT;
		golden->build(&sample);
		snprintf(path, sizeof(path), "%s%s.ktr", folder, golden->name);
		golden_run_must_equal(&sample.bytes, path);
		sample_done(&sample);
	}
}

static void test_bytes(void **state)
{
	(void)state;
	check_bytes(golden_good, "");
	check_bytes(golden_broken, "broken/");
}

/* A good trace, some options, how that ends, and the file that holds what must
 * come out. */
static void check_output(const char *words, const char *name, int status,
			 const char *wanted)
{
	struct command_result result;
	char path[256];

	snprintf(path, sizeof(path), "%s.ktr", name);
	result = golden_run(KDUMP_U, words, path);
	if (golden_run_status(&result) != status || result.err.length > 0)
		fail_msg("kdump-u %s %s: %s", words, path,
			 text_string(&result.err));
	golden_run_must_equal(&result.out, wanted);
	command_done(&result);
}

static void test_lines(void **state)
{
	char wanted[256];

	(void)state;
	for (const struct golden *golden = golden_good; golden->name;
	     golden++) {
		snprintf(wanted, sizeof(wanted), "%s.txt", golden->name);
		check_output("", golden->name, 0, wanted);
		snprintf(wanted, sizeof(wanted), "%s.json", golden->name);
		check_output("--json", golden->name, 0, wanted);
		snprintf(wanted, sizeof(wanted), "%s.joined", golden->name);
		check_output("-j", golden->name, 0, wanted);
	}
}

/* The trace on which an option shows, and the option. */
static const struct option_case {
	const char *name;
	const char *words;
} option_cases[] = {
	{ "calls", "-n" },
	{ "calls", "-d" },
	{ "calls", "-nd" },
	{ "calls", "-S" },
	{ "calls", "-A" },
	{ "calls", "-tc" },
	{ "calls", "-t n" },
	{ "calls", "-t +-c" },
	{ "calls", "-p 4242" },
	{ "calls", "-p1" },
	{ "abi", "-AS" },
	{ "abi", "-n" },
	{ "times", "-T" },
	{ "times", "-E" },
	{ "times", "-R" },
	{ "times", "-REHT" },
	{ "times", "-H" },
	{ "times", "-c" },
	{ "times", "-HTERASc" },
	{ "times", "-p 7 -E" },
	{ "times", "-p 8" },
	{ "times", "-t s" },
	{ "times", "--json -p 7" },
	{ "data", "-m 5" },
	{ "data", "-m 0" },
	{ "data", "-s" },
	{ "data", "--json -m 5" },
	{ "data", "--json -s" },
	{ "other", "-d" },
	{ "other", "-m 3" },
	{ "other", "-s" },
	{ "other", "-tw" },
	{ "other", "-t ae" },
	{ "other", "-tu" },
	{ "signals", "-n" },
	{ "ours", "-t t" },
	{ "ours", "--json -t+" },
	{ "calls", "-jn" },
	{ "ours", "--tree" },
	{ "ours", "--tree --json" },
	{ "hostile", "--tree" },
	{ "tree", "--tree" },
	{ "tree", "--tree --json" },
	{ "ours", "--summary" },
	{ "ours", "--summary --json" },
	{ "hostile", "--summary" },
	{ "empty", "--summary" },
	{ "hostile", "--summary --json" },
	{ "calls", "--stats" },
	{ "abi", "--stats -S" },
	{ "times", "--stats --json" },
	{ "empty", "--stats" },
	{ "calls", "--files" },
	{ "calls", "--chrome" },
	{ "tree", "--chrome" },
	{ "other", "--chrome" },
	{ "user", "--chrome" },
	{ "hostile", "--chrome" },
	{ "empty", "--chrome" },
	{ "stacks", "--folded count" },
	{ "stacks", "--folded=time" },
	{ "empty", "--compile-commands" },
	{ "tree", "--compile-commands" },
	{ "calls", "--files --json" },
	{ "calls", "-jS" },
	{ "data", "-j -m 5" },
	{ "times", "-jHTER" },
	{ "calls", "-j -p 4242" },
	{ "calls", "-w failed" },
	{ "calls", "-jw call=openat" },
	{ "calls", "--json -w errno=ENOSYS" },
	{ "calls", "--stats -w fd=3..5" },
	{ "data", "-w data=*line*" },
	{ "times", "-Ew elapsed=1us..3" },
	{ "other", "-w point=w,a" },
	{ "signals", "-jw signal=TERM,INT" },
	{ "user", "-jw mark=*" },
	{ "tree", "-w tree=11" },
	{ "secrets", "--redact" },
	{ "secrets", "--redact=default --json" },
	{ "secrets", "--redact -j" },
	{ "secrets", "--redact --tree" },
	{ "secrets", "--redact --summary" },
	{ "secrets", "--redact --files" },
	{ "secrets", "--redact --chrome" },
	{ "secrets", "--redact=s3cret-." },
	{ "secrets", "--redact=1 --redact=run" },
};

/* The same with another trace, and how it ends. */
static const struct diff_case {
	const char *name;
	const char *words;
	int status;
} diff_cases[] = {
	{ "job", "--diff job.ktr", 0 },
	{ "job2", "--diff job.ktr", 1 },
	{ "job", "--diff job2.ktr", 1 },
	{ "job2", "--diff -f job.ktr --json", 1 },
	{ "job2", "--diff --counts job.ktr", 1 },
	{ "job2", "--diff -w call=unlink job.ktr", 0 },
	{ "job2", "--diff -w failed job.ktr", 1 },
	{ "job2", "--diff --redact=old job.ktr", 1 },
	{ "calls", "--diff calls.ktr", 2 },
	{ "ours", "--diff job.ktr", 1 },
	{ "ours", "--diff --json ours.ktr", 2 },
	{ "empty", "--diff empty.ktr", 2 },
};

static void check_options(const char *words, const char *name, int status)
{
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "options/%s %s.txt", name, words);
	for (char *at = wanted; (at = strchr(at, ' '));)
		*at = '_';
	check_output(words, name, status, wanted);
}

static void test_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(option_cases); i++)
		check_options(option_cases[i].words, option_cases[i].name, 0);
}

static void test_diff(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(diff_cases); i++)
		check_options(diff_cases[i].words, diff_cases[i].name,
			      diff_cases[i].status);
}

/* Of one that is damaged, what is in front counts; but it is trouble. */
static void test_diff_damaged(void **state)
{
	struct command_result result;

	(void)state;
	result = golden_run(KDUMP_U, "--diff job.ktr",
			    "broken/cut_payload.ktr");
	assert_int_equal(golden_run_status(&result), 2);
	assert_non_null(strstr(text_string(&result.out),
			       "! broken/cut_payload.ktr is not whole: "
			       "not all of it can be read\n"));
	assert_non_null(
	    strstr(text_string(&result.err), "cut_payload.ktr: offset "));
	command_done(&result);
	result = golden_run(KDUMP_U, "--diff job.ktr", "no-such-trace");
	assert_int_equal(golden_run_status(&result), 2);
	assert_string_equal(text_string(&result.err),
			    "kdump-u: no-such-trace: "
			    "No such file or directory\n");
	assert_int_equal(result.out.length, 0);
	command_done(&result);
}

/* Where the terminal has UTF-8, names in it are shown. */
static void test_locale(void **state)
{
	(void)state;
	setenv("LC_ALL", "C.UTF-8", 1);
	check_output("", "hostile", 0, "options/hostile_utf8.txt");
	setenv("LC_ALL", "C", 1);
}

/* Nothing that a traced program chose may reach the terminal as a command. */
static void test_terminal_is_safe(void **state)
{
	struct command_result result;

	(void)state;
	result = golden_run(KDUMP_U, "-HTERAScd", "hostile.ktr");
	for (size_t i = 0; i < result.out.length; i++)
		if ((result.out.data[i] < ' ' && result.out.data[i] != '\n') ||
		    result.out.data[i] == 0x7f)
			fail_msg("byte %d at %zu", result.out.data[i], i);
	assert_true(result.out.length > 0);
	command_done(&result);
}

static void test_broken(void **state)
{
	struct command_result result;
	char path[256];

	(void)state;
	for (const struct golden *golden = golden_broken; golden->name;
	     golden++) {
		snprintf(path, sizeof(path), "broken/%s.ktr", golden->name);
		result = golden_run(KDUMP_U, "", path);
		assert_int_equal(golden_run_status(&result), 1);
		snprintf(path, sizeof(path), "broken/%s.txt", golden->name);
		golden_run_must_equal(&result.out, path);
		snprintf(path, sizeof(path), "broken/%s.err", golden->name);
		golden_run_must_equal(&result.err, path);
		command_done(&result);
	}
}

/* Wrong words on the command line, and what is said about them. */
static const struct usage_case {
	const char *words;
	const char *error;
} usage_cases[] = {
	{ "-z", "kdump-u: unknown option -z\n" },
	{ "--nonsense", "kdump-u: unknown option --nonsense\n" },
	{ "-t cq", "kdump-u: -t: \"cq\" is not a list of trace points\n" },
	{ "-p 0", "kdump-u: -p: \"0\" is not a process or thread id\n" },
	{ "-p self", "kdump-u: -p: \"self\" is not a process or thread id\n" },
	{ "-m -1", "kdump-u: -m: \"-1\" is not a number of bytes\n" },
	{ "-m 1x", "kdump-u: -m: \"1x\" is not a number of bytes\n" },
	{ "--redact -o x calls.ktr", "kdump-u: -o is of one file\n" },
	{ "--netbsd -o x -f calls.ktr", "kdump-u: -o is of one file\n" },
	{ "-w pid<x", "kdump-u: -w: column 5: 'x' stands where a number is "
		      "wanted\n" },
	{ "-w fail", "kdump-u: -w: column 1: 'fail' stands where a field is "
		     "wanted: pid, tid, " },
	{ "--tree --stats", "kdump-u: one of --stats, --files, --summary, "
			    "--tree, --diff, --chrome, --folded, "
			    "--compile-commands and --sqlite at a time\n" },
	{ "--redact=(", "kdump-u: --redact: \"(\": Unmatched ( or \\(\n" },
	{ "-o x", "kdump-u: -o is for --redact, --freebsd and --netbsd: cp(1) "
		  "copies a trace as it is" },
	{ "--netbsd", "kdump-u: --freebsd and --netbsd want to be told by -o "
		      "where to" },
	{ "--redact -j -o x", "kdump-u: -o copies all of a trace, and shows "
			      "nothing: only --redact, --freebsd and "
			      "--netbsd go with it\n" },
	{ "--counts", "kdump-u: --counts is for --diff\n" },
	{ "--diff", "kdump-u: --diff is of two files\n" },
	{ "--diff a b", "kdump-u: more than two files\n" },
	{ "--diff --stats a", "kdump-u: one of --stats" },
	{ "--folded=x", "kdump-u: --folded: \"x\" is not count or time\n" },
	{ "-w failed --where failed", "kdump-u: -w twice: join the two by "
				      "and\n" },
};

static void test_usage(void **state)
{
	struct command_result result;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(usage_cases); i++) {
		result = golden_run(KDUMP_U, usage_cases[i].words, "calls.ktr");
		assert_int_equal(golden_run_status(&result), 2);
		assert_int_equal(result.out.length, 0);
		if (!strstr(text_string(&result.err), usage_cases[i].error))
			fail_msg("%s: %s", usage_cases[i].words,
				 text_string(&result.err));
		assert_non_null(strstr(text_string(&result.err), "usage: "));
		command_done(&result);
	}
}

static void test_help(void **state)
{
	struct command_result result;

	(void)state;
	result = golden_run(KDUMP_U, "--help", NULL);
	assert_int_equal(golden_run_status(&result), 0);
	assert_non_null(strstr(text_string(&result.out), "usage: kdump-u"));
	assert_non_null(strstr(text_string(&result.out), "  -m BYTES"));
	assert_non_null(strstr(text_string(&result.out), "--json"));
	assert_int_equal(result.err.length, 0);
	command_done(&result);
	result = golden_run(KDUMP_U, "--version", NULL);
	assert_int_equal(golden_run_status(&result), 0);
	assert_memory_equal(text_string(&result.out), "kdump-u ", 8);
	command_done(&result);
}

static void test_missing(void **state)
{
	struct command_result result;

	(void)state;
	result = golden_run(KDUMP_U, "-f", "no such file");
	assert_int_equal(golden_run_status(&result), 1);
	assert_string_equal(text_string(&result.err),
			    "kdump-u: no such file: "
			    "No such file or directory\n");
	command_done(&result);
	result = golden_run(KDUMP_U, "", "broken");
	assert_int_equal(golden_run_status(&result), 1);
	assert_string_equal(text_string(&result.err),
			    "kdump-u: broken: Is a directory\n");
	command_done(&result);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_diff_damaged),
		cmocka_unit_test(test_locale),
		cmocka_unit_test(test_terminal_is_safe),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_missing),
	};

	setenv("LC_ALL", "C", 1);
	if (chdir(SOURCE_DIR "/tests/golden") < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
