/*
 * What a program sees of a filter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/administrator.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/trace.h"

/* What a program sees of itself: /proc/self/status. */
struct sight {
	enum administrator who;
	const char *options[4];
	bool filtered;
	bool no_new_privs; /* that it had not */
};

/* clang-format off */
static const struct sight sights[] = {
	{ ROOT, { "-tn" }, true, false },
	{ ROOT, { "-ti" }, true, false },
	{ ROOT, { "-ts" }, false, false },
	{ ROOT, { "-tcnias" }, false, false },
	{ ROOT, { "-tn", "--seccomp=never" }, false, false },
	{ ROOT, { "--syscalls=openat" }, true, false },
	{ ORDINARY, { "-tn" }, false, false },
	{ ORDINARY, { "--syscalls=openat" }, false, false },
	{ ORDINARY, { "-tn", "--seccomp=always" }, true, true },
	{ ORDINARY, { "-ts", "--seccomp=always" }, false, false },
};
/* clang-format on */

static const char *filter_of(const struct trace *trace)
{
	return trace_text(&trace->items[0], "filter");
}

struct self {
	long no_new_privs;
	long mode;    /* Seccomp: */
	long filters; /* Seccomp_filters: */
};

static long number_after(struct text *output, const char *name)
{
	const char *at = strstr(text_string(output), name);

	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static struct self look(const struct run_place *place,
			const char *const *options)
{
	static const char *const argv[] = { "cat", "/proc/self/status", NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;
	struct self self;

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	self.no_new_privs = number_after(&result.out, "NoNewPrivs:");
	self.mode = number_after(&result.out, "Seccomp:");
	self.filters = number_after(&result.out, "Seccomp_filters:");
	run_result_done(&result);
	return self;
}

static void test_status(void **state)
{
	const struct sight *sight = *state;
	struct run_place place;
	struct self native, traced;
	struct trace trace;

	administrator_place(&place, sight->who);
	native = look(&place, NULL);
	traced = look(&place, sight->options);
	fault_load(&trace, &place, "ktrace.out");
	assert_string_equal(filter_of(&trace),
			    sight->filtered ? "seccomp" : "none");
	assert_int_equal(traced.no_new_privs,
			 native.no_new_privs + sight->no_new_privs);
	assert_int_equal(traced.mode, sight->filtered ? 2 : native.mode);
	if (native.filters >= 0) /* Linux 5.9 */
		assert_int_equal(traced.filters,
				 native.filters + sight->filtered);
	trace_done(&trace);
	run_place_close(&place);
}

int main(void)
{
	static struct CMUnitTest tests[ARRAY_LEN(sights)];
	static char names[ARRAY_LEN(sights)][64];

	for (size_t i = 0; i < ARRAY_LEN(sights); i++) {
		const char *second = sights[i].options[1];

		snprintf(names[i], sizeof(names[i]), "status with %s %s as %s",
			 sights[i].options[0], second ? second : "",
			 sights[i].who == ROOT ? "root" : "an ordinary user");
		tests[i] = (struct CMUnitTest){
			.name = names[i],
			.test_func = test_status,
			.initial_state = (void *)&sights[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
