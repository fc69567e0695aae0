/*
 * A daemon outlives the command: ktrace-u returns with the command, and so does
 * whoever reads its output; with -i the daemon stays traced, and the trace goes
 * on until it ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/syscall.h>
#include <sys/wait.h>

#include "support/fault.h"
#include "support/status.h"

/* Far less than nobody's patience, and far more than a busy machine needs. */
#define SECONDS 60

/* What access() is. */
#ifdef SYS_access
#define ACCESS "access"
#else
#define ACCESS "faccessat"
#endif

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static int open_process(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	assert_true(fd >= 0);
	return fd;
}

static void await_end(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	assert_int_equal(poll(&end, 1, SECONDS * 1000), 1);
	close(pidfd);
}

/* Who opens it for writing and goes lets the daemon go on. */
static void release(const struct run_place *place)
{
	char path[PATH_MAX];
	int fd = open(run_place_file(place, "go", path), O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	close(fd);
}

static size_t count_of(const struct trace *trace, pid_t pid, unsigned kind)
{
	return trace_count(trace,
			   (struct trace_match){ .pid = pid, .kind = kind });
}

/* While the daemon lives: the command's part is there, and no end. */
static void check_meanwhile(const struct run_place *place, pid_t command,
			    pid_t daemon)
{
	struct text why = TEXT_INIT;
	struct trace trace;

	fault_load(&trace, place, "ktrace.out");
	assert_int_equal(count_of(&trace, command, KTR_PROCDTOR), 1);
	assert_int_equal(count_of(&trace, daemon, KTR_PROCCTOR), 1);
	assert_int_equal(count_of(&trace, daemon, KTR_PROCDTOR), 0);
	assert_false(trace_is_whole(&trace, &why));
	text_done(&why);
	trace_done(&trace);
}

static void check_afterwards(const struct run_place *place, pid_t daemon)
{
	struct trace_match late = { .pid = daemon,
				    .kind = KTR_SYSCALL,
				    .call = ACCESS };
	struct trace_match ends = { .pid = daemon,
				    .kind = KTR_STRUCT,
				    .name = KTR_STRUCT_EXIT_STATUS };
	const struct trace_item *end;
	struct trace trace;
	int64_t status = -1;

	fault_load(&trace, place, "ktrace.out");
	fault_must_be_whole(&trace);
	assert_non_null(trace_find(&trace, NULL, late));
	end = trace_find(&trace, NULL, ends);
	assert_non_null(end);
	assert_true(trace_number(end, "status", &status));
	assert_int_equal(status, 5);
	trace_done(&trace);
}

static void run_daemon(struct run_result *ret, const struct run_place *place,
		       const char *const *options)
{
	static const char *const argv[] = { "prog:fault_process_daemon", NULL };
	struct run_spec spec = { .argv = argv,
				 .trace = options,
				 .seconds = SECONDS };

	assert_int_equal(run_program(ret, place, &spec), 0);
	assert_true(run_exited(ret, 3));
	assert_int_equal(ret->err.length, 0);
}

static void test_followed(void **state)
{
	static const char *const options[] = { "-i", NULL };
	struct run_result result;
	struct run_place place;
	int daemon_end, recorder_end;
	pid_t daemon, recorder;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	run_daemon(&result, &place, options);
	daemon = (pid_t)strtol(text_string(&result.out), NULL, 10);
	recorder = status_tracer(daemon);
	assert_true(recorder > 0);
	daemon_end = open_process(daemon);
	recorder_end = open_process(recorder);
	check_meanwhile(&place, result.pid, daemon);
	release(&place);
	await_end(daemon_end);
	await_end(recorder_end);
	check_afterwards(&place, daemon);
	run_result_done(&result);
	run_place_close(&place);
}

/* Not followed it is not traced, and the trace ends with the command. */
static void test_not_followed(void **state)
{
	static const char *const options[] = { "-f", "ktrace.out", NULL };
	struct run_result result;
	struct run_place place;
	struct trace trace;
	pid_t daemon;
	int end;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	run_daemon(&result, &place, options);
	daemon = (pid_t)strtol(text_string(&result.out), NULL, 10);
	assert_int_equal(status_tracer(daemon), 0);
	end = open_process(daemon);
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	assert_int_equal(count_of(&trace, daemon, 0), 0);
	trace_done(&trace);
	release(&place);
	await_end(end);
	run_result_done(&result);
	run_place_close(&place);
}

/* A guardian is nobody's reader, either: under a filter, not followed. */
static void test_guarded(void **state)
{
	static const char *const options[] = { "--seccomp=always",
					       "--syscalls=access", NULL };
	struct run_result result;
	struct run_place place;
	int daemon_end, recorder_end;
	struct trace trace;
	pid_t daemon, recorder;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	run_daemon(&result, &place, options);
	daemon = (pid_t)strtol(text_string(&result.out), NULL, 10);
	recorder = status_tracer(daemon);
	assert_true(recorder > 0);
	daemon_end = open_process(daemon);
	recorder_end = open_process(recorder);
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	trace_done(&trace);
	release(&place);
	await_end(daemon_end);
	await_end(recorder_end);
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	assert_int_equal(count_of(&trace, daemon, 0), 0);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

/* ---- in a shell: who reads its output sees its end ---- */

static const char *const lines[] = {
	"x=$(\"$0\" -i \"$1\"); echo \"$? ${x:+said}\"; echo $x >pid",
	"\"$0\" -i \"$1\" | cat >pid; echo \"3 said\"",
	"x=$(\"$0\" -i \"$1\" 2>&1 | cat); echo \"3 ${x:+said}\"; echo $x >pid",
};

static void check_line(const char *line, const struct run_place *place)
{
	char program[PATH_MAX + 64], path[PATH_MAX];
	const char *const argv[] = { "sh",          "-c",    line,
				     place->ktrace, program, NULL };
	struct run_spec spec = { .argv = argv, .seconds = SECONDS };
	struct run_result result;
	struct text text = TEXT_INIT;
	int end = -1;

	snprintf(program, sizeof(program), "%s/fault_process_daemon",
		 place->programs);
	assert_int_equal(run_program(&result, place, &spec), 0);
	if (!run_exited(&result, 0))
		fail_msg("%s", line);
	assert_string_equal(text_string(&result.out), "3 said\n");
	assert_int_equal(result.err.length, 0);
	assert_int_equal(
	    run_read_file(&text, run_place_file(place, "pid", path)), 0);
	if (strtol(text_string(&text), NULL, 10) > 0)
		end = open_process((pid_t)strtol(text_string(&text), NULL, 10));
	release(place);
	if (end >= 0)
		await_end(end);
	text_done(&text);
	run_result_done(&result);
}

static void test_shell(void **state)
{
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		check_line(lines[i], &place);
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_followed),
		AS_BOTH(test_not_followed),
		AS_BOTH(test_guarded),
		AS_BOTH(test_shell),
	};

	return cmocka_run_group_tests_name("process_daemon", tests, NULL, NULL);
}
