/*
 * Libraries: libzstd
 * Compressed traces, from the recorder to the reader: as whole as others, and
 * what is printed of them is the same. What becomes of them when something goes
 * wrong, and what is refused.
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

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <zstd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "support/attach.h"
#include "support/command.h"
#include "support/fault.h"
#include "support/status.h"
#include "trace/frame.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const busy[] = { "prog:threads", "4", "300", NULL };
#define BUSY_CALLS 3600

struct zstd_run {
	struct run_place place;
	struct run_result result;
	struct trace trace;
};

static void open_run(struct zstd_run *run, const void *user)
{
	*run = (struct zstd_run){ 0 };
	assert_int_equal(
	    run_place_open(&run->place, *(const enum run_user *)user), 0);
}

static void close_run(struct zstd_run *run)
{
	run_place_close(&run->place);
}

/* A program that does what it always does, whatever becomes of its trace. */
static void record(struct zstd_run *run, const char *const *options,
		   const char *const *argv)
{
	struct run_spec spec = { .argv = argv, .trace = options };

	assert_int_equal(run_program(&run->result, &run->place, &spec), 0);
	assert_true(run_exited(&run->result, 0));
	assert_string_equal(text_string(&run->result.err), "");
	run_result_done(&run->result);
}

static void read_back(struct text *ret, const struct run_place *place,
		      const char *name)
{
	char path[PATH_MAX];

	assert_int_equal(run_read_file(ret, run_place_file(place, name, path)),
			 0);
}

static bool is_compressed(const struct run_place *place, const char *name)
{
	struct text text = TEXT_INIT;
	bool is_it;

	read_back(&text, place, name);
	assert_true(text.length > FRAME_MAGIC_SIZE);
	is_it = frame_may_begin((const uint8_t *)text.data, FRAME_MAGIC_SIZE);
	text_done(&text);
	return is_it;
}

/* ---- reading ---- */

/* The file, as zstd(1) would compress it. */
static int compressed_copy(const char *path)
{
	struct text text = TEXT_INIT;
	int fd = memfd_create("trace", MFD_CLOEXEC);
	ZSTD_CCtx *context = ZSTD_createCCtx();
	_cleanup_free_ void *frame = NULL;
	size_t room, size;

	assert_int_equal(run_read_file(&text, path), 0);
	room = ZSTD_compressBound(text.length);
	frame = malloc(room);
	assert_non_null(frame);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	size = ZSTD_compress2(context, frame, room, text.data, text.length);
	assert_false(ZSTD_isError(size));
	ZSTD_freeCCtx(context);
	assert_int_equal(fd_write_all(fd, frame, size), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	text_done(&text);
	return fd;
}

/* A trace of tests/golden, and what kdump-u prints of it. */
static void must_print_the_same(const char *trace, const char *option)
{
	char path[PATH_MAX];
	const char *argv[] = { KDUMP_U, "-f", path, option, NULL };
	const char *compressed_argv[] = { KDUMP_U, "-f", "-", option, NULL };
	struct command_result plain, compressed;
	_cleanup_fd_ int fd = -1;

	snprintf(path, sizeof(path), SOURCE_DIR "/tests/golden/%s.ktr", trace);
	fd = compressed_copy(path);
	assert_int_equal(command_run(&plain, -1, -1, argv), 0);
	assert_int_equal(command_run(&compressed, fd, -1, compressed_argv), 0);
	assert_int_equal(plain.status, compressed.status);
	assert_string_equal(text_string(&plain.out),
			    text_string(&compressed.out));
	assert_string_equal(text_string(&plain.err),
			    text_string(&compressed.err));
	command_done(&plain);
	command_done(&compressed);
}

static void test_every_form_reads_it(void **state)
{
	static const char *const traces[] = { "calls", "data", "stacks",
					      "tree",  "ours", "empty" };
	static const char *const forms[] = {
		NULL,
		"-j",
		"-TER",
		"--json",
		"--stats",
		"--files",
		"--summary",
		"--tree",
		"--chrome",
		"--folded=count",
		"--compile-commands",
		"-wfailed",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(traces); i++)
		for (size_t j = 0; j < ARRAY_LEN(forms); j++)
			must_print_the_same(traces[i], forms[j]);
}

static void test_damage_is_said(void **state)
{
	static const char *const argv[] = { KDUMP_U, "-", NULL };
	_cleanup_fd_ int fd = compressed_copy(SOURCE_DIR
					      "/tests/golden/calls.ktr");
	off_t length = lseek(fd, 0, SEEK_END);
	struct command_result result;

	(void)state;
	for (int cut = 0; cut < 2; cut++) {
		if (cut)
			assert_int_equal(ftruncate(fd, length - 1), 0);
		else
			assert_int_equal(pwrite(fd, "XXXX", 4, length / 2), 4);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(command_run(&result, fd, -1, argv), 0);
		assert_int_equal(result.status, W_EXITCODE(1, 0));
		assert_string_equal(
		    text_string(&result.err),
		    cut ? "kdump-u: standard input: offset 0: the file ends "
			  "inside a record\n"
			: "kdump-u: standard input: offset 0: a compressed "
			  "frame is damaged\n");
		command_done(&result);
		close(fd);
		fd = compressed_copy(SOURCE_DIR "/tests/golden/calls.ktr");
	}
}

/* ---- writing ---- */

static void test_record(void **state)
{
	static const char *const levels[] = { "--zstd", "--zstd=1",
					      "--zstd=19" };
	static const char *const plain[] = { "-f", "plain", NULL };
	struct text big = TEXT_INIT;
	struct zstd_run run;

	open_run(&run, *state);
	record(&run, plain, busy);
	read_back(&big, &run.place, "plain");
	assert_false(is_compressed(&run.place, "plain"));
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		const char *const options[] = { levels[i], "-f", "small",
						NULL };
		struct trace_match calls = { .kind = KTR_SYSCALL };
		struct text small = TEXT_INIT;

		record(&run, options, busy);
		assert_true(is_compressed(&run.place, "small"));
		fault_load(&run.trace, &run.place, "small");
		fault_must_be_whole(&run.trace);
		assert_true(trace_count(&run.trace, calls) >= BUSY_CALLS);
		trace_done(&run.trace);
		read_back(&small, &run.place, "small");
		assert_true(small.length < big.length / 4);
		text_done(&small);
	}
	text_done(&big);
	close_run(&run);
}

