/*
 * The writer over sinks that fail: full disks, file size limits, readers that
 * went away. Whole records stay, no signal kills, the reason is
 * kept, and what comes after is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "trace/sink.h"
#include "writer_sinks.h"

static struct writer *open_failing(int fd)
{
	return open_writer((struct writer_config){
	    .fd = fd, .linger_ms = 1, .stall_ms = LONG_MS });
}

/* Appends until it fails; more than any of these sinks takes. */
static int append_until_failure(struct writer *writer)
{
	int error = 0;

	for (uint32_t i = 0; i < 100000 && !error; i++)
		error = numbered_append(writer, 1, i);
	return error;
}

/* It has failed so, it says so, and it goes on saying so. */
static void check_failed(struct writer *writer, int expected)
{
	int error = 0;

	assert_int_equal(writer_flush(writer, LONG_MS), expected);
	assert_int_equal(writer_status(writer), expected);
	for (int i = 0; i < 3; i++) {
		assert_null(writer_reserve(writer, 64, &error));
		assert_int_equal(error, expected);
	}
}

static void a_full_device(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct writer *writer;

	(void)state;
	assert_true(fd >= 0);
	writer = open_failing(fd);
	assert_int_equal(append_until_failure(writer), -ENOSPC);
	check_failed(writer, -ENOSPC);
	assert_true(writer_written(writer) == 0);
	writer_close(writer, LONG_MS);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

/* SIGPIPE has its default action, which is to kill. */
static void a_reader_that_went_away(void **state)
{
	(void)state;
	for (int sockets = 0; sockets < 2; sockets++) {
		struct writer *writer;
		int ends[2];

		if (sockets)
			assert_int_equal(
			    socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
		else
			assert_int_equal(pipe(ends), 0);
		writer = open_failing(ends[1]);
		assert_int_equal(numbered_append(writer, 1, 0), 0);
		assert_int_equal(writer_flush(writer, LONG_MS), 0);
		close(ends[0]);
		assert_int_equal(append_until_failure(writer), -EPIPE);
		check_failed(writer, -EPIPE);
		writer_close(writer, LONG_MS);
	}
}

/* The reader takes the queue's place: a wait for room ends with EPIPE. */
static void a_reader_that_goes_while_we_wait(void **state)
{
	struct writer *writer;
	int ends[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char some[4096];
		size_t got = 0;

		close(ends[1]);
		/* More than queue and pipe hold: somebody waits by then. */
		while (got < 300000) {
			ssize_t one = read(ends[0], some, sizeof(some));

			if (one <= 0)
				_exit(1);
			got += (size_t)one;
		}
		_exit(0);
	}
	close(ends[0]);
	writer = open_failing(ends[1]);
	assert_int_equal(append_until_failure(writer), -EPIPE);
	check_failed(writer, -EPIPE);
	writer_close(writer, LONG_MS);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* What is in the file: whole records from 0 on, as many as were said. */
static void check_whole(int file, uint64_t written)
{
	struct reader *reader = NULL;
	enum reader_result result;
	struct stat status;

	assert_int_equal(fstat(file, &status), 0);
	assert_int_equal(status.st_size, written);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	reader = open_reader(file);
	assert_true(numbered_read(reader, 0, &result) > 10);
	assert_int_equal(result, READER_END);
	reader_close(reader);
}

/* SIGXFSZ has its default action, which is to kill. */
static void a_file_size_limit(void **state)
{
	static const struct limit_case {
		rlim_t limit;
		int flags;
	} cases[] = {
		{ 40000, 0 },
		{ 100000, 0 },
		{ 100000, O_APPEND },
		{ 123456, O_APPEND },
	};
	struct rlimit before, limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int file = file_of(NULL, 0);
		struct writer *writer;
		uint64_t written;

		assert_int_equal(fcntl(file, F_SETFL, cases[i].flags), 0);
		limit = before;
		limit.rlim_cur = cases[i].limit;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		writer = open_failing(dup(file));
		assert_int_equal(append_until_failure(writer), -EFBIG);
		check_failed(writer, -EFBIG);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		written = writer_written(writer);
		assert_in_range(written, cases[i].limit - 2100, cases[i].limit);
		writer_close(writer, LONG_MS);
		check_whole(file, written);
		close(file);
	}
}

/* Bytes of somebody else behind ours: nothing is cut off. */
static void only_our_own_end_is_cut(void **state)
{
	enum { LIMIT = 10000, SIZE = 20000 };
	uint8_t data[2 * (64 + NUMBERED_MAX)];
	size_t first = numbered_put(data, 1, 3);
	size_t length = first + numbered_put(data + first, 1, 4);
	int file = file_of(NULL, 0);
	struct rlimit before, limit;
	struct stat status;
	struct sink sink;
	size_t done;
	sigset_t set;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGXFSZ);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	assert_int_equal(ftruncate(file, SIZE), 0);
	/* The limit comes 10 bytes into the second record. */
	assert_int_equal(lseek(file, (off_t)(LIMIT - first - 10), SEEK_SET),
			 (off_t)(LIMIT - first - 10));
	assert_int_equal(sink_open(&sink, file, 0), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = LIMIT;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(sink_write(&sink, data, length, &done), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(done, first);
	assert_int_equal(fstat(file, &status), 0);
	assert_int_equal(status.st_size, SIZE);
	signal(SIGXFSZ, SIG_IGN); /* discards the pending one */
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGXFSZ, SIG_DFL);
	close(file);
}

static bool put(const char *path, const char *format, unsigned id)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && dprintf(fd, format, id, id) > 0;
}

/* Mounts of its own, with the rights to change them; 0 or errno. */
static int private_mounts(void)
{
	unsigned uid = geteuid();
	unsigned gid = getegid();

	if (unshare(CLONE_NEWNS) == 0)
		return 0;
	/* In a user namespace of its own anybody may; ids must be mapped. */
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return errno;
	if (!put("/proc/self/setgroups", "deny", 0) ||
	    !put("/proc/self/uid_map", "%u %u 1", uid) ||
	    !put("/proc/self/gid_map", "%u %u 1", gid))
		return errno ?: EIO;
	return 0;
}

/* A file system of 256 KiB, seen by this process alone; 0 or errno. */
static int mount_small(const char *folder)
{
	int error = private_mounts();

	if (error)
		return error;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", folder, "tmpfs", 0, "size=256k") < 0)
		return errno;
	return 0;
}

static void fill_small_disk(const char *folder)
{
	struct writer *writer;
	uint64_t written;
	int file;

	assert_int_equal(chdir(folder), 0);
	file = open("trace", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	writer = open_failing(dup(file));
	assert_int_equal(append_until_failure(writer), -ENOSPC);
	check_failed(writer, -ENOSPC);
	written = writer_written(writer);
	assert_true(written > 200 << 10);
	writer_close(writer, LONG_MS);
	check_whole(file, written);
	close(file);
}

/* The test's result as an exit status: of a child of its own. */
enum { CHILD_PASSED, CHILD_FAILED, CHILD_SKIPPED };

static void small_disk_case(void **state)
{
	fill_small_disk(*state);
}

static int small_disk_child(const char *folder)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(small_disk_case, (void *)folder),
	};
	int error = mount_small(folder);

	if (error) {
		print_message("no small file system: %s\n", strerror(error));
		return CHILD_SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL) ? CHILD_FAILED
							 : CHILD_PASSED;
}

static void a_full_disk(void **state)
{
	char folder[] = "/tmp/test_writer.XXXXXX";
	pid_t child;
	int status;

	(void)state;
	assert_non_null(mkdtemp(folder));
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		exit(small_disk_child(folder));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(rmdir(folder), 0);
	if (status == CHILD_SKIPPED << 8)
		skip();
	assert_int_equal(status, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_device),
		cmocka_unit_test(a_reader_that_went_away),
		cmocka_unit_test(a_reader_that_goes_while_we_wait),
		cmocka_unit_test(a_file_size_limit),
		cmocka_unit_test(only_our_own_end_is_cut),
		cmocka_unit_test(a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
