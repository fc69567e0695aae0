/*
 * Which files become the trace and which are refused, as FreeBSD's ktrace does
 * it. A refusal is one line and 125, starts nothing and harms nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "support/fault.h"

#define OLD "what was there before\n"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const command[] = { "touch", "started", NULL };

static void open_place(struct run_place *place, const void *user)
{
	assert_int_equal(run_place_open(place, *(const enum run_user *)user),
			 0);
	assert_int_equal(run_place_put(place, "old", OLD, 0640), 0);
}

static void must_contain(const struct run_place *place, const char *name,
			 const char *contents)
{
	struct text text = TEXT_INIT;
	char path[PATH_MAX];

	assert_int_equal(
	    run_read_file(&text, run_place_file(place, name, path)), 0);
	assert_string_equal(text_string(&text), contents);
	text_done(&text);
}

static bool is_there(const struct run_place *place, const char *name)
{
	struct stat status;
	char path[PATH_MAX];

	return !lstat(run_place_file(place, name, path), &status);
}

static void must_refuse(const struct run_place *place,
			const char *const *options, int pass)
{
	struct run_spec spec = { .argv = command,
				 .trace = options,
				 .pass = pass };
	struct run_result result;

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 125));
	assert_int_equal(fault_lines(&result.err), 1);
	assert_memory_equal(text_string(&result.err), "ktrace-u: ", 10);
	assert_int_equal(result.out.length, 0);
	assert_false(is_there(place, "started"));
	run_result_done(&result);
}

static void must_trace(const struct run_place *place, struct run_spec *spec)
{
	struct run_result result;

	assert_int_equal(run_program(&result, place, spec), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.err), "");
	assert_true(is_there(place, "started"));
	run_result_done(&result);
}

static void must_be_trace(const struct run_place *place, const char *name)
{
	struct trace trace;

	fault_load(&trace, place, name);
	fault_must_be_whole(&trace);
	trace_done(&trace);
}

static void test_append_to_link(void **state)
{
	static const char *const options[] = { "-a", "-f", "link", NULL };
	struct run_place place;
	char path[PATH_MAX];

	open_place(&place, *state);
	assert_int_equal(symlink("old", run_place_file(&place, "link", path)),
			 0);
	must_refuse(&place, options, 0);
	must_contain(&place, "old", OLD);
	run_place_close(&place);
}

/* Not even root appends to what belongs to others. */
static void test_append_to_foreign(void **state)
{
	static const char *const options[] = { "-a", "-f", "old", NULL };
	struct run_place place;
	char path[PATH_MAX];

	if (geteuid() != 0) {
		printf("skipped: only root can give a file away\n");
		skip();
	}
	open_place(&place, *state);
	run_place_file(&place, "old", path);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(chown(path, 1, 1), 0);
	must_refuse(&place, options, 0);
	must_contain(&place, "old", OLD);
	run_place_close(&place);
}

static void test_append_to_fifo(void **state)
{
	static const char *const options[] = { "-a", "-f", "fifo", NULL };
	struct run_place place;
	struct stat status;
	char path[PATH_MAX];
	char byte;
	int reader;

	open_place(&place, *state);
	run_place_file(&place, "fifo", path);
	assert_int_equal(mkfifo(path, 0666), 0);
	assert_int_equal(chown(path, place.uid, place.gid), 0);
	must_refuse(&place, options, 0);
	/* Nor when somebody waits for the trace at its other end. */
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
	must_refuse(&place, options, 0);
	assert_int_equal(read(reader, &byte, 1), 0);
	fault_close(&reader);
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISFIFO(status.st_mode));
	run_place_close(&place);
}

static void test_append_to_directory(void **state)
{
	static const char *const options[] = { "-a", "-f", "directory", NULL };
	struct run_place place;
	char path[PATH_MAX];

	open_place(&place, *state);
	run_place_file(&place, "directory", path);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(chown(path, place.uid, place.gid), 0);
	must_refuse(&place, options, 0);
	assert_int_equal(rmdir(path), 0);
	run_place_close(&place);
}