/* Each process's trace is in the file when its parent knows of its end. */
static void test_many_processes(void **state)
{
	static const char *const options[] = { "-i", "--zstd", NULL };
	static const char *const argv[] = {
		"sh", "-c", "for i in 1 2 3 4 5 6 7 8; do /bin/true; done", NULL
	};
	struct zstd_run run;

	open_run(&run, *state);
	record(&run, options, argv);
	fault_load(&run.trace, &run.place, "ktrace.out");
	fault_must_be_whole(&run.trace);
	assert_true(trace_count(&run.trace, (struct trace_match){
						.kind = KTR_PROCDTOR }) >= 9);
	trace_done(&run.trace);
	close_run(&run);
}

static void test_pipe(void **state)
{
	struct fault_pipe pipe = fault_pipe();
	char number[16];
	const char *const options[] = { "--zstd", "--take-fd", number, NULL };
	struct run_spec spec = { .argv = busy,
				 .trace = options,
				 .pass = pipe.write };
	struct zstd_run run;
	struct run_child child;

	snprintf(number, sizeof(number), "%d", pipe.write);
	open_run(&run, *state);
	assert_int_equal(run_start(&child, &run.place, &spec), 0);
	fault_close(&pipe.write);
	assert_int_equal(trace_read(&run.trace, pipe.read), 0);
	assert_int_equal(run_finish(&child, &run.result), 0);
	assert_true(run_exited(&run.result, 0));
	fault_must_be_whole(&run.trace);
	fault_close(&pipe.read);
	trace_done(&run.trace);
	run_result_done(&run.result);
	close_run(&run);
}

/* Two sessions, and each as whole as the other. */
static void test_append(void **state)
{
	static const char *const options[] = { "--zstd", "-a", NULL };
	static const char *const argv[] = { "true", NULL };
	struct zstd_run run;

	open_run(&run, *state);
	for (size_t i = 1; i <= 3; i++) {
		record(&run, options, argv);
		fault_load(&run.trace, &run.place, "ktrace.out");
		assert_int_equal(run.trace.ended, READER_END);
		assert_int_equal(
		    trace_count(&run.trace,
				(struct trace_match){ .name = "session" }),
		    i);
		assert_int_equal(
		    trace_count(&run.trace,
				(struct trace_match){ .name = "session_end" }),
		    i);
		trace_done(&run.trace);
	}
	close_run(&run);
}

