/*
 * --resolve: what was opened is what the kernel says, and where another thread
 * may have had the descriptor lead elsewhere, that is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/run.h"
#include "support/trace.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static void record(struct trace *ret, const struct run_place *place,
		   const char *const *argv)
{
	static const char *const options[] = { "-i", "--resolve", NULL };
	const struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;
	char path[PATH_MAX];

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(ret, path), 0);
}

static bool is_how(const struct trace_item *item, const char *how)
{
	const char *text = trace_text(item, "how");

	return text && !strcmp(text, how);
}

/* How many `path` records that are so known have, or do not have, the path. */
static size_t count(const struct trace *trace, const char *how,
		    const char *path, bool has)
{
	const struct trace_match match = { .kind = KTR_STRUCT, .name = "path" };
	const struct trace_item *item = NULL;
	size_t found = 0;

	while ((item = trace_find(trace, item, match))) {
		const char *text = trace_text(item, "path");

		found += is_how(item, how) && text &&
			 !strcmp(text, path) == has;
	}
	return found;
}

static void test_links(void **state)
{
	static const char *const argv[] = {
		"sh", "-c",
		"echo x > file; ln -s file one; mkdir d; ln -s d e; "
		"ln -s ../one e/two; cat < e/two; exec 3> gone; rm gone; "
		"cat /proc/self/fd/3",
		NULL
	};
	struct run_place place;
	struct trace trace;
	char path[PATH_MAX];

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	record(&trace, &place, argv);
	/* To write it, and through two links. */
	assert_int_equal(
	    count(&trace, "kernel", run_place_file(&place, "file", path), true),
	    2);
	assert_int_equal(count(&trace, "kernel",
			       run_place_file(&place, "e/two", path), true),
			 0);
	/* When it was made; and when it had no name any more. */
	assert_int_equal(
	    count(&trace, "kernel", run_place_file(&place, "gone", path), true),
	    2);
	assert_int_equal(count(&trace, "raced", "", false), 0);
	trace_done(&trace);
	run_place_close(&place);
}

/* What is said to be the kernel's word is never of the other file. */
static void test_race(void **state)
{
	static const char *const argv[] = { "prog:racing", "/etc/passwd",
					    "/dev/null", "6000", NULL };
	const struct trace_match opens = { .kind = KTR_SYSCALL,
					   .call = "openat" };
	const struct trace_item *item = NULL;
	size_t right = 0, raced = 0;
	struct run_place place;
	struct trace trace;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	record(&trace, &place, argv);
	while ((item = trace_find(&trace, item, opens))) {
		const struct trace_match parts = { .tid = item->record.tid };
		const struct trace_item *part = trace_find(&trace, item, parts);
		const struct trace_item *told =
		    trace_find(&trace, item,
			       (struct trace_match){ .tid = item->record.tid,
						     .kind = KTR_STRUCT,
						     .name = "path" });

		/* Those of the one file, which worked. */
		if (part->record.kind != KTR_NAMEI ||
		    part->record.length != strlen("/etc/passwd") ||
		    memcmp(part->record.payload, "/etc/passwd",
			   part->record.length) != 0 ||
		    !told)
			continue;
		if (is_how(told, "kernel")) {
			assert_string_equal(trace_text(told, "path"),
					    "/etc/passwd");
			right++;
		}
		raced += is_how(told, "raced");
	}
	printf("%zu proven, %zu raced\n", right, raced);
	assert_true(right + raced > 1000);
	trace_done(&trace);
	run_place_close(&place);
}

static void test_option(void **state)
{
	static const char *const words[] = { "-p", "1", NULL };
	struct run_place place;
	struct run_result result;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	for (size_t i = 0; i < 2; i++) {
		const char *const argv[] = { place.ktrace,
					     i ? "--resolve=x" : "--resolve",
					     words[0], words[1], NULL };
		const struct run_spec spec = { .argv = argv };

		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(run_exited(&result, 2));
		assert_non_null(strstr(text_string(&result.err),
				       i ? "--resolve takes no argument"
					 : "--resolve does not go with -p"));
		run_result_done(&result);
	}
	run_place_close(&place);
}

int main(void)
{
#define TEST(test)                                                             \
	{ #test, test, NULL, NULL, &users[0] },                                \
	{                                                                      \
#test " as anybody", test, NULL, NULL, &users[1]               \
	}
	const struct CMUnitTest tests[] = { TEST(test_links), TEST(test_race),
					    TEST(test_option) };

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
