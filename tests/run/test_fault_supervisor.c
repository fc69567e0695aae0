/*
 * What becomes of the program when the supervisor is killed, told to end or
 * stopped. Without a filter the program goes on untouched; with one, whose
 * calls nobody would answer, it dies with the supervisor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "support/run.h"
#include "support/status.h"
#include "support/trace.h"

#define PATIENCE_MS 30000

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

/* A traced worker, and who traces it. */
struct work {
	struct run_place place;
	struct run_child child;
	int input;  /* it works until this is closed */
	int output; /* what it says */
	int alive;  /* ends when the last of its processes is gone */
	pid_t supervisor;
	int supervisor_fd;
};

static void make_pipe(int *ret_read, int *ret_write)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	*ret_read = ends[0];
	*ret_write = ends[1];
}

/* Fails the test if nothing happens at the descriptor for long. */
static void await(int fd, const char *what)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	if (poll(&ready, 1, PATIENCE_MS) != 1)
		fail_msg("%s: nothing within %d ms", what, PATIENCE_MS);
}

static void read_line(struct work *work, const char *expected)
{
	char line[32] = "";
	size_t length = 0;

	while (length < strlen(expected)) {
		await(work->output, expected);
		assert_int_equal(read(work->output, line + length, 1), 1);
		length++;
	}
	assert_string_equal(line, expected);
}

/* A record is on disk soon after what it tells of. */
static void await_records(const struct work *work)
{
	char path[PATH_MAX];
	struct stat status;

	run_place_file(&work->place, "ktrace.out", path);
	do {
		status_pause();
		assert_int_equal(stat(path, &status), 0);
	} while (status.st_size == 0);
}