/* What is there stays, and the file keeps its mode. */
static void test_append(void **state)
{
	static const char *const options[] = { "-a", "-f", "trace", NULL };
	struct run_spec spec = { .argv = command, .trace = options };
	struct trace_match session = { .name = KTR_STRUCT_SESSION };
	struct run_place place;
	struct stat status;
	struct trace trace;
	char path[PATH_MAX];

	open_place(&place, *state);
	must_trace(&place, &spec);
	run_place_file(&place, "trace", path);
	assert_int_equal(chmod(path, 0640), 0);
	must_trace(&place, &spec);
	fault_load(&trace, &place, "trace");
	assert_int_equal(trace_count(&trace, session), 2);
	trace_done(&trace);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	run_place_close(&place);
}

static void allow_all(void *context)
{
	(void)context;
	umask(0);
}

/* Somebody has the old trace open: it is not theirs to see the new one. */
static void test_replace(void **state)
{
	static const char *const options[] = { "-f", "old", NULL };
	struct run_spec spec = { .argv = command,
				 .trace = options,
				 .prepare = allow_all };
	char data[sizeof(OLD)] = { 0 };
	struct run_place place;
	struct stat status;
	char path[PATH_MAX];
	int old;

	open_place(&place, *state);
	old = open(run_place_file(&place, "old", path), O_RDONLY | O_CLOEXEC);
	assert_true(old >= 0);
	must_trace(&place, &spec);
	assert_int_equal(read(old, data, sizeof(data)), strlen(OLD));
	assert_string_equal(data, OLD);
	assert_int_equal(fstat(old, &status), 0);
	assert_int_equal(status.st_nlink, 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_uid, place.uid);
	must_be_trace(&place, "old");
	fault_close(&old);
	run_place_close(&place);
}

static void test_replace_link(void **state)
{
	static const char *const options[] = { "-f", "link", NULL };
	struct run_spec spec = { .argv = command, .trace = options };
	struct run_place place;
	struct stat status;
	char path[PATH_MAX];

	open_place(&place, *state);
	run_place_file(&place, "link", path);
	assert_int_equal(symlink("old", path), 0);
	assert_int_equal(lchown(path, place.uid, place.gid), 0);
	must_trace(&place, &spec);
	must_contain(&place, "old", OLD);
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISREG(status.st_mode));
	must_be_trace(&place, "link");
	run_place_close(&place);
}

static void test_no_directory(void **state)
{
	static const char *const options[] = { "-f", "absent/trace", NULL };
	struct run_place place;

	open_place(&place, *state);
	must_refuse(&place, options, 0);
	run_place_close(&place);
}

static void test_closed_directory(void **state)
{
	static const char *const options[] = { "-f", "closed/trace", NULL };
	struct run_place place;
	char path[PATH_MAX];

	(void)state;
	open_place(&place, &users[1]);
	assert_int_equal(mkdir(run_place_file(&place, "closed", path), 0555),
			 0);
	must_refuse(&place, options, 0);
	run_place_close(&place);
}

static void test_bad_descriptor(void **state)
{
	static const char *const closed[] = { "--fd", "9", NULL };
	char number[16];
	const char *options[] = { "--fd", number, NULL };
	struct run_place place;
	char path[PATH_MAX];
	int readable;

	open_place(&place, *state);
	must_refuse(&place, closed, 0);
	readable = open(run_place_file(&place, "old", path),
			O_RDONLY | O_CLOEXEC);
	assert_true(readable > 2);
	snprintf(number, sizeof(number), "%d", readable);
	must_refuse(&place, options, readable);
	must_contain(&place, "old", OLD);
	fault_close(&readable);
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_append_to_link),
		AS_BOTH(test_append_to_foreign),
		AS_BOTH(test_append_to_fifo),
		AS_BOTH(test_append_to_directory),
		AS_BOTH(test_append),
		AS_BOTH(test_replace),
		AS_BOTH(test_replace_link),
		AS_BOTH(test_no_directory),
		cmocka_unit_test(test_closed_directory),
		AS_BOTH(test_bad_descriptor),
	};

	return cmocka_run_group_tests_name("fault output", tests, NULL, NULL);
}
