/*
 * The trace is written at another pace than the program runs at: a slow reader
 * makes it wait or, with --drop, makes records go missing, which the trace
 * says; what is written is there in time; two recorders share one file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/fault.h"
#include "support/status.h"

/* Their records are more than a queue and a pipe together hold. */
#define CALLS   15000
#define CALLS_S "15000"
#define QUEUE   "1M"
/* What must be read to make the queue move well. */
#define ROOM     ((size_t)512 << 10)
#define ATTEMPTS 200
#define KILLS    60

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

/* A program that is traced into a pipe, and pipes to speak with both. */
struct pace {
	struct run_place place;
	struct run_child child;
	struct run_result result;
	struct fault_pipe trace, in, out, err;
};

static void pace_start(struct pace *pace, const void *user, const char *drop,
		       const char *const *argv)
{
	char number[16];
	const char *options[] = {
		"--fd", number, "--queue", QUEUE, drop, NULL
	};
	struct run_spec spec = { .argv = argv, .trace = options };

	*pace = (struct pace){ .trace = fault_pipe(),
			       .in = fault_pipe(),
			       .out = fault_pipe(),
			       .err = fault_pipe() };
	snprintf(number, sizeof(number), "%d", pace->trace.write);
	spec.pass = pace->trace.write;
	spec.in = pace->in.read;
	spec.out = pace->out.write;
	spec.err = pace->err.write;
	assert_int_equal(
	    run_place_open(&pace->place, *(const enum run_user *)user), 0);
	assert_int_equal(run_start(&pace->child, &pace->place, &spec), 0);
	fault_close(&pace->trace.write);
	fault_close(&pace->in.read);
	fault_close(&pace->out.write);
	fault_close(&pace->err.write);
}

static void pace_finish(struct pace *pace)
{
	assert_int_equal(run_finish(&pace->child, &pace->result), 0);
	assert_false(pace->result.timed_out);
	assert_int_equal(pace->result.status, W_EXITCODE(7, 0));
}

static void pace_done(struct pace *pace)
{
	fault_close(&pace->trace.read);
	fault_close(&pace->in.write);
	fault_close(&pace->out.read);
	fault_close(&pace->err.read);
	run_result_done(&pace->result);
	run_place_close(&pace->place);
}

/* Waits until the pipe, whose end to read from that is, takes no more: by how
 * much is in it that does not show, since pages may be partly used. */
static void await_full(int fd)
{
	uint64_t until = fault_now_ms() + 60000;
	struct pollfd end = { .events = POLLOUT };
	char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	end.fd = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(end.fd >= 0);
	while (poll(&end, 1, 0) == 1)
		assert_true(fault_now_ms() < until);
	close(end.fd);
}

static size_t count_calls(const struct trace *trace, int32_t pid)
{
	return trace_count(trace, (struct trace_match){ .pid = pid,
							.kind = KTR_SYSCALL,
							.call = "getppid" });
}

/* The program waits for the reader, and nothing is missing. */
static void test_slow_reader(void **state)
{
	static const char *const argv[] = {
		"prog:fault_sink", "calls", CALLS_S, "exit", "7", NULL
	};
	struct trace trace;
	struct pace pace;

	pace_start(&pace, *state, NULL, argv);
	await_full(pace.trace.read);
	/* It cannot end: most of its records have no place to go. */
	assert_false(fault_await(pace.child.pidfd, 300));
	assert_int_equal(trace_read(&trace, pace.trace.read), 0);
	pace_finish(&pace);
	fault_must_be_whole(&trace);
	assert_int_equal(count_calls(&trace, pace.result.pid), CALLS);
	trace_done(&trace);
	pace_done(&pace);
}

/* Every record that is not there was counted. */
static void must_add_up(const struct trace *trace)
{
	struct trace_match entries = { .kind = KTR_SYSCALL };
	struct trace_match returns = { .kind = KTR_SYSRET };
	int64_t entered = (int64_t)trace_count(trace, entries) +
			  fault_lost(trace, KTR_SYSCALL);
	int64_t returned = (int64_t)trace_count(trace, returns) +
			   fault_lost(trace, KTR_SYSRET);

	printf("%zu records, %lld lost\n", trace->count,
	       (long long)fault_lost(trace, 0));
	assert_true(fault_lost(trace, KTR_SYSCALL) > 0);
	assert_true(entered > CALLS);
	assert_int_equal(entered, returned + 1); /* exit_group */
}

