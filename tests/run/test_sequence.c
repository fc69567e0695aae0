/*
 * A trace in several files, as --rotate leaves them, read as one: calls that
 * were cut in two are whole again, and sums are those of all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "support/command.h"
#include "support/run.h"

#define FILES_MAX 64

/* Its first thread waits for the others, nearly all the time. */
static const char *const busy[] = { "prog:threads", "4", "300", NULL };
static const char *const busier[] = { "prog:threads", "4", "1500", NULL };

struct sequence {
	struct run_place place;
	char paths[FILES_MAX][PATH_MAX]; /* the oldest first */
	unsigned count;
};

static void find_files(struct sequence *sequence)
{
	char name[32] = "out";
	char path[PATH_MAX];
	unsigned count = 0;

	while (!access(run_place_file(&sequence->place, name, path), F_OK))
		snprintf(name, sizeof(name), "out.%u", ++count);
	assert_in_range(count, 2, FILES_MAX);
	sequence->count = count;
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), i ? "out.%u" : "out", i);
		run_place_file(&sequence->place, name,
			       sequence->paths[count - 1 - i]);
	}
}

static void record(struct sequence *sequence, bool is_compressed)
{
	const char *const options[] = { "-f",
					"out",
					"--rotate",
					is_compressed ? "64K,60" : "128K,60",
					is_compressed ? "--zstd" : NULL,
					NULL };
	struct run_spec spec = { .argv = is_compressed ? busier : busy,
				 .trace = options };
	struct run_result result;

	assert_int_equal(run_place_open(&sequence->place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(&result, &sequence->place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	find_files(sequence);
}

/* What kdump-u says of so many files, from one on. */
static struct text show(const struct sequence *sequence, const char *option,
			unsigned first, unsigned count)
{
	const char *argv[FILES_MAX + 3] = { KDUMP_U, option };
	struct command_result result;

	for (unsigned i = 0; i < count; i++)
		argv[i + 2] = sequence->paths[first + i];
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_string_equal(text_string(&result.err), "");
	assert_int_equal(result.status, 0);
	text_done(&result.err);
	return result.out;
}

static unsigned count_of(struct text *text, const char *what)
{
	unsigned count = 0;

	for (const char *at = text_string(text); (at = strstr(at, what)); at++)
		count++;
	return count;
}

/* Those whose beginning is not there; a new thread has none. */
static unsigned count_resumed(struct text *text)
{
	return count_of(text, " resumed = ") -
	       count_of(text, " clone3 resumed = ") -
	       count_of(text, " clone resumed = ");
}

static void check(bool is_compressed)
{
	static struct sequence sequence;
	unsigned cut = 0, resumed = 0, last = 0;
	struct text all;

	record(&sequence, is_compressed);
	for (unsigned i = 0; i < sequence.count; i++) {
		struct text one = show(&sequence, "-j", i, 1);

		cut += count_of(&one, " <unfinished>\n");
		last = count_resumed(&one);
		resumed += last;
		text_done(&one);
	}
	print_message("%u files, %u calls were cut\n", sequence.count, cut);
	/* Those who waited at the borders, once each on both sides. */
	assert_true(cut > 0);
	assert_int_equal(cut, resumed);
	all = show(&sequence, "-j", 0, sequence.count);
	assert_int_equal(count_of(&all, " <unfinished>\n"), 0);
	assert_int_equal(count_resumed(&all), 0);
	text_done(&all);
	/* One that is not there cuts them again. */
	all = show(&sequence, "-j", 0, sequence.count - 1);
	assert_int_equal(count_of(&all, " <unfinished>\n"), last);
	assert_int_equal(count_resumed(&all), 0);
	text_done(&all);
	run_place_close(&sequence.place);
}

static void test_joined(void **state)
{
	(void)state;
	check(false);
}

static void test_compressed(void **state)
{
	(void)state;
	check(true);
}

/* As all of it in one file. */
static void test_as_one(void **state)
{
	static const char *const forms[] = { "-TH", "-jT", "--stats", "--files",
					     "--json" };
	static struct sequence sequence;
	char command[PATH_MAX * 2];

	(void)state;
	record(&sequence, false);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct text wanted, seen;
		struct command_result result;

		snprintf(command, sizeof(command),
			 "cd %s && cat $(ls -v -r out out.*) | %s %s -",
			 sequence.place.path, KDUMP_U, forms[i]);
		assert_int_equal(
		    command_run(&result, -1, -1,
				(const char *[]){ "sh", "-c", command, NULL }),
		    0);
		wanted = result.out;
		seen = show(&sequence, forms[i], 0, sequence.count);
		assert_true(wanted.length > 0);
		assert_string_equal(text_string(&seen), text_string(&wanted));
		text_done(&seen);
		command_done(&result);
	}
	run_place_close(&sequence.place);
}

/* What is in front of one that cannot be opened is shown. */
static void test_missing(void **state)
{
	const char *const argv[] = {
		KDUMP_U, SOURCE_DIR "/tests/golden/calls.ktr", "/no/such/file",
		SOURCE_DIR "/tests/golden/data.ktr", NULL
	};
	struct command_result result;

	(void)state;
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_true(WIFEXITED(result.status));
	assert_int_equal(WEXITSTATUS(result.status), 1);
	assert_string_equal(
	    text_string(&result.err),
	    "kdump-u: /no/such/file: No such file or directory\n");
	assert_true(count_of(&result.out, " CALL ") > 0);
	command_done(&result);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_as_one),
		cmocka_unit_test(test_missing),
	};

	setenv("LC_ALL", "C", 1);
	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
