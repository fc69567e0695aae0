/*
 * --resolve: what was opened is what the kernel says, and where another thread
 * may have had the descriptor lead elsewhere, that is said.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>

#include <sys/stat.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"

#define TRIES 10u

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

/* Of how many such calls a structure tells: while others stood still, say. */
static size_t count_told(const struct trace *trace, const char *call,
			 const char *name)
{
	const struct trace_match calls = { .kind = KTR_SYSCALL, .call = call };
	const struct trace_item *item = NULL;
	size_t found = 0;

	while ((item = trace_find(trace, item, calls))) {
		const struct trace_item *end = trace_return(trace, item);
		const struct trace_item *told =
		    trace_find(trace, item,
			       (struct trace_match){ .tid = item->record.tid,
						     .kind = KTR_STRUCT,
						     .name = name });

		found += told && end && told < end;
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
	/* When it was made, removed, and when it had no name any more. */
	assert_int_equal(
	    count(&trace, "kernel", run_place_file(&place, "gone", path), true),
	    3);
	assert_int_equal(count(&trace, "raced", "", false), 0);
	trace_done(&trace);
	run_place_close(&place);
}

/* So often the recorder says that a call made the file. */
static size_t count_made(const struct trace *trace, const char *path)
{
	const struct trace_match match = { .kind = KTR_STRUCT, .name = "path" };
	const struct trace_item *item = NULL;
	int64_t made;
	size_t found = 0;

	while ((item = trace_find(trace, item, match))) {
		const char *text = trace_text(item, "path");

		found += text && !strcmp(text, path) &&
			 trace_number(item, "made", &made) && made == 1;
	}
	return found;
}

static bool tells_births(const char *path)
{
	struct statx status;

	assert_int_equal(statx(AT_FDCWD, path, 0, STATX_BTIME, &status), 0);
	return status.stx_mask & STATX_BTIME;
}

/* Each file once, by whom it was not there for: not by those who find it, be it
 * at once; and again when it was gone. */
static void test_made(void **state)
{
	static const char *const argv[] = {
		"sh", "-c",
		"echo > a; echo > a; echo >> a; cat < a; ls > b; set -C; "
		": > c; rm a; : > a; ln a d; set +C; : > d; mv d e; : > d",
		NULL
	};
	static const struct {
		const char *name;
		size_t count;
	} files[] = { { "a", 2 }, { "b", 1 }, { "c", 1 }, { "d", 1 } };
	struct run_place place;
	struct trace trace;
	char path[PATH_MAX];

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	record(&trace, &place, argv);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		size_t found;

		run_place_file(&place, files[i].name, path);
		found = count_made(&trace, path);
		if (found != (tells_births(path) ? files[i].count : 0))
			fail_msg("%s: %zu", path, found);
	}
	trace_done(&trace);
	run_place_close(&place);
}

/* Where the disk has a call wait for a tenth of a second, nobody is asked, and
 * all that is told is that: then once more. One name is never known. */
static void record_quickly(struct trace *ret, struct run_place *place,
			   enum run_user user, const char *const *argv)
{
	for (unsigned i = 0; i < TRIES; i++) {
		assert_int_equal(run_place_open(place, user), 0);
		record(ret, place, argv);
		if (count(ret, "unproven", "", false) <= 1)
			return;
		trace_done(ret);
		run_place_close(place);
	}
	fail_msg("never known in %u runs", TRIES);
}

/* Of what is made, changed and removed by its name: which directory that is in,
 * and for a link, if it is followed, where it leads. */
static void test_names(void **state)
{
	static const char *const argv[] = {
		"sh", "-c",
		"mkdir d; ln -s d e; echo > e/file; chmod 600 e/file; "
		"ln -s file e/link; chmod 640 e/link; mv e/file e/new; "
		"ln e/new e/more; chown -h $(id -u) e/link; rm e/more; "
		"mkdir e/dir; rmdir e/dir/; rm /proc/self/cwd/e",
		NULL
	};
	static const struct {
		const char *name;
		size_t count;
	} names[] = {
		/* To write it; two modes; the old name. */
		{ "d/file", 4 },
		/* Made, and changed itself. */
		{ "d/link", 2 },
		/* The new name, and that which got one more. */
		{ "d/new", 2 },
		{ "d/more", 2 },
		{ "d/dir", 2 },
		{ "e/file", 0 },
		{ "e/more", 0 },
	};
	struct run_place place;
	struct trace trace;
	char path[PATH_MAX];

	record_quickly(&trace, &place, *(enum run_user *)*state, argv);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t found =
		    count(&trace, "kernel",
			  run_place_file(&place, names[i].name, path), true);

		if (found != names[i].count)
			fail_msg("%s: %zu", names[i].name, found);
	}
	/* What led there is not known any more. */
	assert_int_equal(count(&trace, "unproven", "/proc/self/cwd/e", true),
			 1);
	trace_done(&trace);
	run_place_close(&place);
}

