/*
 * CAPFAIL: one for each call that a filter of the program's own denied, where
 * it shows, and for nothing else. Row G40 of the four kernels.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/trace.h"

/* clang-format off */
static const struct way {
	const char *name;
	const char *action; /* NULL: nothing is recorded */
	bool dies;
} ways[] = {
	{ "signal", "signal", false },
	{ "kill", "kill", true },
	{ "kill-thread", "kill", true },
	{ "error", NULL, false },
	{ "sent", NULL, false },
};

static const char *const options[][3] = {
	{ "-i", NULL },
	{ "-tp", NULL },
	{ "-tp", "-i", NULL },
	{ "-tpn", "--seccomp=always", NULL },
};
/* clang-format on */

struct variant {
	const struct way *way;
	const char *const *options;
	enum run_user user;
	char name[64];
};

/* It ends as it would untraced. */
static void expect_end(const struct variant *variant,
		       const struct run_result *result)
{
	if (variant->way->dies) {
		assert_true(WIFSIGNALED(result->status));
		assert_int_equal(WTERMSIG(result->status), SIGSYS);
	} else {
		assert_int_equal(result->status, 0);
	}
}

static void expect_denied(const struct trace *trace, const char *action)
{
	struct trace_match match = { .kind = KTR_CAPFAIL };
	const struct trace_item *fail = trace_find(trace, NULL, match);
	const struct trace_item *denied;
	int64_t number = -1;

	assert_int_equal(trace_count(trace, match), action != NULL);
	match = (struct trace_match){ .name = KTR_STRUCT_DENIED };
	assert_int_equal(trace_count(trace, match), action != NULL);
	if (!action)
		return;
	assert_int_equal(fail->record.capfail.type, 2);
	assert_int_equal(fail->record.length, 40);
	denied = trace_find(trace, fail, (struct trace_match){ 0 });
	assert_string_equal(denied->record.structure.name, KTR_STRUCT_DENIED);
	assert_string_equal(trace_text(denied, "rule"), "seccomp");
	assert_string_equal(trace_text(denied, "action"), action);
	assert_string_equal(trace_text(denied, "call"), "getppid");
	assert_true(trace_number(denied, "number", &number));
	assert_true(number > 0);
}

static void test_way(void **state)
{
	const struct variant *variant = *state;
	const char *const argv[] = { "prog:denied", variant->way->name, NULL };
	const struct run_spec spec = { .argv = argv,
				       .trace = variant->options };
	struct run_result result;
	struct run_place place;
	struct trace trace;

	assert_int_equal(run_place_open(&place, variant->user), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	if (result.status == W_EXITCODE(77, 0)) {
		printf("skipped: this kernel has no seccomp filters\n");
		run_place_close(&place);
		skip();
	}
	expect_end(variant, &result);
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	expect_denied(&trace, variant->way->action);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
	enum { COUNT = ARRAY_LEN(ways) * ARRAY_LEN(options) * 2 };
	static struct variant variants[COUNT];
	static struct CMUnitTest tests[COUNT];

	if (!run_may_trace())
		return RUN_SKIPPED;
	for (size_t i = 0; i < COUNT; i++) {
		struct variant *variant = &variants[i];

		variant->user = i % 2 ? RUN_AS_ORDINARY : RUN_AS_SELF;
		variant->way = &ways[i / 2 % ARRAY_LEN(ways)];
		variant->options = options[i / 2 / ARRAY_LEN(ways)];
		snprintf(variant->name, sizeof(variant->name), "%s, %s %s%s",
			 variant->way->name, variant->options[0],
			 variant->options[1] ? variant->options[1] : "",
			 i % 2 ? ", as an ordinary user" : "");
		tests[i] = (struct CMUnitTest){ .name = variant->name,
						.test_func = test_way,
						.initial_state = variant };
	}
	return _cmocka_run_group_tests("violation", tests, COUNT, NULL, NULL);
}