/* Starts it and waits until all its processes are at work. */
static void work_start(struct work *work, enum run_user user,
		       const char *const *options)
{
	static const char *const argv[] = { "prog:fault_worker", "3", NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	int output, alive;

	assert_int_equal(run_place_open(&work->place, user), 0);
	make_pipe(&spec.in, &work->input);
	make_pipe(&work->output, &output);
	make_pipe(&work->alive, &alive);
	spec.out = output;
	spec.pass = alive;
	assert_int_equal(run_start(&work->child, &work->place, &spec), 0);
	close(spec.in);
	close(output);
	close(alive);
	read_line(work, "ready\n");
	work->supervisor = status_tracer(work->child.pid);
	assert_true(work->supervisor > 0);
	work->supervisor_fd = (int)syscall(SYS_pidfd_open, work->supervisor, 0);
	assert_true(work->supervisor_fd >= 0);
	await_records(work);
}

/* Lets it come to its end, which is to be `status`. */
static void work_finish(struct work *work, int status)
{
	struct run_result result;

	close(work->input);
	assert_int_equal(run_finish(&work->child, &result), 0);
	assert_false(result.timed_out);
	assert_int_equal(result.status, status);
	if (WIFEXITED(status))
		read_line(work, "survived\n");
	await(work->alive, "the end of all processes");
	run_result_done(&result);
	await(work->supervisor_fd, "the end of the supervisor");
	close(work->supervisor_fd);
	close(work->output);
	close(work->alive);
}

/* The trace must be readable to where the supervisor was killed in a write(2),
 * and not look complete. */
static void must_be_cut(struct work *work, struct trace *trace)
{
	struct trace_match end = { .name = KTR_STRUCT_END };
	char path[PATH_MAX];

	run_place_file(&work->place, "ktrace.out", path);
	assert_int_equal(trace_load(trace, path), 0);
	if (trace->ended != READER_END)
		assert_int_equal(trace->fault, RECORD_TRUNCATED);
	assert_true(trace->count > 0);
	assert_null(trace_find(trace, NULL, end));
}

static const char *const plain[] = { "-i", NULL };
static const char *const signals_only[] = { "-i", "-t", "s", NULL };
static const char *const filtered[] = { "-i", "-t", "n", "--seccomp=always",
					NULL };

static void must_survive_kill(enum run_user user, const char *const *options)
{
	struct work work;
	struct trace trace;

	work_start(&work, user, options);
	kill(work.supervisor, SIGKILL);
	await(work.supervisor_fd, "the end of the supervisor");
	assert_int_equal(status_tracer(work.child.pid), 0);
	work_finish(&work, W_EXITCODE(7, 0));
	must_be_cut(&work, &trace);
	trace_done(&trace);
	run_place_close(&work.place);
}

static void test_kill_plain(void **state)
{
	must_survive_kill(*(enum run_user *)*state, plain);
}

static void test_kill_signals_only(void **state)
{
	must_survive_kill(*(enum run_user *)*state, signals_only);
}

/* Nobody would answer the filter: all die, none is left with failing calls. */
static void test_kill_filtered(void **state)
{
	struct work work;
	struct trace trace;

	work_start(&work, *(enum run_user *)*state, filtered);
	kill(work.supervisor, SIGKILL);
	await(work.alive, "the end of all processes");
	work_finish(&work, W_EXITCODE(0, SIGKILL));
	must_be_cut(&work, &trace);
	trace_done(&trace);
	run_place_close(&work.place);
}

static void must_say_ended(const struct trace *trace)
{
	struct trace_match match = { .name = KTR_STRUCT_COVERAGE };
	const struct trace_item *item = trace_find(trace, NULL, match);

	assert_non_null(item);
	assert_string_equal(trace_text(item, "what"), "session");
	assert_null(trace_find(trace, item, (struct trace_match){ 0 }));
}

/* It lets all go, and ends, while they run. */
static void test_terminate_plain(void **state)
{
	struct work work;
	struct trace trace;

	work_start(&work, *(enum run_user *)*state, plain);
	kill(work.supervisor, SIGTERM);
	await(work.supervisor_fd, "the end of the supervisor");
	assert_int_equal(status_tracer(work.child.pid), 0);
	must_be_cut(&work, &trace);
	must_say_ended(&trace);
	trace_done(&trace);
	work_finish(&work, W_EXITCODE(7, 0));
	run_place_close(&work.place);
}

/* It must stay, and writes nothing more. */
static void test_terminate_filtered(void **state)
{
	struct work work;
	struct trace trace;

	work_start(&work, *(enum run_user *)*state, filtered);
	kill(work.supervisor, SIGTERM);
	work_finish(&work, W_EXITCODE(7, 0));
	must_be_cut(&work, &trace);
	must_say_ended(&trace);
	trace_done(&trace);
	run_place_close(&work.place);
}

/* What a terminal or a session's end sends is nothing to it. */
static void test_other_signals(void **state)
{
	static const int sent[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE,
				    SIGTSTP, SIGUSR1, SIGALRM, SIGXFSZ };
	struct work work;
	struct trace trace;
	struct text why = TEXT_INIT;
	char path[PATH_MAX];

	work_start(&work, *(enum run_user *)*state, plain);
	for (size_t i = 0; i < sizeof(sent) / sizeof(*sent); i++)
		kill(work.supervisor, sent[i]);
	kill(work.supervisor, SIGSTOP);
	status_await(work.supervisor, 'T');
	status_await(work.child.pid, 't');
	kill(work.supervisor, SIGCONT);
	work_finish(&work, W_EXITCODE(7, 0));
	run_place_file(&work.place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!trace_is_whole(&trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	trace_done(&trace);
	run_place_close(&work.place);
}

/* A user ends all that is his, the supervisor included: nothing is left stuck.
 * In a process namespace of its own, which the script makes sure of. */
static void test_kill_everybody(void **state)
{
	static const char script[] =
	    "[ $$ = 1 ] || exit 99\n"
	    "\"$KTRACE\" -i sh -c 'sleep 1000 & sleep 1000 & "
	    "[ -d /proc/2 ] && kill -9 -1'\n"
	    "left=2\n"
	    "while [ $left -gt 1 ]; do\n"
	    "	left=0\n"
	    "	for process in /proc/[0-9]*; do\n"
	    "		state=Z\n"
	    "		while read -r name value rest; do\n"
	    "			[ $name = State: ] && state=$value\n"
	    "		done 2>/dev/null < $process/status\n"
	    "		[ $state = Z ] || left=$((left + 1))\n"
	    "	done\n"
	    "done\n"
	    "echo left: $left";
	const char *const argv[] = { "unshare",      "-Urpf", "--mount-proc",
				     "--kill-child", "sh",    "-c",
				     script,         NULL };
	char ktrace[PATH_MAX + 8];
	const char *const env[] = { ktrace, NULL };
	struct run_spec spec = { .argv = argv, .env = env, .seconds = 60 };
	struct run_result result;
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	snprintf(ktrace, sizeof(ktrace), "KTRACE=%s", place.ktrace);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	if (strstr(text_string(&result.err), "unshare")) {
		printf("skipped: %s", text_string(&result.err));
		run_result_done(&result);
		run_place_close(&place);
		skip();
	}
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.out), "left: 1\n");
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
#define BOTH(test)                                                             \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])
	const struct CMUnitTest tests[] = {
		BOTH(test_kill_plain),         BOTH(test_kill_signals_only),
		BOTH(test_kill_filtered),      BOTH(test_terminate_plain),
		BOTH(test_terminate_filtered), BOTH(test_other_signals),
		BOTH(test_kill_everybody),
	};
#undef BOTH

	return cmocka_run_group_tests(tests, NULL, NULL);
}
