/*
 * kdump-u while its input is still being written, and when its output goes
 * wrong: pipes, growing files, a reader that leaves, a full disk. It waits for
 * what must come, and for nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "support/command.h"
#include "support/sample.h"

#define PATIENCE_MS 60000
#define LINE        "  4242 echo     NAMI  \"/etc/passwd\"\n"

/* A kdump-u that runs beside the test. */
struct running {
	pid_t pid;
	int in;  /* to write its input to; -1: it reads a file */
	int out; /* to read its output from */
};

static void exec_kdump(int in, int out, const char *const *argv)
{
	if (in >= 0)
		dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execv(KDUMP_U, (char *const *)argv);
	_exit(127);
}

/* argv of a file, or NULL for standard input. */
static struct running start(const char *const *argv)
{
	static const char *const from_stdin[] = { KDUMP_U, "-f", "-", NULL };
	struct running running = { .in = -1 };
	int in[2] = { -1, -1 };
	int out[2];

	if (!argv)
		assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	running.pid = fork();
	assert_true(running.pid >= 0);
	if (running.pid == 0)
		exec_kdump(in[0], out[1], argv ? argv : from_stdin);
	if (!argv)
		close(in[0]);
	close(out[1]);
	running.in = in[1];
	running.out = out[0];
	return running;
}

/* Reads until the text is there; fails when it does not come. */
static void must_print(struct running *running, const char *wanted)
{
	struct pollfd wait = { .fd = running->out, .events = POLLIN };
	size_t length = strlen(wanted);
	char got[4096];
	size_t have = 0;
	ssize_t some;

	while (have < length) {
		if (poll(&wait, 1, PATIENCE_MS) != 1)
			fail_msg("nothing came after %zu bytes", have);
		some = read(running->out, got + have, length - have);
		assert_true(some > 0);
		have += (size_t)some;
	}
	assert_memory_equal(got, wanted, length);
}

static void must_say_nothing(struct running *running)
{
	struct pollfd wait = { .fd = running->out, .events = POLLIN };

	assert_int_equal(poll(&wait, 1, 0), 0);
}

static int stop(struct running *running, int signal)
{
	int status;

	if (running->in >= 0)
		close(running->in);
	if (signal)
		kill(running->pid, signal);
	assert_int_equal(waitpid(running->pid, &status, 0), running->pid);
	close(running->out);
	return status;
}

static struct sample one_line(void)
{
	struct sample sample = SAMPLE_INIT;

	sample_literal(&sample, KTR_NAMEI, "/etc/passwd");
	return sample;
}

/* What a slow writer has put into the pipe is shown before it goes on. */
static void test_pipe_is_live(void **state)
{
	struct sample sample = one_line();
	struct running running = start(NULL);
	int status;

	(void)state;
	for (int i = 0; i < 3; i++) {
		fd_write_all(running.in, sample.bytes.data,
			     sample.bytes.length);
		must_print(&running, LINE);
	}
	/* Half a record holds back itself alone. */
	fd_write_all(running.in, sample.bytes.data, sample.bytes.length);
	fd_write_all(running.in, sample.bytes.data, 70);
	must_print(&running, LINE);
	must_say_nothing(&running);
	fd_write_all(running.in, sample.bytes.data + 70,
		     sample.bytes.length - 70);
	must_print(&running, LINE);
	status = stop(&running, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	sample_done(&sample);
}

static void put(const char *path, const void *data, size_t length)
{
	_cleanup_fd_ int fd = -1;

	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, data, length), 0);
}

/* -l: records that are appended are shown, torn ones when they are whole. */
static void test_file_grows(void **state)
{
	char path[] = "/tmp/kdump-grows-XXXXXX";
	const char *argv[] = { KDUMP_U, "-l", path, NULL };
	struct sample sample = one_line();
	struct running running;
	int status;

	(void)state;
	close(mkstemp(path));
	put(path, sample.bytes.data, sample.bytes.length);
	running = start(argv);
	must_print(&running, LINE);
	put(path, sample.bytes.data, 30);
	put(path, sample.bytes.data + 30, sample.bytes.length - 30);
	must_print(&running, LINE);
	put(path, sample.bytes.data, 66);
	must_say_nothing(&running);
	put(path, sample.bytes.data + 66, sample.bytes.length - 66);
	put(path, sample.bytes.data, sample.bytes.length);
	must_print(&running, LINE LINE);
	status = stop(&running, SIGINT);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	unlink(path);
	sample_done(&sample);
}

