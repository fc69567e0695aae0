/*
 * Completeness against strace: the calls of single-threaded programs, with
 * their results, errors and paths, the signals and the end, must be those that
 * strace records of the same program, none missing and none invented. What the
 * two cannot agree on is named in support/witness.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/personality.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"
#include "support/witness.h"

struct program {
	const char *name;
	const char *argv[8];
	unsigned calls; /* it cannot be less */
};

/* Where they run: a directory of this making. */
#define SETUP                                                                  \
	"rm -rf work; mkdir work; cd work; seq 300 > numbers; "                \
	"ln -s numbers link; mkdir -p deep/er; echo a > deep/er/file"

/* clang-format off */
static const struct program programs[] = {
	{ "true", { "/bin/true" }, 10 },
	{ "echo", { "/bin/echo", "hello", "world" }, 15 },
	{ "ls", { "/bin/ls", "-lA", ".", "deep" }, 40 },
	{ "ls of what is not there", { "/bin/ls", "none", "deep/none" }, 30 },
	{ "cat", { "/bin/cat", "numbers", "deep/er/file", "none" }, 20 },
	{ "sed", { "/bin/sed", "-n", "s/1/2/p", "numbers" }, 20 },
	{ "awk", { "/usr/bin/awk", "{ s += $1 } END { print s }", "numbers" },
	  20 },
	{ "grep", { "/bin/grep", "-rn", "1", "." }, 30 },
	{ "sort", { "/usr/bin/sort", "--parallel=1", "-r", "numbers" }, 20 },
	{ "head", { "/usr/bin/head", "-n", "3", "numbers" }, 20 },
	{ "readlink", { "/bin/readlink", "-f", "link" }, 15 },
	{ "pwd", { "/bin/pwd", "-P" }, 10 },
	{ "cp", { "/bin/cp", "-a", "deep", "copy" }, 40 },
	{ "rm", { "/bin/rm", "-r", "deep", "link" }, 20 },
	{ "env, which executes another", { "/usr/bin/env", "-i", "/bin/true" },
	  20 },
	{ "touch", { "/bin/touch", "numbers", "new/none" }, 15 },
	{ "failing calls", { "prog:failing" }, 30 },
	{ "paths", { "prog:paths" }, 60 },
	{ "interrupted calls", { "prog:interrupted" }, 20 },
};
/* clang-format on */

static void fix_addresses(void *context)
{
	(void)context;
	personality(ADDR_NO_RANDOMIZE);
}

static void run_it(struct run_result *ret, const struct run_place *place,
		   struct run_spec *spec)
{
	static const char *const setup_argv[] = { "sh", "-ec", SETUP, NULL };
	struct run_spec setup = { .argv = setup_argv };

	assert_int_equal(run_program(ret, place, &setup), 0);
	assert_true(run_exited(ret, 0));
	run_result_done(ret);
	spec->directory = "work";
	spec->prepare = fix_addresses;
	assert_int_equal(run_program(ret, place, spec), 0);
	assert_false(ret->timed_out);
}

/* "prog:NAME" is for run_program() to resolve, and here it is an argument. */
static const char *resolve(const struct run_place *place, const char *word,
			   char buffer[2 * PATH_MAX])
{
	if (strncmp(word, "prog:", 5))
		return word;
	snprintf(buffer, 2 * PATH_MAX, "%s/%s", place->programs, word + 5);
	return buffer;
}

static pid_t first_pid(struct text *output)
{
	return (pid_t)strtol(text_string(output), NULL, 10);
}

/* What strace says; the result is the caller's to free. */
static struct run_result ask_strace(const struct run_place *place,
				    const struct program *program,
				    struct text *lines)
{
	const char *argv[16] = { "strace", "-f", "-xx",          "-s",
				 "65536",  "-o", "../strace.out" };
	struct run_spec spec = { .argv = argv };
	struct text output = TEXT_INIT;
	struct run_result result;
	char first[2 * PATH_MAX];
	char path[PATH_MAX];
	size_t count = 7;

	for (size_t i = 0; program->argv[i]; i++)
		argv[count++] = program->argv[i];
	argv[7] = resolve(place, argv[7], first);
	run_it(&result, place, &spec);
	run_place_file(place, "strace.out", path);
	assert_int_equal(run_read_file(&output, path), 0);
	if (witness_of_strace(lines, text_string(&output), first_pid(&output)))
		fail_msg("%s", text_string(lines));
	text_done(&output);
	return result;
}

static struct run_result ask_ourselves(const struct run_place *place,
				       const struct program *program,
				       struct text *lines)
{
	static const char *const options[] = { "-i", "-f", "../ktrace.out",
					       NULL };
	struct run_spec spec = { .argv = program->argv, .trace = options };
	struct text why = TEXT_INIT;
	struct run_result result;
	struct trace trace;
	char path[PATH_MAX];

	run_it(&result, place, &spec);
	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!trace_is_whole(&trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	assert_true(
	    trace_count(&trace, (struct trace_match){ .kind = KTR_SYSCALL }) >=
	    program->calls);
	witness_of_trace(lines, &trace, result.pid);
	trace_done(&trace);
	return result;
}

static void test_program(void **state)
{
	const struct program *program = *state;
	struct text ours = TEXT_INIT;
	struct text theirs = TEXT_INIT;
	struct run_result our_result, their_result;
	struct run_place place;

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	if (!run_has(&place, "strace")) {
		printf("skipped: strace is not there\n");
		run_place_close(&place);
		skip();
	}
	their_result = ask_strace(&place, program, &theirs);
	our_result = ask_ourselves(&place, program, &ours);
	assert_true(witness_agree(&ours, &theirs, "strace"));
	assert_string_equal(text_string(&our_result.out),
			    text_string(&their_result.out));
	assert_int_equal(our_result.status, their_result.status);
	run_result_done(&our_result);
	run_result_done(&their_result);
	text_done(&ours);
	text_done(&theirs);
	run_place_close(&place);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(programs)];

	if (!run_may_trace())
		return RUN_SKIPPED;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		tests[i] = (struct CMUnitTest){
			.name = programs[i].name,
			.test_func = test_program,
			.initial_state = (void *)&programs[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
