/* Whole reads and writes, over pipes that give and take little at a time. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"

#define MUCH ((size_t)1 << 20)

/* Takes everything out of a pipe; the sum tells whether it was all. */
struct taker {
	int fd;
	size_t length;
	uint64_t sum;
};

static void *take_all(void *argument)
{
	struct taker *taker = argument;
	uint8_t some[1000];
	ssize_t got;

	while ((got = read(taker->fd, some, sizeof(some))) > 0) {
		for (ssize_t i = 0; i < got; i++)
			taker->sum = taker->sum * 31 + some[i];
		taker->length += (size_t)got;
	}
	return NULL;
}

static void writes_all_to_a_pipe(int flags)
{
	uint8_t *data = malloc(MUCH);
	struct taker taker = { 0 };
	pthread_t thread;
	uint64_t sum = 0;
	int ends[2];

	for (size_t i = 0; i < MUCH; i++) {
		data[i] = (uint8_t)(i * 7 + i / 256);
		sum = sum * 31 + data[i];
	}
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
	taker.fd = ends[0];
	assert_int_equal(pthread_create(&thread, NULL, take_all, &taker), 0);
	assert_int_equal(fd_write_all(ends[1], data, MUCH), 0);
	close(ends[1]);
	pthread_join(thread, NULL);
	close(ends[0]);
	assert_int_equal(taker.length, MUCH);
	assert_true(taker.sum == sum);
	free(data);
}

static void writes_all_to_any_pipe(void **state)
{
	(void)state;
	writes_all_to_a_pipe(0);
	writes_all_to_a_pipe(O_NONBLOCK);
}

static void says_why_it_cannot_write(void **state)
{
	_cleanup_fd_ int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int ends[2];

	(void)state;
	assert_true(full >= 0);
	assert_int_equal(fd_write_all(full, "x", 1), -ENOSPC);
	assert_int_equal(fd_write_all(full, "x", 0), 0);
	assert_int_equal(fd_write_all(-1, "x", 1), -EBADF);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(fd_write_all(ends[1], "x", 1), -EPIPE);
	signal(SIGPIPE, SIG_DFL);
	close(ends[1]);
}

static void *give_slowly(void *argument)
{
	int fd = *(int *)argument;

	for (char c = 'a'; c <= 'z'; c++)
		if (write(fd, &c, 1) != 1)
			break;
	close(fd);
	return NULL;
}

static const struct full_case {
	int flags;
	size_t asked;
	ssize_t expected;
} full_cases[] = {
	{ 0, 26, 26 }, { 0, 100, 26 },          { 0, 5, 5 },
	{ 0, 0, 0 },   { O_NONBLOCK, 100, 26 },
};

static void reads_until_full_or_the_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(full_cases); i++) {
		const struct full_case *row = &full_cases[i];
		pthread_t thread;
		char data[100];
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		assert_int_equal(fcntl(ends[0], F_SETFL, row->flags), 0);
		assert_int_equal(
		    pthread_create(&thread, NULL, give_slowly, &ends[1]), 0);
		assert_int_equal(fd_read_full(ends[0], data, row->asked),
				 row->expected);
		assert_memory_equal(data, "abcdefghijklmnopqrstuvwxyz",
				    (size_t)row->expected);
		pthread_join(thread, NULL);
		close(ends[0]);
	}
	assert_int_equal(fd_read_full(-1, &(char){ 0 }, 1), -EBADF);
}

static const struct file_case {
	size_t length;
	size_t size;
	ssize_t expected;
} file_cases[] = {
	{ 0, 1, 0 },          { 0, 0, -EINVAL },      { 5, 6, 5 },
	{ 5, 5, -EFBIG },     { 5, 1, -EFBIG },       { 5, 4096, 5 },
	{ 4095, 4096, 4095 }, { 4096, 4096, -EFBIG },
};

static void reads_small_files(void **state)
{
	char path[] = "/tmp/test_fd.XXXXXX";
	_cleanup_fd_ int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < ARRAY_LEN(file_cases); i++) {
		const struct file_case *row = &file_cases[i];
		char *data = malloc(row->size);

		assert_int_equal(ftruncate(fd, (off_t)row->length), 0);
		assert_int_equal(fd_read_file(AT_FDCWD, path, data, row->size),
				 row->expected);
		if (row->expected >= 0)
			assert_int_equal(data[row->expected], 0);
		free(data);
	}
	unlink(path);
}

static void reads_files_beside_a_directory(void **state)
{
	_cleanup_fd_ int proc = open("/proc/self", O_PATH | O_DIRECTORY);
	char data[4096];

	(void)state;
	assert_true(proc >= 0);
	assert_true(fd_read_file(proc, "stat", data, sizeof(data)) > 0);
	assert_int_equal(strtol(data, NULL, 10), getpid());
	assert_int_equal(fd_read_file(proc, "absent", data, sizeof(data)),
			 -ENOENT);
	assert_int_equal(fd_read_file(proc, "fd", data, sizeof(data)), -EISDIR);
}

/* A link is what is replaced, not what it leads to. */
static void says_what_may_be_replaced(void **state)
{
	char directory[] = "/tmp/ktrace-u-fd-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	assert_true(fd_may_replace("absent"));
	assert_int_equal(symlink("absent", "link"), 0);
	assert_true(fd_may_replace("link"));
	assert_int_equal(unlink("link"), 0);
	assert_int_equal(symlink("/dev/null", "link"), 0);
	assert_false(fd_may_replace("link"));
	assert_int_equal(close(open("file", O_CREAT | O_WRONLY, 0600)), 0);
	assert_true(fd_may_replace("file"));
	assert_false(fd_may_replace("file/x"));
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_false(fd_may_replace("fifo"));
	assert_false(fd_may_replace("."));
	assert_false(fd_may_replace("/dev/null"));
	unlink("link");
	unlink("file");
	unlink("fifo");
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_all_to_any_pipe),
		cmocka_unit_test(says_why_it_cannot_write),
		cmocka_unit_test(reads_until_full_or_the_end),
		cmocka_unit_test(reads_small_files),
		cmocka_unit_test(reads_files_beside_a_directory),
		cmocka_unit_test(says_what_may_be_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
