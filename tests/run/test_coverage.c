/*
 * What escapes is said: io_uring, filters of the program's own, namespaces; in
 * every mode, once, and only where it happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/control.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/trace.h"

#define MODES 3

/* clang-format off */
static const char *const modes[MODES][4] = {
	{ "-i", NULL },
	{ "-i", "-tn", "--seccomp=always", NULL },
	{ "-i", "--syscalls=getpid", "--seccomp=always", NULL },
};

static const struct escape {
	const char *act;
	const char *why;
	bool filtered_only;
} escapes[] = {
	{ "rings", "what its rings do is not seen", false },
	{ "filter", "calls that its own filter denies pass unseen", true },
	{ "strict", "seccomp's strict mode was refused, since our filter is "
		    "there: --seccomp=never lets it be", true },
	{ "unshare", "has its own: uts, user", false },
	{ "clone", "a child has its own: user", false },
	{ "setns", "entered: uts", false },
};
/* clang-format on */

struct variant {
	const struct escape *escape;
	unsigned mode;
	enum run_user user;
	char name[64];
};

/* Whether it came to it: not all may, nor does every kernel have it. */
static bool happened(struct run_result *result)
{
	const char *said = text_string(&result->out);

	return !*said || strstr(said, ": good\n");
}

static void test_said(void **state)
{
	const struct variant *variant = *state;
	const struct escape *escape = variant->escape;
	const char *const argv[] = { "prog:escapes", escape->act, NULL };
	const struct run_spec spec = { .argv = argv,
				       .trace = modes[variant->mode] };
	struct run_result result, native;
	struct run_place place;
	struct trace trace;
	size_t wanted;

	assert_int_equal(run_place_open(&place, variant->user), 0);
	assert_int_equal(
	    run_program(&native, &place, &(struct run_spec){ .argv = argv }),
	    0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&native, 0));
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.out), text_string(&native.out));
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	wanted = happened(&result) &&
		 (!escape->filtered_only || variant->mode > 0);
	assert_int_equal(control_covered(&trace, escape->why), wanted);
	trace_done(&trace);
	run_result_done(&result);
	run_result_done(&native);
	run_place_close(&place);
}

/* Who comes by one that is there already is told of as well. */
static void test_inherited_ring(void **state)
{
	static const char *const argv[] = { "prog:escapes", "inherit", NULL };
	const struct run_spec spec = { .argv = argv, .trace = modes[0] };
	struct run_result result;
	struct run_place place;
	struct trace trace;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	fault_load(&trace, &place, "ktrace.out");
	assert_int_equal(control_covered(&trace, "rings"),
			 strstr(text_string(&result.out), "good") ? 2 : 0);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

/* Programs find a kernel without it, in every mode. */
static void test_no_io_uring(void **state)
{
	static const char *const options[][5] = {
		{ "--no-io-uring", NULL },
		{ "--no-io-uring", "-i", "-ts", NULL },
		{ "--no-io-uring", "-i", "-tn", "--seccomp=always", NULL },
		{ "--no-io-uring", "-ts", "--seccomp=never", NULL },
	};
	static const char *const argv[] = { "prog:escapes", "rings", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		const struct run_spec spec = { .argv = argv,
					       .trace = options[i] };
		struct run_result result;
		struct run_place place;
		struct trace trace;

		assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(run_exited(&result, 0));
		assert_string_equal(text_string(&result.out),
				    "rings: ENOSYS\n");
		fault_load(&trace, &place, "ktrace.out");
		fault_must_be_whole(&trace);
		assert_int_equal(control_covered(&trace, "rings"), 0);
		trace_done(&trace);
		run_result_done(&result);
		run_place_close(&place);
	}
}

int main(void)
{
	enum { SAID = ARRAY_LEN(escapes) * MODES * 2 };
	static struct variant variants[SAID];
	static struct CMUnitTest tests[SAID + 2];

	if (!run_may_trace())
		return RUN_SKIPPED;
	for (size_t i = 0; i < SAID; i++) {
		struct variant *variant = &variants[i];

		variant->user = i % 2 ? RUN_AS_ORDINARY : RUN_AS_SELF;
		variant->escape = &escapes[i / 2 % ARRAY_LEN(escapes)];
		variant->mode = (unsigned)(i / 2 / ARRAY_LEN(escapes));
		snprintf(variant->name, sizeof(variant->name), "%s, %s%s",
			 variant->escape->act,
			 modes[variant->mode][1] ? modes[variant->mode][1]
						 : "everything",
			 i % 2 ? ", as an ordinary user" : "");
		tests[i] = (struct CMUnitTest){ .name = variant->name,
						.test_func = test_said,
						.initial_state = variant };
	}
	tests[SAID] = (struct CMUnitTest)cmocka_unit_test(test_no_io_uring);
	tests[SAID + 1] =
	    (struct CMUnitTest)cmocka_unit_test(test_inherited_ring);
	return _cmocka_run_group_tests("coverage", tests, SAID + 2, NULL, NULL);
}
