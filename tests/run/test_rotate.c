/*
 * Traces that end, or go on in a new file, when they have come to a size: each
 * file can be understood without the others, and together they hold all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "support/command.h"
#include "support/fault.h"
#include "support/refusal.h"
#include "support/status.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

#define FILES_MAX 200
#define SIZE      ((off_t)128 << 10)

static const char *const busy[] = { "prog:threads", "4", "300", NULL };
#define BUSY_CALLS 3600

/* All that is recorded of some run, the oldest file first. */
struct files {
	struct trace traces[FILES_MAX];
	size_t count;
};

static bool has_file(const struct run_place *place, const char *name,
		     struct stat *status)
{
	char path[PATH_MAX];

	return !stat(run_place_file(place, name, path), status);
}

static size_t count_files(const struct run_place *place)
{
	char name[32] = "out";
	struct stat status;
	size_t count = 0;

	while (has_file(place, name, &status))
		snprintf(name, sizeof(name), "out.%zu", ++count);
	return count;
}

/* Whether a program that is started has printed anything. */
static bool has_said(const struct run_child *child)
{
	struct stat status;

	assert_int_equal(fstat(child->out, &status), 0);
	return status.st_size > 0;
}

static void load_all(struct files *files, const struct run_place *place)
{
	char names[FILES_MAX][32] = { "out" };
	struct stat status;

	files->count = 0;
	while (has_file(place, names[files->count], &status)) {
		files->count++;
		assert_true(files->count < FILES_MAX);
		snprintf(names[files->count], sizeof(names[0]), "out.%zu",
			 files->count);
	}
	for (size_t i = 0; i < files->count; i++)
		fault_load(&files->traces[i], place,
			   names[files->count - 1 - i]);
}

static void files_done(struct files *files)
{
	for (size_t i = 0; i < files->count; i++)
		trace_done(&files->traces[i]);
}

static size_t count_all(const struct files *files, struct trace_match match)
{
	size_t count = 0;

	for (size_t i = 0; i < files->count; i++)
		count += trace_count(&files->traces[i], match);
	return count;
}

/* Nobody appears before it is said who that is; the recorder needs no saying.
 */
static void must_introduce(const struct trace *trace)
{
	int32_t pids[64];
	size_t count = trace_pids(trace, pids, ARRAY_LEN(pids));

	assert_true(count > 0 && count <= ARRAY_LEN(pids));
	for (size_t i = 0; i < count; i++) {
		const struct trace_item *first = trace_find(
		    trace, NULL, (struct trace_match){ .pid = pids[i] });
		const struct trace_item *who = trace_find(
		    trace, first,
		    (struct trace_match){ .pid = pids[i],
					  .name = KTR_STRUCT_PROCESS });

		if (pids[i] == trace_recorder(trace))
			continue;
		assert_int_equal(first->record.kind, KTR_PROCCTOR);
		assert_non_null(who);
		assert_ptr_equal(who, first + 1);
	}
}

static bool is_continued(const struct trace *trace)
{
	const struct trace_item *end = trace_find(
	    trace, NULL, (struct trace_match){ .name = KTR_STRUCT_END });
	int64_t number;

	assert_non_null(end);
	assert_ptr_equal(end, &trace->items[trace->count - 1]);
	return trace_number(end, "continued", &number);
}

static void must_stand_alone(const struct files *files)
{
	struct trace_match descriptors = { .name = KTR_STRUCT_DESCRIPTORS };

	for (size_t i = 0; i < files->count; i++) {
		const struct trace *trace = &files->traces[i];

		assert_int_equal(trace->ended, READER_END);
		assert_true(record_is_struct(&trace->items[0].record,
					     KTR_STRUCT_SESSION));
		assert_int_equal(trace_count(trace,
					     (struct trace_match){
						 .name = KTR_STRUCT_SESSION }),
				 1);
		must_introduce(trace);
		assert_true(trace_count(trace, descriptors) > 0);
		assert_int_equal(is_continued(trace), i + 1 < files->count);
	}
}

