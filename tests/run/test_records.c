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
	bool needs_i386; /* a compiler for it, when this was built */
	/* Of what it says these lines only, by their first words. */
	const char *words[3];
};

/* clang-format off */
static const struct program programs[] = {
	{ "data that calls move", { "prog:genio" }, { "-i", "-t-t" }, .lines = 100 },
	{ "attributes through a structure", { "prog:xattrs" }, { "-i", "-t-t" },
	  .lines = 17 },
	{ "paths", { "prog:names" }, { "-i", "-t-t" }, .lines = 190 },
	{ "signals", { "prog:signals" }, { "-i", "-t-t" }, .lines = 90 },
	{ "signals without -i", { "prog:signals" }, { "-t-t" }, .lines = 90 },
	{ "signals alone", { "prog:signals" }, { "-ts" }, .lines = 17,
	  .words = { "SIGNAL" } },
	{ "signals alone, with -i", { "prog:signals" }, { "-i", "-ts" }, .lines = 17,
	  .words = { "SIGNAL" } },
	{ "signals and paths", { "prog:signals" }, { "-tns" }, .lines = 17,
	  .words = { "SIGNAL" } },
	{ "paths alone", { "prog:names" }, { "-tn" }, .lines = 100,
	  .words = { "NAME", "PATH" } },
	{ "data alone", { "prog:genio" }, { "-ti" }, .lines = 25,
	  .words = { "DATA" } },
	{ "other doors and numbers", { "prog:doors" }, { "-i", "-t-t" }, .lines = 24 },
	{ "calls that others carry", { "prog:inner" }, { "-i", "-t-t" }, .lines = 60 },
	{ "data of calls that others carry", { "prog:inner" }, { "-ti" }, .lines = 14,
	  .words = { "DATA" } },
	{ "programs that cannot be executed", { "prog:execs" },
	  { "-i", "-t-te" }, .lines = 30 },
	{ "structures", { "prog:structs" }, { "-i" }, .lines = 200 },
	{ "structures alone", { "prog:structs" }, { "-tt" }, .lines = 75,
	  .words = { "STRU" } },
	{ "structures of i386", { "prog:structs32" }, { "-i" }, .lines = 210,
	  .needs_i386 = true },
	{ "settings", { "prog:settings" }, { "-i" }, .lines = 35 },
	{ "settings alone", { "prog:settings" }, { "-ty" }, .lines = 5,
	  .words = { "SCTL" } },
	{ "paths under another root", { "prog:names", "chroot" }, { "-i", "-t-t" }, .lines = 20,
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

struct variant {
	const struct program *program;
	enum run_user user;
	char name[96];
};

/* Runs it; the result and its trace are to be freed. */
static void run_traced(const struct variant *variant, struct run_result *ret,
		       struct trace *ret_trace)
{
	const struct program *program = variant->program;
	struct run_spec spec = { .argv = program->argv,
				 .trace = program->options };
	struct text why = TEXT_INIT;
	struct run_place place;
	char path[PATH_MAX];

	assert_int_equal(run_place_open(&place, variant->user), 0);
	assert_int_equal(run_program(ret, &place, &spec), 0);
	if (ret->status == W_EXITCODE(SKIPPED, 0)) {
		printf("skipped: %s: this kernel has it not\n", program->name);
		run_place_close(&place);
		skip();
	}
	assert_true(run_exited(ret, 0));
	run_place_file(&place, "ktrace.out", path);
	assert_int_equal(trace_load(ret_trace, path), 0);
	if (!trace_is_whole(ret_trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	run_place_close(&place);
}

/* What is to be compared, of what it said and of what was recorded. */
static void take_lines(const struct program *program, struct run_result *result,
		       const struct trace *trace, struct text *said,
		       struct text *recorded)
{
	static const char *const everything[] = { "", NULL };
	const char *out = text_string(&result->out);

	said_only(said, out, program->words[0] ? program->words : everything);
	if (program->words[0])
		said_without_marks(recorded, trace, result->pid, program->words,
				   said);
	else
		assert_true(said_of_trace(recorded, trace, result->pid));
}

static void test_program(void **state)
{
	const struct variant *variant = *state;
	const struct program *program = variant->program;
	struct text recorded = TEXT_INIT;
	struct text said = TEXT_INIT;
	struct run_result result;
	struct trace trace;

	if (program->needs_root && geteuid() != 0) {
		printf("skipped: %s: only as root\n", program->name);
		skip();
	}
	if (program->needs_i386 && access(PROG_DIR "/structs32", X_OK) < 0) {
		printf("skipped: %s: no compiler for i386 here\n",
		       program->name);
		skip();
	}
	run_traced(variant, &result, &trace);
	take_lines(program, &result, &trace, &said, &recorded);
	assert_true(witness_agree(&recorded, &said, "program"));
	assert_true(count_lines(&recorded) >= program->lines);
	text_done(&recorded);
	text_done(&said);
	trace_done(&trace);
	run_result_done(&result);
}

static void add_test(struct CMUnitTest *test, struct variant *variant,
		     const struct program *program, enum run_user user)
{
	variant->program = program;
	variant->user = user;
	snprintf(variant->name, sizeof(variant->name), "%s, %s", program->name,
		 user == RUN_AS_SELF ? "as oneself" : "as an ordinary user");
	*test = (struct CMUnitTest){ .name = variant->name,
				     .test_func = test_program,
				     .initial_state = variant };
}

int main(void)
{
	static struct variant variants[2 * ARRAY_LEN(programs)];
	static struct CMUnitTest tests[2 * ARRAY_LEN(programs)];
	size_t count = 0;

	if (!run_may_trace())
		return RUN_SKIPPED;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		add_test(&tests[count], &variants[count], &programs[i],
			 RUN_AS_SELF);
		count++;
		if (geteuid() != 0 || programs[i].needs_root)
			continue;
		add_test(&tests[count], &variants[count], &programs[i],
			 RUN_AS_ORDINARY);
		count++;
	}
	return _cmocka_run_group_tests("records", tests, count, NULL, NULL);
}
