/*
 * --answers: what name servers send is recorded, and nothing else that sockets
 * bring; kaudit-u calls the address by its name then.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/kaudit.h"

#define NOT_HERE 77
#define ANSWER   "\1h\7example\3org"
#define SECRET   "nobody's business"

static const char *const acts[] = { "named", "named_by_message" };

static bool holds(const struct text *text, const char *bytes)
{
	return memmem(text->data, text->length, bytes, strlen(bytes)) != NULL;
}

/* False: this machine does not let it. */
static bool record(const struct run_place *place, const char *act,
		   const char *const *options, struct text *ret)
{
	const char *const argv[] = { "prog:aliases", act, NULL };
	const struct run_spec spec = { .argv = argv, .trace = options };
	char path[PATH_MAX];
	struct run_result result;
	bool may;

	assert_int_equal(run_program(&result, place, &spec), 0);
	may = !WIFEXITED(result.status) ||
	      WEXITSTATUS(result.status) != NOT_HERE;
	if (may)
		assert_true(run_exited(&result, 0));
	else
		printf("skipped: no socket of port 53 here\n");
	run_result_done(&result);
	run_place_file(place, "ktrace.out", path);
	*ret = (struct text)TEXT_INIT;
	assert_int_equal(run_read_file(ret, path), 0);
	return may;
}

static void test_recorded(void **state)
{
	static const struct {
		const char *options[6];
		bool has_answer, has_secret;
	} cases[] = {
		{ { "-i", "-tcns", "--answers" }, true, false },
		{ { "-i", "-tcns", "--answers", "--syscalls=open" },
		  true,
		  false },
		{ { "-i", "-tcns" }, false, false },
		{ { "-i", "-tcnsi", "--answers" }, true, true },
	};
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(acts); i++) {
		const char *act = acts[i % ARRAY_LEN(acts)];
		size_t at = i / ARRAY_LEN(acts);
		struct text trace;

		if (record(&place, act, cases[at].options, &trace)) {
			assert_int_equal(holds(&trace, ANSWER),
					 cases[at].has_answer);
			assert_int_equal(holds(&trace, SECRET),
					 cases[at].has_secret);
		}
		text_done(&trace);
	}
	run_place_close(&place);
}

static void test_named(void **state)
{
	struct run_place place;
	char program[PATH_MAX + 16];

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	snprintf(program, sizeof(program), "%s/aliases", place.programs);
	kaudit_put(&place, "p", "deny connect inet:*.example.org:5353\n");
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		const char *const words[] = { "run",   "-p",    "p", "--",
					      program, acts[i], NULL };
		struct run_result result;

		kaudit_run(&result, &place, words);
		if (WIFEXITED(result.status) &&
		    WEXITSTATUS(result.status) == NOT_HERE) {
			printf("skipped: no socket of port 53 here\n");
		} else {
			kaudit_must_exit(&result, 1);
			SAY(&place, 1, "named h.example.org (observed)",
			    "check", "-p", "p", "kaudit.ktr");
			SAY(&place, 0, ", observed as h.example.org\n", "learn",
			    "kaudit.ktr");
			SAY(&place, 0, "\"observed\":[\"h.example.org\"]",
			    "report", "--json", "kaudit.ktr");
		}
		run_result_done(&result);
	}
	run_place_close(&place);
}

static void test_usage(void **state)
{
	static const char *const argv[] = { "true", NULL };
	static const char *const wrong[] = { "--answers=x", NULL };
	const struct run_spec spec = { .argv = argv, .trace = wrong };
	struct run_result result;
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 2));
	assert_non_null(
	    strstr(text_string(&result.err), "--answers takes no argument"));
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_usage),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