static void record(const struct run_place *place, const char *const *options,
		   const char *const *argv)
{
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.err), "");
	run_result_done(&result);
}

static void test_rotates(void **state)
{
	static const char *const forms[][6] = {
		{ "-f", "out", "--rotate", "128K", NULL },
		{ "-f", "out", "--rotate", "64K", "--zstd", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		static struct files files;
		struct run_place place;
		struct stat status;

		assert_int_equal(
		    run_place_open(&place, *(const enum run_user *)*state), 0);
		record(&place, forms[i], busy);
		load_all(&files, &place);
		print_message("%zu files\n", files.count);
		assert_true(files.count > (i ? 1 : 3));
		must_stand_alone(&files);
		assert_true(
		    count_all(&files, (struct trace_match){
					  .kind = KTR_SYSCALL }) >= BUSY_CALLS);
		assert_int_equal(
		    count_all(&files,
			      (struct trace_match){ .kind = KTR_PROCDTOR }),
		    1);
		assert_int_equal(
		    count_all(&files,
			      (struct trace_match){ .name = KTR_STRUCT_LOSS }),
		    0);
		assert_true(has_file(&place, "out.1", &status));
		assert_in_range(status.st_size, SIZE / (i ? 4 : 2),
				SIZE * (i ? 1 : 2));
		files_done(&files);
		run_place_close(&place);
	}
}

/* The newest stay. */
static void test_keeps_some(void **state)
{
	static const char *const options[] = { "-f", "out", "--rotate",
					       "128K,2", NULL };
	static struct files files;
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	/* It belongs to nobody's trace, and is beyond what is kept. */
	assert_int_equal(run_place_put(&place, "out.3", "mine", 0644), 0);
	record(&place, options, busy);
	assert_int_equal(
	    unlinkat(AT_FDCWD,
		     run_place_file(&place, "out.3", (char[PATH_MAX]){ 0 }), 0),
	    0);
	load_all(&files, &place);
	assert_int_equal(files.count, 3);
	must_stand_alone(&files);
	assert_int_equal(
	    count_all(&files, (struct trace_match){ .kind = KTR_PROCDTOR }), 1);
	files_done(&files);
	run_place_close(&place);
}

/* Children too, and processes that do nothing are said to be there. */
static void test_many_processes(void **state)
{
	static const char *const options[] = { "-i",       "-f",  "out",
					       "--rotate", "64K", NULL };
	static const char *const argv[] = {
		"sh", "-c",
		"sleep 1000 & for i in 1 2 3 4 5 6 7 8; do /bin/true; done; "
		"kill $!; wait",
		NULL
	};
	static struct files files;
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	record(&place, options, argv);
	load_all(&files, &place);
	assert_true(files.count > 1);
	must_stand_alone(&files);
	assert_int_equal(
	    count_all(&files, (struct trace_match){ .kind = KTR_PROCDTOR }),
	    10);
	files_done(&files);
	run_place_close(&place);
}

/* What has the file's name by then is somebody else's: it stays, and what was
 * moved away grows. */
static void test_leaves_others_alone(void **state)
{
	static const char *const options[] = { "-f", "out", "--rotate", "1M",
					       NULL };
	static const char *const argv[] = { "prog:fault_worker", "1", NULL };
	struct fault_pipe in = fault_pipe(), out = fault_pipe();
	struct run_spec spec = {
		.argv = argv, .trace = options, .in = in.read, .out = out.write
	};
	struct text other = TEXT_INIT;
	struct run_result result;
	struct run_child child;
	struct run_place place;
	struct stat status;
	struct trace trace;
	char path[PATH_MAX], moved[PATH_MAX];

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	run_place_file(&place, "moved", moved);
	run_place_file(&place, "out", path);
	while (rename(path, moved) < 0)
		status_pause();
	assert_int_equal(run_place_put(&place, "out", "mine", 0644), 0);
	fault_close(&in.read);
	fault_close(&out.write);
	assert_true(fault_await(out.read, 30000));
	do {
		status_pause();
		assert_int_equal(stat(moved, &status), 0);
	} while (status.st_size < 3 << 20);
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 7));
	fault_load(&trace, &place, "moved");
	fault_must_be_whole(&trace);
	trace_done(&trace);
	assert_int_equal(run_read_file(&other, path), 0);
	assert_string_equal(text_string(&other), "mine");
	assert_false(has_file(&place, "out.1", &status));
	fault_close(&out.read);
	text_done(&other);
	run_result_done(&result);
	run_place_close(&place);
}

