/*
 * Where a trace goes that becomes no file: standard output, a pipe, a socket.
 * It must be whole there, the same as a file would have been, and its reader
 * must see the end of it when the program has ended.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "support/run.h"
#include "support/trace.h"

/* More than a pipe holds, so that it is read while it is written. */
static const char *const argv[] = { "prog:threads", "4", "300", NULL };
static const char *const quiet_argv[] = { "prog:failing", NULL };
#define CALLS 3600

static void must_be_whole(const struct trace *trace, pid_t pid, size_t calls)
{
	struct trace_match match = { .pid = pid, .kind = KTR_SYSCALL };
	struct text why = TEXT_INIT;

	if (!trace_is_whole(trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	assert_true(trace_count(trace, match) >= calls);
}

/* A memory file that holds the text. */
static int hold(struct text *text)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text->data, text->length), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void test_standard_output(void **state)
{
	static const char *const options[] = { "-i", "-f", "-", NULL };
	enum run_user user = *(const enum run_user *)*state;
	struct run_spec spec = { .argv = quiet_argv, .trace = options };
	struct run_result result;
	struct run_place place;
	struct trace trace;
	int fd;

	assert_int_equal(run_place_open(&place, user), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	fd = hold(&result.out);
	assert_int_equal(trace_read(&trace, fd), 0);
	must_be_whole(&trace, result.pid, 40);
	close(fd);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

/* Runs the program with the trace going to `theirs`; reads it from `ours`. */
static void run_into(int ours, int theirs, enum run_user user)
{
	char number[16];
	const char *const options[] = { "-i", "--fd", number, NULL };
	struct run_spec spec = { .argv = argv,
				 .trace = options,
				 .pass = theirs };
	struct run_result result;
	struct run_place place;
	struct run_child child;
	struct trace trace;

	snprintf(number, sizeof(number), "%d", theirs);
	assert_int_equal(run_place_open(&place, user), 0);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	close(theirs);
	/* Returns at the end of all who could write to it. */
	assert_int_equal(trace_read(&trace, ours), 0);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 0));
	must_be_whole(&trace, result.pid, CALLS);
	close(ours);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

static void test_pipe(void **state)
{
	int pair[2];

	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	run_into(pair[0], pair[1], *(const enum run_user *)*state);
}

static void test_socket(void **state)
{
	int pair[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	run_into(pair[0], pair[1], *(const enum run_user *)*state);
}

int main(void)
{
	static enum run_user self = RUN_AS_SELF;
	static enum run_user ordinary = RUN_AS_ORDINARY;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_standard_output, &self),
		cmocka_unit_test_prestate(test_standard_output, &ordinary),
		cmocka_unit_test_prestate(test_pipe, &self),
		cmocka_unit_test_prestate(test_pipe, &ordinary),
		cmocka_unit_test_prestate(test_socket, &self),
		cmocka_unit_test_prestate(test_socket, &ordinary),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