/* One or the other, said in a line; nothing is started, and the file stays. */
static void test_append_to_another_form(void **state)
{
	static const struct {
		const char *first;
		const char *then;
		const char *line;
	} cases[] = {
		{ "-i", "--zstd",
		  "ktrace-u: ktrace.out is not compressed: append without "
		  "--zstd\n" },
		{ "--zstd", "-i",
		  "ktrace-u: ktrace.out is compressed: append with --zstd\n" },
	};
	static const char *const argv[] = { "true", NULL };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const first[] = { cases[i].first, NULL };
		const char *const then[] = { cases[i].then, "-a", NULL };
		struct run_spec spec = { .argv = argv, .trace = then };
		struct zstd_run run;

		open_run(&run, *state);
		record(&run, first, argv);
		assert_int_equal(run_program(&run.result, &run.place, &spec),
				 0);
		assert_true(run_exited(&run.result, 125));
		assert_string_equal(text_string(&run.result.err),
				    cases[i].line);
		fault_load(&run.trace, &run.place, "ktrace.out");
		fault_must_be_whole(&run.trace);
		trace_done(&run.trace);
		run_result_done(&run.result);
		close_run(&run);
	}
}

static void test_wrong_levels(void **state)
{
	static const char *const wrong[] = { "--zstd=0", "--zstd=20",
					     "--zstd=", "--zstd=fast",
					     "--zstd=-1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const char *const argv[] = { KTRACE_U, wrong[i], "true", NULL };
		struct command_result result;

		assert_int_equal(command_run(&result, -1, -1, argv), 0);
		assert_int_equal(result.status, W_EXITCODE(2, 0));
		assert_non_null(strstr(text_string(&result.err),
				       "is not a level from 1 to 19"));
		command_done(&result);
	}
}

/* ---- faults ---- */

/* A small file system at the place's "disk", for us and what we start. */
static void mount_small(struct run_place *place)
{
	char path[PATH_MAX];

	run_place_file(place, "disk", path);
	assert_int_equal(mkdir(path, 0755), 0);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("small", path, "tmpfs", 0, "size=256k,mode=777") < 0) {
		printf("skipped: no small file system: %s\n", strerror(errno));
		run_place_close(place);
		skip();
	}
}

/* Whole frames stay, and the program goes on. */
static void test_disk_full(void **state)
{
	/* Different data each time, which does not become small. */
	static const char *const argv[] = {
		"sh", "-c",
		"for i in 1 2 3 4 5 6 7 8; do head -c 60000 /dev/urandom | "
		"cat >/dev/null; done; exit 7",
		NULL
	};
	static const char *const options[] = {
		"-i",         "--zstd", "--genio-size", "65536", "-f",
		"disk/trace", NULL
	};
	struct fault_pipe err = fault_pipe();
	struct run_spec spec = { .argv = argv,
				 .trace = options,
				 .err = err.write };
	struct text told = TEXT_INIT;
	char path[PATH_MAX];
	struct zstd_run run;

	open_run(&run, *state);
	mount_small(&run.place);
	assert_int_equal(run_program(&run.result, &run.place, &spec), 0);
	assert_true(run_exited(&run.result, 7));
	fault_close(&err.write);
	fault_read(&told, err.read);
	assert_string_equal(
	    text_string(&told),
	    "ktrace-u: ktrace write failed, errno 28, tracing stopped\n");
	fault_load(&run.trace, &run.place, "disk/trace");
	assert_int_equal(run.trace.ended, READER_END);
	assert_true(run.trace.count > 1);
	assert_null(trace_find(&run.trace, NULL,
			       (struct trace_match){ .name = KTR_STRUCT_END }));
	trace_done(&run.trace);
	run_place_file(&run.place, "disk", path);
	assert_int_equal(umount2(path, MNT_DETACH), 0);
	fault_close(&err.read);
	text_done(&told);
	run_result_done(&run.result);
	close_run(&run);
}

/* The recorder is killed: what was in whole frames is there. */
static void test_killed(void **state)
{
	static const char *const options[] = { "--zstd", "-i", NULL };
	static const char *const argv[] = { "prog:fault_worker", "3", NULL };
	struct fault_pipe in = fault_pipe(), out = fault_pipe();
	struct run_spec spec = {
		.argv = argv, .trace = options, .in = in.read, .out = out.write
	};
	struct zstd_run run;
	struct run_child child;
	char path[PATH_MAX];

	open_run(&run, *state);
	assert_int_equal(run_start(&child, &run.place, &spec), 0);
	fault_close(&in.read);
	fault_close(&out.write);
	assert_true(fault_await(out.read, 30000));
	run_place_file(&run.place, "ktrace.out", path);
	do {
		trace_done(&run.trace);
		status_pause();
		assert_int_equal(trace_load(&run.trace, path), 0);
	} while (run.trace.count == 0);
	trace_done(&run.trace);
	assert_int_equal(kill(status_tracer(child.pid), SIGKILL), 0);
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &run.result), 0);
	assert_true(run_exited(&run.result, 7));
	assert_int_equal(trace_load(&run.trace, path), 0);
	if (run.trace.ended != READER_END)
		assert_int_equal(run.trace.fault, RECORD_TRUNCATED);
	assert_true(run.trace.count > 0);
	assert_null(trace_find(&run.trace, NULL,
			       (struct trace_match){ .name = KTR_STRUCT_END }));
	trace_done(&run.trace);
	fault_close(&out.read);
	run_result_done(&run.result);
	close_run(&run);
}