/* The flag stands on the first record of the process behind the gap. */
static void must_be_marked(const struct trace *trace, int32_t pid)
{
	struct trace_match loss = { .name = KTR_STRUCT_LOSS };
	struct trace_match process = { .pid = pid };
	const struct trace_item *item = trace_find(trace, NULL, loss);

	assert_non_null(item);
	item = trace_find(trace, item, process);
	assert_non_null(item);
	assert_true(item->record.after_drop);
	item = trace_find(trace, item, process);
	assert_non_null(item);
	assert_false(item->record.after_drop);
}

static void test_drop(void **state)
{
	static const char *const argv[] = {
		"prog:fault_sink", "calls", CALLS_S, "tell", "1", "hear", "0",
		"calls",           "5",     "exit",  "7",    NULL
	};
	int file = memfd_create("trace", MFD_CLOEXEC);
	struct text told = TEXT_INIT;
	struct trace trace;
	struct pace pace;
	char byte;

	pace_start(&pace, *state, "--drop", argv);
	/* It does all its calls without a reader. */
	assert_int_equal(read(pace.out.read, &byte, 1), 1);
	fault_read(&told, pace.err.read);
	assert_string_equal(text_string(&told),
			    "ktrace-u: Out of ktrace request objects.\n");
	/* Now there is one: it goes on when there is room again. */
	fault_drain(pace.trace.read, file, ROOM);
	fault_close(&pace.in.write);
	fault_drain(pace.trace.read, file, SIZE_MAX);
	pace_finish(&pace);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	assert_int_equal(trace_read(&trace, file), 0);
	assert_int_equal(trace.ended, READER_END);
	must_add_up(&trace);
	must_be_marked(&trace, pace.result.pid);
	fault_read(&told, pace.err.read);
	assert_int_equal(fault_lines(&told), 1);
	fault_close(&file);
	text_done(&told);
	trace_done(&trace);
	pace_done(&pace);
}

/* Waits until a file that is watched has changed. */
static void await_change(int watch)
{
	char events[4096];

	assert_true(fault_await(watch, 10000));
	assert_true(read(watch, events, sizeof(events)) > 0);
}

/* Whether the call before which the program said so is in the file. */
static bool has_announcement(const struct run_place *place)
{
	struct trace_match match = { .kind = KTR_SYSRET, .call = "write" };
	struct trace trace;
	char path[PATH_MAX];
	bool found;

	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	found = trace_find(&trace, NULL, match) != NULL;
	trace_done(&trace);
	return found;
}

/* The program sleeps: nothing but time makes the recorder write. */
static void test_written_in_time(void **state)
{
	static const char *const options[] = { NULL };
	static const char *const argv[] = { "prog:fault_sink",
					    "calls",
					    "1",
					    "hear",
					    "0",
					    "tell",
					    "1",
					    "hear",
					    "0",
					    "exit",
					    "7",
					    NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct fault_pipe in = fault_pipe(), out = fault_pipe();
	struct run_place place;
	struct run_child child;
	struct run_result result;
	int watch = inotify_init1(IN_CLOEXEC);
	uint64_t since;
	char byte;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	assert_true(
	    inotify_add_watch(watch, place.path, IN_MODIFY | IN_CREATE) >= 0);
	spec.in = in.read;
	spec.out = out.write;
	assert_int_equal(run_start(&child, &place, &spec), 0);
	fault_close(&out.write);
	assert_int_equal(write(in.write, "!", 1), 1);
	assert_int_equal(read(out.read, &byte, 1), 1);
	since = fault_now_ms();
	while (!has_announcement(&place))
		await_change(watch);
	since = fault_now_ms() - since;
	printf("in the file %llu ms after it happened\n",
	       (unsigned long long)since);
	assert_true(since < 1000);
	fault_close(&in.write);
	fault_close(&in.read);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 7));
	fault_close(&out.read);
	fault_close(&watch);
	run_result_done(&result);
	run_place_close(&place);
}

/* All of it is there the moment that the parent knows. */
static void test_whole_when_reaped(void **state)
{
	static const char *const options[] = { NULL };
	static const char *const argv[] = { "prog:fault_sink", "exit", "7",
					    NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_place place;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		struct run_result result;
		struct trace trace;

		assert_int_equal(run_program(&result, &place, &spec), 0);
		fault_load(&trace, &place, "ktrace.out");
		fault_must_be_whole(&trace);
		assert_int_equal(result.status, W_EXITCODE(7, 0));
		trace_done(&trace);
		run_result_done(&result);
	}
	run_place_close(&place);
}