/* ---- a last size ---- */

static void test_stops(void **state)
{
	static const char *const forms[][6] = {
		{ "-f", "out", "--max-size", "128K", NULL },
		{ "-f", "out", "--max-size", "64K", "--zstd", NULL },
	};
	static const char *const argv[] = { "prog:fault_sink",
					    "say",
					    "begin",
					    "calls",
					    "60000",
					    "say",
					    "end",
					    "exit",
					    "7",
					    NULL };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct fault_pipe err = fault_pipe();
		struct run_spec spec = { .argv = argv,
					 .trace = forms[i],
					 .err = err.write };
		struct text told = TEXT_INIT;
		const struct trace_item *last;
		struct run_result result;
		struct run_place place;
		struct stat status;
		struct trace trace;

		assert_int_equal(
		    run_place_open(&place, *(const enum run_user *)*state), 0);
		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(run_exited(&result, 7));
		assert_string_equal(text_string(&result.out), "begin\nend\n");
		fault_close(&err.write);
		fault_read(&told, err.read);
		assert_string_equal(text_string(&told),
				    "ktrace-u: ktrace file has come to its "
				    "size, tracing stopped\n");
		assert_true(has_file(&place, "out", &status));
		assert_in_range(status.st_size, (i ? 32 : 96) << 10,
				(i ? 96 : 160) << 10);
		fault_load(&trace, &place, "out");
		assert_int_equal(trace.ended, READER_END);
		assert_null(
		    trace_find(&trace, NULL,
			       (struct trace_match){ .name = KTR_STRUCT_END }));
		last = trace_find(
		    &trace, NULL,
		    (struct trace_match){ .name = KTR_STRUCT_COVERAGE });
		assert_non_null(last);
		assert_string_equal(trace_text(last, "what"), "session");
		trace_done(&trace);
		fault_close(&err.read);
		text_done(&told);
		run_result_done(&result);
		run_place_close(&place);
	}
}

/* ---- following ---- */

static unsigned lines_of(struct text *text, const char *part)
{
	unsigned count = 0;

	for (const char *at = text_string(text); (at = strstr(at, part)); at++)
		count++;
	return count;
}

/* A kdump-u -l that is there from the first file on sees them all, and ends
 * with the last. */
static void test_follows(void **state)
{
	static const char *const options[] = { "-f", "out", "--rotate", "64K",
					       NULL };
	static const char *const argv[] = { "prog:fault_worker", "1", NULL };
	struct fault_pipe in = fault_pipe(), out = fault_pipe();
	struct run_spec spec = {
		.argv = argv, .trace = options, .in = in.read, .out = out.write
	};
	static struct files files;
	struct run_child child, kdump;
	struct run_result result;
	struct run_place place;
	const char *follow[] = { KDUMP_U, "-l", "out", NULL };
	struct run_spec kdump_spec = { .argv = follow };
	size_t wanted;

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	fault_close(&in.read);
	fault_close(&out.write);
	assert_true(fault_await(out.read, 30000));
	/* It may come late; but not when all is over. */
	assert_int_equal(run_start(&kdump, &place, &kdump_spec), 0);
	while (!has_said(&kdump))
		status_pause();
	wanted = count_files(&place) + 3;
	while (count_files(&place) < wanted)
		status_pause();
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 7));
	run_result_done(&result);
	assert_int_equal(run_finish(&kdump, &result), 0);
	assert_true(run_exited(&result, 0));
	load_all(&files, &place);
	must_stand_alone(&files);
	assert_in_range(
	    lines_of(&result.out, " CALL "), 100,
	    count_all(&files, (struct trace_match){ .kind = KTR_SYSCALL }));
	assert_int_equal(lines_of(&result.out, "exit_group"), 1);
	files_done(&files);
	fault_close(&out.read);
	run_result_done(&result);
	run_place_close(&place);
}

