/*
 * ktrace-u -p as a child of the test. Must judge nothing but whether it works.
 */
#include "support/attach.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <unistd.h>

#include <sys/syscall.h>

#include "support/fault.h"
#include "support/status.h"

#define PATIENCE_MS 30000

void attach_try(struct run_result *ret, const struct run_place *place,
		const char *const *options, pid_t id)
{
	const char *argv[RUN_WORDS_MAX] = { place->ktrace };
	const struct run_spec spec = { .argv = argv };
	char number[16];
	size_t count = 1;

	snprintf(number, sizeof(number), "%d", id);
	for (; *options; options++)
		argv[count++] = *options;
	argv[count++] = number;
	assert_int_equal(run_program(ret, place, &spec), 0);
}

void attach_must_be_silent(struct text *err)
{
	const char *line = text_string(err);

	while (*line) {
		size_t length = strcspn(line, "\n");

		if (!memmem(line, length, "has not stopped yet",
			    strlen("has not stopped yet")))
			fail_msg("not silent: %s", text_string(err));
		line += length + (line[length] == '\n');
	}
}

pid_t attach_to(const struct run_place *place, const char *const *options,
		pid_t pid)
{
	struct run_result result;
	pid_t recorder;

	attach_try(&result, place, options, pid);
	assert_true(run_exited(&result, 0));
	attach_must_be_silent(&result.err);
	run_result_done(&result);
	recorder = status_tracer(pid);
	assert_int_not_equal(recorder, 0);
	return recorder;
}

/* Whoever adopted it may take its time to reap it. */
static bool ends_in_time(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd end = { .fd = fd, .events = POLLIN };
	bool ended = fd < 0 || poll(&end, 1, PATIENCE_MS) > 0;

	if (fd >= 0)
		close(fd);
	return ended;
}

/* The recorder ends behind the last process that it traced. */
static void await_end(pid_t recorder, pid_t pid)
{
	if (!ends_in_time(recorder)) {
		status_print_hang(pid);
		fail_msg("still traced after %d ms", PATIENCE_MS);
	}
	assert_int_equal(status_tracer(pid), 0);
}

void attach_end(pid_t recorder, pid_t pid)
{
	kill(recorder, SIGTERM);
	await_end(recorder, pid);
}

void attach_clear(const struct run_place *place, pid_t recorder, pid_t pid)
{
	static const char *const clear[] = { "-c", "-p", NULL };
	struct run_result result;

	attach_try(&result, place, clear, pid);
	assert_true(run_exited(&result, 0));
	attach_must_be_silent(&result.err);
	run_result_done(&result);
	await_end(recorder, pid);
}

pid_t attach_child_of(pid_t pid)
{
	char path[64];
	pid_t child = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	while (!child) {
		struct text text = TEXT_INIT;

		assert_int_equal(run_read_file(&text, path), 0);
		child = (pid_t)strtol(text_string(&text), NULL, 10);
		text_done(&text);
	}
	return child;
}