/* Whoever could change the name stands still: it is that which was removed. */
static void test_standing(void **state)
{
	static const char *const argv[] = { "prog:standing", "names", ".",
					    "200", NULL };
	static const char *const options[] = { "-i", "--resolve", NULL };
	const struct run_spec spec = { .argv = argv, .trace = options };
	const struct trace_match removals = { .kind = KTR_SYSCALL,
					      .call = "unlinkat" };
	const struct trace_item *item = NULL;
	size_t number = 0, held = 0;
	struct run_result result;
	struct run_place place;
	struct trace trace;
	char path[PATH_MAX];

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	assert_int_equal(
	    trace_load(&trace, run_place_file(&place, "ktrace.out", path)), 0);
	while ((item = trace_find(&trace, item, removals))) {
		const struct trace_match parts = { .tid = item->record.tid };
		const struct trace_item *name = trace_find(&trace, item, parts);
		const struct trace_item *end = trace_return(&trace, item);
		const struct trace_item *alone =
		    trace_find(&trace, item,
			       (struct trace_match){ .tid = item->record.tid,
						     .kind = KTR_STRUCT,
						     .name = "held" });

		assert_int_equal(name->record.kind, KTR_NAMEI);
		assert_int_equal(name->record.length, strlen("./1"));
		assert_true(number < result.out.length);
		if (alone && alone < end) {
			assert_int_equal(name->record.payload[2],
					 result.out.data[number]);
			held++;
		}
		number++;
	}
	printf("%zu of %zu\n", held, number);
	assert_int_equal(number, 200);
	assert_true(held > 100);
	run_result_done(&result);
	trace_done(&trace);
	run_place_close(&place);
}

/* A call that waits for who would have to stand still is let alone; and so is
 * who waits for a child. */
static void test_waiting(void **state)
{
	static const char *const fifo[] = { "prog:standing", "fifo", "fifo",
					    NULL };
	static const char *const spawn[] = { "prog:standing", "spawn", NULL };
	struct run_place place;
	struct trace trace;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	record(&trace, &place, fifo);
	trace_done(&trace);
	record(&trace, &place, spawn);
	assert_true(count_told(&trace, "execve", "held") > 50);
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
	assert_true(right > 1000);
	assert_true(right > raced);
	trace_done(&trace);
	run_place_close(&place);
}

/* kdump-u says it beside the descriptor, and not twice. */
static void must_show(const struct run_place *place, int64_t pid)
{
	const char *const argv[] = { KDUMP_U, "-j", NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_result result;
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "<pidfd:%" PRId64 ">, SIGTERM", pid);
	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	assert_non_null(strstr(text_string(&result.out), wanted));
	assert_null(strstr(text_string(&result.out), "struct pidfd"));
	run_result_done(&result);
}

/* Two children, which no call has opened. */
static void test_pidfds(void **state)
{
	static const char *const argv[] = { "prog:hostile", "own", NULL };
	const struct trace_match calls = { .kind = KTR_SYSCALL,
					   .call = "pidfd_send_signal" };
	const struct trace_item *item = NULL;
	struct run_place place;
	struct trace trace;
	size_t found = 0;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	record(&trace, &place, argv);
	while ((item = trace_find(&trace, item, calls))) {
		const struct trace_item *told =
		    trace_find(&trace, item,
			       (struct trace_match){ .tid = item->record.tid });
		int64_t pid = 0;

		assert_true(trace_number(told, "pid", &pid));
		assert_int_equal(
		    trace_count(&trace,
				(struct trace_match){ .pid = (int32_t)pid,
						      .kind = KTR_PROCDTOR }),
		    1);
		must_show(&place, pid);
		found++;
	}
	assert_int_equal(found, 2);
	trace_done(&trace);
	run_place_close(&place);
}

/* How many such calls failed; those that begin again did not. */
static size_t count_failed(const struct trace *trace, const char *call)
{
	const struct trace_match calls = { .kind = KTR_SYSCALL, .call = call };
	const struct trace_item *item = NULL;
	size_t found = 0;

	while ((item = trace_find(trace, item, calls))) {
		const struct trace_item *end = trace_return(trace, item);

		found += end && end->record.sysret.error > 0;
	}
	return found;
}

/* A name in memory to which a file is mapped: what is written to the file is
 * not read there once the name was, unless all of it is shared. */
static void test_mapped(void **state)
{
	static const struct {
		const char *words[2];
		const char *call;
		size_t failed;
		bool is_told;
	} cases[] = {
		{ { "mapped-kept" }, "unlink", 2, false },
		{ { "mapped-kept", "shared" }, "unlink", 1, true },
		{ { "mapped-waiting" }, "connect", 0, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const argv[] = { "prog:hostile", cases[i].words[0],
					     cases[i].words[1], NULL };
		struct run_place place;
		struct trace trace;

		assert_int_equal(
		    run_place_open(&place, *(enum run_user *)*state), 0);
		assert_int_equal(run_place_put(&place, "secret", "", 0600), 0);
		record(&trace, &place, argv);
		assert_int_equal(count_failed(&trace, cases[i].call),
				 cases[i].failed);
		assert_int_equal(count_told(&trace, cases[i].call, "given") > 0,
				 cases[i].is_told);
		trace_done(&trace);
		run_place_close(&place);
	}
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
	const struct CMUnitTest tests[] = {
		TEST(test_links),    TEST(test_made),    TEST(test_names),
		TEST(test_standing), TEST(test_waiting), TEST(test_race),
		TEST(test_pidfds),   TEST(test_mapped),  TEST(test_option)
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
