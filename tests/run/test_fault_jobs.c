/*
 * Job control: a shell that stops, continues and interrupts a traced command on
 * a terminal hears and sees what it hears and sees of an untraced one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"

#define WORDS_MAX 16

struct variant {
	enum run_user user;
	bool polite; /* the program stops itself when it is asked to */
	bool shell;  /* there are two processes in the job */
};

static const char *const option_sets[][6] = {
	{ "-i", NULL },
	{ NULL },
	{ "-i", "-t", "s", NULL },
	{ "-i", "-t", "n", NULL },
	{ "-t", "ns", NULL },
	{ "-t", "n", "--seccomp=always", NULL },
};

/* The shell and its command: ktrace-u with options, or the program itself. */
struct job {
	const char *words[WORDS_MAX];
	size_t count;
	char program[PATH_MAX + 32];
	char script[PATH_MAX + 64];
};

static void add_word(struct job *job, const char *word)
{
	assert_true(job->count < WORDS_MAX - 1);
	job->words[job->count++] = word;
}

static void make_job(struct job *job, const struct variant *variant,
		     const struct run_place *place, const char *const *options)
{
	*job = (struct job){ 0 };
	snprintf(job->program, sizeof(job->program), "%s/fault_reader",
		 place->programs);
	snprintf(job->script, sizeof(job->script), "'%s'; exit $?",
		 job->program);
	add_word(job, "prog:fault_shell");
	if (options)
		add_word(job, place->ktrace);
	for (; options && *options; options++)
		add_word(job, *options);
	if (variant->shell) {
		add_word(job, "sh");
		add_word(job, "-c");
		add_word(job, job->script);
		return;
	}
	add_word(job, job->program);
	if (variant->polite)
		add_word(job, "polite");
}

static void run_job(struct run_result *ret, const struct variant *variant,
		    const struct run_place *place, const char *const *options)
{
	struct run_spec spec = { 0 };
	struct job job;

	make_job(&job, variant, place, options);
	spec.argv = job.words;
	for (size_t i = 0; i < job.count; i++)
		print_message("%s ", job.words[i]);
	print_message("\n");
	assert_int_equal(run_program(ret, place, &spec), 0);
	assert_true(run_exited(ret, 0));
}

/* The last thing that the shell does is to hang up. */
static void must_end_with_hangup(const struct run_place *place)
{
	struct trace_match match = { .kind = KTR_PSIG };
	const struct trace_item *item = NULL;
	struct text why = TEXT_INIT;
	struct trace trace;
	char path[PATH_MAX];
	unsigned hangups = 0;

	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!trace_is_whole(&trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	while ((item = trace_find(&trace, item, match)))
		hangups += item->record.psig.signo == SIGHUP;
	assert_int_equal(hangups, 1);
	trace_done(&trace);
}

static void test_job(void **state)
{
	const struct variant *variant = *state;
	struct run_result native, traced;
	struct run_place place;

	assert_int_equal(run_place_open(&place, variant->user), 0);
	run_job(&native, variant, &place, NULL);
	assert_null(strstr(text_string(&native.out), "did not see"));
	assert_non_null(strstr(text_string(&native.out), "stopped by TTIN"));
	for (size_t i = 0; i < ARRAY_LEN(option_sets); i++) {
		run_job(&traced, variant, &place, option_sets[i]);
		assert_string_equal(text_string(&traced.out),
				    text_string(&native.out));
		assert_string_equal(text_string(&traced.err),
				    text_string(&native.err));
		run_result_done(&traced);
		/* Of a shell and its child the one that we wait for may not be
		 * the last to end. */
		if (i == 0 && !variant->shell)
			must_end_with_hangup(&place);
	}
	run_result_done(&native);
	run_place_close(&place);
}

int main(void)
{
	static struct variant variants[] = {
		{ RUN_AS_SELF, false, false },
		{ RUN_AS_SELF, true, false },
		{ RUN_AS_SELF, false, true },
		{ RUN_AS_ORDINARY, false, false },
		{ RUN_AS_ORDINARY, true, false },
		{ RUN_AS_ORDINARY, false, true },
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_job, &variants[0]),
		cmocka_unit_test_prestate(test_job, &variants[1]),
		cmocka_unit_test_prestate(test_job, &variants[2]),
		cmocka_unit_test_prestate(test_job, &variants[3]),
		cmocka_unit_test_prestate(test_job, &variants[4]),
		cmocka_unit_test_prestate(test_job, &variants[5]),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
