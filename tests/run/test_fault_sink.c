/*
 * The trace cannot be written: a full disk, a limit on the size of files, a
 * reader that went away. The program must not notice, and people are told in
 * one line at most.
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
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/fault.h"

#define FULL_DISK  "ktrace-u: ktrace write failed, errno 28, tracing stopped\n"
#define FULL_LIMIT "ktrace-u: ktrace write failed, errno 27, tracing stopped\n"

/* Much more than the sinks hold, and a record of each call. */
#define CALLS "20000"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

struct sink_run {
	struct run_place place;
	struct run_result result;
	struct text told; /* what the recorder said */
};

static void open_run(struct sink_run *run, const void *user)
{
	*run = (struct sink_run){ 0 };
	assert_int_equal(
	    run_place_open(&run->place, *(const enum run_user *)user), 0);
}

static void close_run(struct sink_run *run)
{
	run_result_done(&run->result);
	text_done(&run->told);
	run_place_close(&run->place);
}

/* Runs it with a pipe as standard error. */
static void run(struct sink_run *run, struct run_spec *spec)
{
	struct fault_pipe err = fault_pipe();

	spec->err = err.write;
	assert_int_equal(run_program(&run->result, &run->place, spec), 0);
	assert_false(run->result.timed_out);
	fault_close(&err.write);
	fault_read(&run->told, err.read);
	fault_close(&err.read);
}

/* The program did all that it does. */
static void must_be_unharmed(struct sink_run *run)
{
	assert_int_equal(run->result.status, W_EXITCODE(7, 0));
	assert_string_equal(text_string(&run->result.out), "begin\nend\n");
}

static const char *const worker[] = { "prog:fault_sink",
				      "say",
				      "begin",
				      "calls",
				      CALLS,
				      "say",
				      "end",
				      "exit",
				      "7",
				      NULL };

static const char *const brief[] = {
	"prog:fault_sink", "say", "begin", "say", "end", "exit", "7", NULL
};

/* A small file system at the place's "disk", for us and what we start. */
static void mount_small(struct run_place *place, const char *size)
{
	char path[PATH_MAX];

	run_place_file(place, "disk", path);
	assert_int_equal(mkdir(path, 0755), 0);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("small", path, "tmpfs", 0, size) < 0) {
		printf("skipped: no small file system: %s\n", strerror(errno));
		run_place_close(place);
		skip();
	}
}