/* ---- following ---- */

static size_t lines_of(struct text *text, const char *part)
{
	size_t count = 0;

	for (const char *at = text_string(text); (at = strstr(at, part)); at++)
		count++;
	return count;
}

/* From before the first frame to the last, and then it ends by itself. */
static void test_follow(void **state)
{
	static const char *const options[] = { "--zstd", "-f", "out", NULL };
	static const char *const argv[] = { "prog:fault_worker", "1", NULL };
	static const char *const follow[] = { KDUMP_U, "-l", "out", NULL };
	struct fault_pipe in = fault_pipe(), out = fault_pipe();
	struct run_spec spec = {
		.argv = argv, .trace = options, .in = in.read, .out = out.write
	};
	struct run_spec kdump_spec = { .argv = follow };
	struct run_child child, kdump;
	struct zstd_run run;
	struct stat status;
	char path[PATH_MAX];

	open_run(&run, *state);
	assert_int_equal(run_start(&child, &run.place, &spec), 0);
	run_place_file(&run.place, "out", path);
	while (stat(path, &status) < 0)
		status_pause();
	assert_int_equal(run_start(&kdump, &run.place, &kdump_spec), 0);
	fault_close(&in.read);
	fault_close(&out.write);
	assert_true(fault_await(out.read, 30000));
	do {
		status_pause();
		assert_int_equal(stat(path, &status), 0);
	} while (status.st_size < 100000);
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &run.result), 0);
	assert_true(run_exited(&run.result, 7));
	run_result_done(&run.result);
	assert_int_equal(run_finish(&kdump, &run.result), 0);
	assert_true(run_exited(&run.result, 0));
	fault_load(&run.trace, &run.place, "out");
	fault_must_be_whole(&run.trace);
	assert_int_equal(lines_of(&run.result.out, " CALL "),
			 trace_count(&run.trace, (struct trace_match){
						     .kind = KTR_SYSCALL }));
	trace_done(&run.trace);
	fault_close(&out.read);
	run_result_done(&run.result);
	close_run(&run);
}

/* ---- processes that run already ---- */

/* A recorder that writes to a plain file writes to a compressed one next. */
static void test_attach_and_change(void **state)
{
	static const char *const first[] = { "-f", "first", "-p", NULL };
	static const char *const second[] = { "--zstd=5", "-f", "second", "-p",
					      NULL };
	static const char *const argv[] = { "prog:asleep", NULL };
	struct fault_pipe in = fault_pipe();
	struct run_spec spec = { .argv = argv, .in = in.read };
	struct run_child child;
	struct zstd_run run;
	pid_t recorder;

	open_run(&run, *state);
	assert_int_equal(run_start(&child, &run.place, &spec), 0);
	recorder = attach_to(&run.place, first, child.pid);
	assert_int_equal(attach_to(&run.place, second, child.pid), recorder);
	attach_clear(&run.place, recorder, child.pid);
	assert_false(is_compressed(&run.place, "first"));
	assert_true(is_compressed(&run.place, "second"));
	fault_load(&run.trace, &run.place, "second");
	assert_int_equal(run.trace.ended, READER_END);
	assert_non_null(trace_find(
	    &run.trace, NULL, (struct trace_match){ .name = KTR_STRUCT_END }));
	trace_done(&run.trace);
	kill(child.pid, SIGKILL);
	assert_int_equal(run_finish(&child, &run.result), 0);
	fault_close(&in.read);
	fault_close(&in.write);
	run_result_done(&run.result);
	close_run(&run);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_form_reads_it),
		cmocka_unit_test(test_damage_is_said),
		AS_BOTH(test_record),
		AS_BOTH(test_many_processes),
		AS_BOTH(test_pipe),
		AS_BOTH(test_append),
		AS_BOTH(test_append_to_another_form),
		cmocka_unit_test(test_wrong_levels),
		AS_BOTH(test_disk_full),
		AS_BOTH(test_killed),
		cmocka_unit_test_prestate(test_follow, &users[0]),
		AS_BOTH(test_attach_and_change),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
