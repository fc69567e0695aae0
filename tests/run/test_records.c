/*
 * Record for record: programs that say what must be recorded of the calls that
 * they make, down to arguments, paths, data and results. The trace must have
 * these records in this order, and none besides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"
#include "support/said.h"
#include "support/trace.h"
#include "support/witness.h"

/* What a program exits with that cannot do here what it is for. */
#define SKIPPED 77

struct program {
	const char *name;
	const char *argv[4];
	const char *options[4];
	size_t lines; /* it cannot say less */
	bool needs_root;
	bool signals_only; /* of what it says, as of what is recorded */
};

/* clang-format off */
static const struct program programs[] = {
	{ "data that calls move", { "prog:genio" }, { "-i" }, .lines = 100 },
	{ "paths", { "prog:names" }, { "-i" }, .lines = 190 },
	{ "signals", { "prog:signals" }, { "-i" }, .lines = 90 },
	{ "signals without -i", { "prog:signals" }, { "-t+" }, .lines = 90 },
	{ "signals alone", { "prog:signals" }, { "-ts" }, .lines = 17,
	  .signals_only = true },
	{ "signals alone, with -i", { "prog:signals" }, { "-i", "-ts" }, .lines = 17,
	  .signals_only = true },
	{ "signals and paths", { "prog:signals" }, { "-tns" }, .lines = 17,
	  .signals_only = true },
	{ "other doors and numbers", { "prog:doors" }, { "-i" }, .lines = 40 },
	{ "programs that cannot be executed", { "prog:execs" },
	  { "-i", "-t+e" }, .lines = 30 },
	{ "paths under another root", { "prog:names", "chroot" }, { "-i" }, .lines = 20,
	  .needs_root = true },
};
/* clang-format on */

static size_t count_lines(struct text *text)
{
	const char *at = text_string(text);
	size_t count = 0;

	for (; *at; at++)
		count += *at == '\n';
	return count;
}

static void test_program(void **state)
{
	const struct program *program = *state;
	struct run_spec spec = { .argv = program->argv,
				 .trace = program->options };
	struct text recorded = TEXT_INIT;
	struct text said = TEXT_INIT;
	struct text why = TEXT_INIT;
	struct run_result result;
	struct run_place place;
	struct trace trace;
	char path[PATH_MAX];

	if (program->needs_root && geteuid() != 0) {
		printf("skipped: %s: only as root\n", program->name);
		skip();
	}
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	if (result.status == W_EXITCODE(SKIPPED, 0)) {
		printf("skipped: %s: this kernel has it not\n", program->name);
		run_place_close(&place);
		skip();
	}
	assert_true(run_exited(&result, 0));
	run_place_file(&place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!trace_is_whole(&trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	if (program->signals_only) {
		said_signals(&recorded, &trace, result.pid);
		said_only(&said, &result.out, "SIGNAL");
	} else {
		assert_true(said_of_trace(&recorded, &trace, result.pid));
		said_only(&said, &result.out, "");
	}
	assert_true(witness_agree(&recorded, &said, "program"));
	assert_true(count_lines(&recorded) >= program->lines);
	text_done(&recorded);
	text_done(&said);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(programs)];

	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		tests[i] = (struct CMUnitTest){
			.name = programs[i].name,
			.test_func = test_program,
			.initial_state = (void *)&programs[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