/* Begun with the oldest of files that are there, nothing is missing. */
static void test_follows_from_the_oldest(void **state)
{
	static const char *const options[] = { "-f", "out", "--rotate", "128K",
					       NULL };
	static struct files files;
	struct run_place place;
	char name[32];
	char path[PATH_MAX];
	const char *argv[] = { KDUMP_U, "-l", path, NULL };
	struct command_result result;

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	record(&place, options, busy);
	load_all(&files, &place);
	assert_true(files.count > 3);
	snprintf(name, sizeof(name), "out.%zu", files.count - 1);
	run_place_file(&place, name, path);
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_int_equal(result.status, 0);
	assert_int_equal(
	    lines_of(&result.out, " CALL "),
	    count_all(&files, (struct trace_match){ .kind = KTR_SYSCALL }));
	assert_int_equal(
	    lines_of(&result.out, " RET "),
	    count_all(&files, (struct trace_match){ .kind = KTR_SYSRET }));
	command_done(&result);
	argv[1] = "--summary";
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_non_null(strstr(text_string(&result.out),
			       "whole      no: it goes on in another file\n"));
	command_done(&result);
	files_done(&files);
	run_place_close(&place);
}

/* One in between is gone: that is said. */
static void test_a_file_is_missing(void **state)
{
	static const char *const options[] = { "-f", "out", "--rotate", "128K",
					       NULL };
	struct run_place place;
	char path[PATH_MAX], other[PATH_MAX];
	const char *argv[] = { KDUMP_U, "-l", path, NULL };
	struct command_result result;

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	record(&place, options, busy);
	assert_int_equal(unlink(run_place_file(&place, "out.1", other)), 0);
	run_place_file(&place, "out.2", path);
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_int_equal(result.status, W_EXITCODE(1, 0));
	assert_non_null(strstr(text_string(&result.err),
			       ": the file that it goes on in is gone\n"));
	command_done(&result);
	run_place_close(&place);
}

/* ---- what does not go ---- */

static void test_refusals(void **state)
{
	static const struct {
		const char *words[6];
		const char *line;
	} cases[] = {
		{ { "--rotate", "1M", "--max-size", "1M" },
		  "--max-size, --rotate and --ring: one of them, once" },
		{ { "--rotate", "1K" }, "--rotate: \"1K\" is not a size" },
		{ { "--max-size", "x" }, "--max-size: \"x\" is not a size" },
		{ { "--rotate", "1M,0" }, "--rotate: \"0\" is not a number" },
		{ { "--rotate", "1M," }, "--rotate: \"\" is not a number" },
		{ { "--rotate", "1M", "-f", "-" },
		  "--rotate and --ring go with a file that has a name" },
		{ { "--rotate", "1M", "--fd", "2" },
		  "--rotate and --ring go with a file that has a name" },
		{ { "--max-size", "1M", "--status" },
		  "--max-size, --rotate and --ring go with a recorder of their "
		  "own" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *argv[9] = { KTRACE_U };
		size_t count = 1;

		for (size_t j = 0; cases[i].words[j]; j++)
			argv[count++] = cases[i].words[j];
		if (i != ARRAY_LEN(cases) - 1)
			argv[count++] = "true";
		refusal_must_say(argv, cases[i].line);
	}
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_rotates),
		AS_BOTH(test_keeps_some),
		AS_BOTH(test_many_processes),
		AS_BOTH(test_leaves_others_alone),
		AS_BOTH(test_stops),
		cmocka_unit_test_prestate(test_follows, &users[0]),
		AS_BOTH(test_follows_from_the_oldest),
		AS_BOTH(test_a_file_is_missing),
		cmocka_unit_test(test_refusals),
	};

	setenv("LC_ALL", "C", 1);
	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