/* -l: it ends when the recorders have, each in its time. */
static void test_growing_file_ends(void **state)
{
	char path[] = "/tmp/kdump-ends-XXXXXX";
	const char *argv[] = { KDUMP_U, "-l", "-t", "n", path, NULL };
	struct sample begin = SAMPLE_INIT, end = SAMPLE_INIT;
	struct sample sample = one_line();
	struct running running;
	int status;

	(void)state;
	close(mkstemp(path));
	sample_fields(&begin, "session\0arch=x86_64");
	sample_fields(&end, "session_end\0complete:1");
	put(path, begin.bytes.data, begin.bytes.length);
	put(path, begin.bytes.data, begin.bytes.length);
	put(path, end.bytes.data, end.bytes.length);
	running = start(argv);
	put(path, sample.bytes.data, sample.bytes.length);
	must_print(&running, LINE);
	assert_int_equal(waitpid(running.pid, &status, WNOHANG), 0);
	put(path, end.bytes.data, end.bytes.length);
	status = stop(&running, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	unlink(path);
	sample_done(&begin);
	sample_done(&end);
	sample_done(&sample);
}

/* -l: a fault that no growth can heal ends it as ever. */
static void test_growing_file_breaks(void **state)
{
	char path[] = "/tmp/kdump-breaks-XXXXXX";
	const char *argv[] = { KDUMP_U, "-l", path, NULL };
	struct command_result result;
	struct sample sample = one_line();
	char zeros[64] = { 0 };

	(void)state;
	close(mkstemp(path));
	put(path, sample.bytes.data, sample.bytes.length);
	put(path, zeros, sizeof(zeros));
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_true(WIFEXITED(result.status));
	assert_int_equal(WEXITSTATUS(result.status), 1);
	assert_string_equal(text_string(&result.out), LINE);
	assert_non_null(strstr(text_string(&result.err), ": offset 75: "));
	command_done(&result);
	unlink(path);
	sample_done(&sample);
}

/* A descriptor with the sample in it, at its start. */
static int hold(const struct sample *sample)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(
	    fd_write_all(fd, sample->bytes.data, sample->bytes.length), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void test_stdin(void **state)
{
	static const char *const forms[][4] = { { KDUMP_U, "-f", "-" },
						{ KDUMP_U, "-" } };
	struct sample sample = one_line();
	struct command_result result;

	(void)state;
	text_char(&sample.bytes, 'x');
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		_cleanup_fd_ int in = hold(&sample);

		assert_int_equal(command_run(&result, in, -1, forms[i]), 0);
		assert_true(WIFEXITED(result.status));
		assert_int_equal(WEXITSTATUS(result.status), 1);
		assert_string_equal(text_string(&result.out), LINE);
		assert_string_equal(text_string(&result.err),
				    "kdump-u: standard input: offset 75: "
				    "the file ends inside a record\n");
		command_done(&result);
	}
	sample_done(&sample);
}

/* A pipe whose reader has gone. */
static int abandoned_pipe(void)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	return ends[1];
}

static void test_reader_leaves(void **state)
{
	static const char *const argv[] = { KDUMP_U, "-", NULL };
	_cleanup_fd_ int out = abandoned_pipe();
	struct sample sample = one_line();
	_cleanup_fd_ int in = hold(&sample);
	struct command_result result;

	(void)state;
	/* As every filter: the signal ends it. */
	assert_int_equal(command_run(&result, in, out, argv), 0);
	assert_true(WIFSIGNALED(result.status));
	assert_int_equal(WTERMSIG(result.status), SIGPIPE);
	command_done(&result);
	/* Where that is ignored it ends all the same, and without a word. */
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(command_run(&result, in, out, argv), 0);
	signal(SIGPIPE, SIG_DFL);
	assert_true(WIFEXITED(result.status));
	assert_int_equal(WEXITSTATUS(result.status), 1);
	assert_int_equal(result.err.length, 0);
	command_done(&result);
	sample_done(&sample);
}

static void test_disk_is_full(void **state)
{
	static const char *const argv[] = { KDUMP_U, "-", NULL };
	_cleanup_fd_ int out = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct sample sample = one_line();
	_cleanup_fd_ int in = hold(&sample);
	struct command_result result;

	(void)state;
	if (out < 0) {
		print_message("skipped: no /dev/full here\n");
		skip();
	}
	assert_int_equal(command_run(&result, in, out, argv), 0);
	assert_true(WIFEXITED(result.status));
	assert_int_equal(WEXITSTATUS(result.status), 1);
	assert_string_equal(text_string(&result.err),
			    "kdump-u: standard output: "
			    "No space left on device\n");
	command_done(&result);
	sample_done(&sample);
}

/* Standard output is a pipe here, standard error a terminal of 20 columns. */
static struct text print_on_terminal(const struct sample *sample,
				     const char *option)
{
	struct winsize size = { .ws_col = 20, .ws_row = 24 };
	const char *argv[] = { KDUMP_U, option, "-", NULL };
	_cleanup_fd_ int in = hold(sample);
	_cleanup_fd_ int out = memfd_create("stdout", MFD_CLOEXEC);
	struct text text = TEXT_INIT;
	int terminal, other, status;
	char got[4096];
	ssize_t length;
	pid_t pid;

	assert_int_equal(openpty(&terminal, &other, NULL, NULL, &size), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(other, STDERR_FILENO);
		exec_kdump(in, out, argv);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(terminal);
	close(other);
	lseek(out, 0, SEEK_SET);
	length = fd_read_full(out, got, sizeof(got));
	assert_true(length > 0);
	text_bytes(&text, got, (size_t)length);
	return text;
}

static void test_terminal_width(void **state)
{
	struct sample sample = SAMPLE_INIT;
	struct text text;

	(void)state;
	sample_data(&sample, 1, KTR_GENIO_WRITE, "abcdefghijk", 11);
	text = print_on_terminal(&sample, "-d");
	assert_string_equal(text_string(&text),
			    "  4242 echo     GIO   fd 1 wrote 11 bytes\n"
			    "       \"abcdefghij\\\n\tk\"\n");
	text_done(&text);
	text = print_on_terminal(&sample, "-n");
	assert_string_equal(text_string(&text),
			    "  4242 echo     GIO   fd 1 wrote 11 bytes\n"
			    "       \"abcdefghijk\"\n");
	text_done(&text);
	sample_done(&sample);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pipe_is_live),
		cmocka_unit_test(test_file_grows),
		cmocka_unit_test(test_growing_file_ends),
		cmocka_unit_test(test_growing_file_breaks),
		cmocka_unit_test(test_stdin),
		cmocka_unit_test(test_reader_leaves),
		cmocka_unit_test(test_disk_is_full),
		cmocka_unit_test(test_terminal_width),
	};

	setenv("LC_ALL", "C", 1);
	/* Whoever runs the tests may ignore it, and that is inherited. */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
