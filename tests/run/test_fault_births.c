/*
 * Threads and processes that come into the world in unusual ways, or whose
 * creator is killed before it can tell of them: none may be left behind in its
 * first stop, and with -i none may be missing from the trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/pair.h"

struct birth {
	const char *way; /* of prog:fault_clone */
	bool is_process; /* and no thread */
};

static const struct birth births[] = {
	{ "fork", true },
	{ "untraced", true },
	{ "ptrace", true },
	{ "both", true },
	{ "silent", true },
	{ "usr1", true },
	{ "fs", true },
	{ "files", true },
	{ "vm", true },
	{ "vfork", true },
	{ "vfork-usr1", true },
	{ "parent", true },
	{ "thread-vfork", false },
	{ "thread-untraced", false },
};

static const char *const option_sets[][5] = {
	{ "-i", NULL },
	{ NULL },
	{ "-i", "-t", "s", NULL },
	{ "-t", "n", NULL },
	{ "-i", "-t", "n", NULL },
	{ "--seccomp=always", "-t", "n", NULL },
};

/* What the child does, and nobody else: it changes into its directory. */
static const struct trace_item *find_deed(const struct trace *trace)
{
	return trace_find(
	    trace, NULL,
	    (struct trace_match){ .kind = KTR_SYSCALL, .call = "chdir" });
}

static const struct trace_item *find_coverage(const struct trace *trace,
					      const char *what)
{
	struct trace_match match = { .name = KTR_STRUCT_COVERAGE };
	const struct trace_item *item = NULL;

	while ((item = trace_find(trace, item, match)))
		if (!strcmp(trace_text(item, "what"), what))
			return item;
	return NULL;
}

/* With -i the child is there; without it a process is not, and of a thread that
 * cannot be followed the trace says so. */
static void must_be_recorded(const struct birth *birth,
			     const struct trace *trace, pid_t command,
			     bool inherits)
{
	const struct trace_item *deed = find_deed(trace);
	int32_t pids[8];

	if (!inherits && !strcmp(birth->way, "thread-vfork")) {
		assert_null(deed);
		assert_non_null(find_coverage(trace, "thread"));
		return;
	}
	assert_null(find_coverage(trace, "thread"));
	if (birth->is_process && !inherits) {
		assert_null(deed);
		assert_int_equal(trace_pids(trace, pids, ARRAY_LEN(pids)), 1);
		return;
	}
	assert_non_null(deed);
	assert_int_not_equal(deed->record.tid, command);
	if (birth->is_process)
		assert_int_not_equal(deed->record.pid, command);
	else
		assert_int_equal(deed->record.pid, command);
}

static void run_birth(const struct birth *birth, const struct run_place *place)
{
	const char *const argv[] = { "prog:fault_clone", birth->way, NULL };
	struct run_spec spec = { .argv = argv, .seconds = 30 };
	struct trace trace;
	struct pair pair;

	pair_open(&pair, place, &spec);
	assert_int_equal(pair.native.status, 0);
	for (size_t i = 0; i < ARRAY_LEN(option_sets); i++) {
		pid_t pid = pair_trace(&pair, option_sets[i], &trace);

		if (i < 2)
			must_be_recorded(birth, &trace, pid, i == 0);
		trace_done(&trace);
	}
	pair_close(&pair);
}

static void test_births(void **state)
{
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	for (size_t i = 0; i < ARRAY_LEN(births); i++)
		run_birth(&births[i], &place);
	run_place_close(&place);
}

/* Creators are killed while they create; who adopted the orphans waits for all
 * of them. */
static void run_orphans(const struct run_place *place, const char *how,
			const char *subreaper)
{
	const char *const argv[] = { "prog:fault_newborn", "50", how, subreaper,
				     NULL };
	struct run_spec spec = { .argv = argv, .seconds = 60 };
	struct pair pair;

	pair_open(&pair, place, &spec);
	assert_int_equal(pair.native.status, 0);
	for (size_t i = 0; i < ARRAY_LEN(option_sets); i++) {
		const char *const *options = option_sets[i];

		/* Where nobody waits for the orphans the trace may be read
		 * before they have ended. */
		if (subreaper)
			pair_trace(&pair, options, NULL);
		else
			pair_run(&pair, options);
	}
	pair_close(&pair);
}

static void test_orphans(void **state)
{
	static const char *const ways[] = { "fork", "vfork", "clone",
					    "thread" };
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		run_orphans(&place, ways[i], "subreaper");
		run_orphans(&place, ways[i], NULL);
	}
	run_place_close(&place);
}

int main(void)
{
	static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_births, &users[0]),
		cmocka_unit_test_prestate(test_births, &users[1]),
		cmocka_unit_test_prestate(test_orphans, &users[0]),
		cmocka_unit_test_prestate(test_orphans, &users[1]),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