static void fill_disk(const void *user, const char *const *argv,
		      const char *size, struct trace *ret)
{
	static const char *const options[] = { "-f", "disk/trace", NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct sink_run disk;
	char path[PATH_MAX];

	open_run(&disk, user);
	mount_small(&disk.place, size);
	run(&disk, &spec);
	must_be_unharmed(&disk);
	assert_string_equal(text_string(&disk.told), FULL_DISK);
	fault_load(ret, &disk.place, "disk/trace");
	assert_null(trace_find(ret, NULL,
			       (struct trace_match){ .name = KTR_STRUCT_END }));
	/* The recorder may still be about to close it. */
	run_place_file(&disk.place, "disk", path);
	assert_int_equal(umount2(path, MNT_DETACH), 0);
	close_run(&disk);
}

static void test_disk_full(void **state)
{
	struct trace trace;

	fill_disk(*state, worker, "size=64k,mode=777", &trace);
	assert_true(trace.count > 100);
	trace_done(&trace);
}

/* It is full when the program has ended, and all is written at once. */
static void test_disk_full_at_the_end(void **state)
{
	struct trace trace;

	fill_disk(*state, brief, "size=4k,mode=777", &trace);
	assert_true(trace.count > 1);
	trace_done(&trace);
}

static void test_device_full(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	char number[16];
	const char *options[] = { "--fd", number, NULL };
	struct run_spec spec = { .argv = worker,
				 .trace = options,
				 .pass = full };
	struct sink_run device;

	assert_true(full > 2);
	snprintf(number, sizeof(number), "%d", full);
	open_run(&device, *state);
	run(&device, &spec);
	must_be_unharmed(&device);
	assert_string_equal(text_string(&device.told), FULL_DISK);
	fault_close(&full);
	close_run(&device);
}

static void limit_files(void *context)
{
	struct rlimit limit = { 65536, 65536 };

	(void)context;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		_exit(126);
}

/* Whether the recorder can: it takes a capability that not every root has. */
static bool can_lift(const struct run_place *place)
{
	struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		limit_files(NULL);
		if (place->drops && setuid(place->uid) < 0)
			_exit(2);
		_exit(setrlimit(RLIMIT_FSIZE, &none) < 0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}

static void test_file_limit(void **state)
{
	static const char *const options[] = { "-f", "trace", NULL };
	static const char *const argv[] = { "prog:fault_sink",
					    "say",
					    "begin",
					    "calls",
					    CALLS,
					    "file",
					    "data",
					    "4000",
					    "say",
					    "end",
					    "exit",
					    "7",
					    NULL };
	struct run_spec spec = { .argv = argv,
				 .trace = options,
				 .prepare = limit_files };
	struct sink_run limited;
	struct trace trace;

	open_run(&limited, *state);
	run(&limited, &spec);
	assert_int_equal(limited.result.status, W_EXITCODE(7, 0));
	assert_string_equal(text_string(&limited.result.out),
			    "begin\n4000\nend\n");
	fault_load(&trace, &limited.place, "trace");
	if (can_lift(&limited.place)) {
		assert_string_equal(text_string(&limited.told), "");
		fault_must_be_whole(&trace);
	} else {
		assert_string_equal(text_string(&limited.told), FULL_LIMIT);
		assert_true(trace.count > 100);
	}
	trace_done(&trace);
	close_run(&limited);
}

/* What the limit does to the program itself stays as it is. */
static void test_own_limit(void **state)
{
	static const char *const options[] = { "-f", "trace", NULL };
	static const char *const argv[] = { "prog:fault_sink", "file", "data",
					    "70000", NULL };
	struct run_spec spec = { .argv = argv,
				 .trace = options,
				 .prepare = limit_files };
	struct sink_run limited;
	struct stat status;
	char path[PATH_MAX];

	open_run(&limited, *state);
	run(&limited, &spec);
	assert_true(WIFSIGNALED(limited.result.status));
	assert_int_equal(WTERMSIG(limited.result.status), SIGXFSZ);
	assert_int_equal(
	    stat(run_place_file(&limited.place, "data", path), &status), 0);
	assert_int_equal(status.st_size, 65536);
	close_run(&limited);
}

/* The reader takes a little of the trace, or nothing, and leaves. */
static void run_without_reader(const void *user, bool at_once)
{
	struct fault_pipe pipe = fault_pipe();
	struct fault_pipe err = fault_pipe();
	char number[16], piece[64];
	const char *options[] = { "--fd", number, NULL };
	struct run_spec spec = { .argv = worker,
				 .trace = options,
				 .pass = pipe.write,
				 .err = err.write };
	struct run_child child;
	struct sink_run gone;

	snprintf(number, sizeof(number), "%d", pipe.write);
	open_run(&gone, user);
	if (at_once)
		fault_close(&pipe.read);
	assert_int_equal(run_start(&child, &gone.place, &spec), 0);
	fault_close(&pipe.write);
	fault_close(&err.write);
	if (!at_once)
		assert_int_equal(read(pipe.read, piece, sizeof(piece)),
				 sizeof(piece));
	fault_close(&pipe.read);
	assert_int_equal(run_finish(&child, &gone.result), 0);
	assert_false(gone.result.timed_out);
	must_be_unharmed(&gone);
	fault_read(&gone.told, err.read);
	assert_string_equal(text_string(&gone.told), "");
	fault_close(&err.read);
	close_run(&gone);
}

static void test_reader_gone(void **state)
{
	run_without_reader(*state, false);
}

static void test_reader_never_there(void **state)
{
	run_without_reader(*state, true);
}

/* Standard output is the trace's and the program's, and nobody reads it. */
static void test_output_gone(void **state)
{
	static const char *const options[] = { "-f", "-", NULL };
	static const char *const argv[] = {
		"prog:fault_sink", "calls", CALLS, "exit", "7", NULL
	};
	struct fault_pipe pipe = fault_pipe();
	struct run_spec spec = { .argv = argv,
				 .trace = options,
				 .out = pipe.write };
	struct sink_run gone;

	fault_close(&pipe.read);
	open_run(&gone, *state);
	run(&gone, &spec);
	fault_close(&pipe.write);
	assert_int_equal(gone.result.status, W_EXITCODE(7, 0));
	assert_string_equal(text_string(&gone.told), "");
	close_run(&gone);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_disk_full),
		AS_BOTH(test_device_full),
		AS_BOTH(test_disk_full_at_the_end),
		AS_BOTH(test_file_limit),
		AS_BOTH(test_own_limit),
		AS_BOTH(test_reader_gone),
		AS_BOTH(test_reader_never_there),
		AS_BOTH(test_output_gone),
	};

	return cmocka_run_group_tests_name("fault sink", tests, NULL, NULL);
}