/* Waits until so much of a trace is written. */
static void await_size(int file, off_t size)
{
	struct stat status = { 0 };

	while (status.st_size < size) {
		status_pause();
		assert_int_equal(fstat(file, &status), 0);
	}
}

/* Kills it in the middle of an answer, more often than not: most of the time
 * of its recorder goes into its data. It is on its way out before the recorder
 * can go on. */
static void kill_in_stop(pid_t pid)
{
	pid_t supervisor = status_tracer(pid);

	kill(supervisor, SIGSTOP);
	status_await(supervisor, 'T');
	status_await(pid, 't');
	kill(pid, SIGKILL);
	while (status_signals(pid, "SigPnd"))
		status_pause();
	status_await(pid, 't');
	kill(supervisor, SIGCONT);
}

/* Looks at what is there at this moment, and no longer. */
static bool ends_whole(int file)
{
	char tail[512];
	ssize_t got;

	if (lseek(file, -(off_t)sizeof(tail), SEEK_END) < 0)
		return false;
	got = read(file, tail, sizeof(tail));
	return got > 0 && memmem(tail, (size_t)got, KTR_STRUCT_END,
				 sizeof(KTR_STRUCT_END)) != NULL;
}

/* The same when it is killed: there may be no stop at its exit that tells. */
static void test_whole_when_killed(void **state)
{
	static const char *const options[] = { "--genio-size=250000", NULL };
	static const char *const argv[] = { "dd", "if=/dev/zero",
					    "of=/dev/null", "bs=240000", NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_place place;
	char path[PATH_MAX];

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	run_place_file(&place, "ktrace.out", path);
	for (unsigned i = 0; i < KILLS; i++) {
		struct run_child child;
		struct run_result result;
		siginfo_t info;
		int file;

		unlink(path);
		assert_int_equal(run_start(&child, &place, &spec), 0);
		while ((file = open(path, O_RDONLY | O_CLOEXEC)) < 0)
			status_pause();
		await_size(file, 1 << 20);
		kill_in_stop(child.pid);
		assert_int_equal(
		    waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT),
		    0);
		assert_true(ends_whole(file));
		assert_int_equal(run_finish(&child, &result), 0);
		assert_int_equal(result.status, W_EXITCODE(0, SIGKILL));
		run_result_done(&result);
		fault_close(&file);
	}
	run_place_close(&place);
}

/* Both at once, and each record of both is whole. */
static void test_shared_file(void **state)
{
	static const char *const options[] = { "-a", NULL };
	static const char *const argv[] = {
		"prog:fault_sink", "tell",  "1",    "hear", "0",
		"calls",           CALLS_S, "exit", "7",    NULL
	};
	struct fault_pipe in = fault_pipe(), out = fault_pipe();
	struct run_spec spec = {
		.argv = argv, .trace = options, .in = in.read, .out = out.write
	};
	struct run_child children[2];
	struct run_result result;
	struct run_place place;
	struct trace trace;
	char byte;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	for (size_t i = 0; i < ARRAY_LEN(children); i++)
		assert_int_equal(run_start(&children[i], &place, &spec), 0);
	for (size_t i = 0; i < ARRAY_LEN(children); i++)
		assert_int_equal(read(out.read, &byte, 1), 1);
	fault_close(&in.read);
	fault_close(&in.write);
	for (size_t i = 0; i < ARRAY_LEN(children); i++) {
		assert_int_equal(run_finish(&children[i], &result), 0);
		assert_true(run_exited(&result, 7));
		run_result_done(&result);
	}
	fault_load(&trace, &place, "ktrace.out");
	for (size_t i = 0; i < ARRAY_LEN(children); i++)
		assert_int_equal(count_calls(&trace, children[i].pid), CALLS);
	assert_int_equal(
	    trace_count(&trace,
			(struct trace_match){ .name = KTR_STRUCT_SESSION }),
	    2);
	assert_int_equal(
	    trace_count(&trace, (struct trace_match){ .name = KTR_STRUCT_END }),
	    2);
	trace_done(&trace);
	fault_close(&out.read);
	fault_close(&out.write);
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_slow_reader),
		AS_BOTH(test_drop),
		AS_BOTH(test_written_in_time),
		AS_BOTH(test_whole_when_reaped),
		AS_BOTH(test_whole_when_killed),
		AS_BOTH(test_shared_file),
	};

	return cmocka_run_group_tests_name("fault pace", tests, NULL, NULL);
}
