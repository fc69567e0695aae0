/*
 * What kdump-u finds in a large compressed trace without reading all of it; and
 * that it prints what it would have printed if it had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "support/command.h"
#include "support/run.h"
#include "support/sample.h"
#include "trace/writer.h"

#define LARGE_RECORDS 8000u /* of 4 KiB that cannot be made smaller */
#define LARGE_DATA    4096u
#define FLUSH_EACH    100u

/* Anything, the same each time. */
static void fill(uint8_t *data, size_t length, uint64_t *seed)
{
	for (size_t i = 0; i < length; i++) {
		*seed = *seed * UINT64_C(6364136223846793005) +
			1442695040888963407;
		data[i] = (uint8_t)(*seed >> 56);
	}
}

static void append(struct writer *writer, const struct sample *sample)
{
	int error = 0;
	void *room = writer_reserve(writer, sample->bytes.length, &error);

	assert_non_null(room);
	memcpy(room, sample->bytes.data, sample->bytes.length);
	writer_commit(writer, sample->bytes.length);
}

/* Records a second apart; after some a process begins, so that a few frames
 * must be read. */
static void write_large(int fd)
{
	struct writer_config config = { .fd = fd,
					.queue_size = 4 << 20,
					.level = 1,
					.linger_ms = 60000,
					.stall_ms = 60000 };
	struct sample sample = SAMPLE_INIT;
	uint8_t data[LARGE_DATA];
	struct writer *writer;
	uint64_t seed = 1;

	assert_int_equal(writer_open(&writer, &config), 0);
	sample.step_ns = UINT64_C(1000000000);
	sample_fields(&sample, "session\0arch=x86_64");
	sample_process(&sample, 0x203);
	sample_fields(&sample, "process\0ppid:1\0abi=x86_64");
	sample_literal(&sample, KTR_NAMEI, "/first");
	append(writer, &sample);
	for (uint32_t i = 0; i < LARGE_RECORDS; i++) {
		sample.bytes.length = 0;
		if (i == LARGE_RECORDS / 2)
			sample_process(&sample, 0x203);
		fill(data, sizeof(data), &seed);
		sample_data(&sample, 3, KTR_GENIO_READ, data, sizeof(data));
		append(writer, &sample);
		if (i % FLUSH_EACH == FLUSH_EACH - 1)
			assert_int_equal(writer_flush(writer, 60000), 0);
	}
	writer_close(writer, 60000);
	sample_done(&sample);
}

/* Runs kdump-u; how many bytes it has read is known until it is reaped. */
static struct text print(const char *path, const char *expression,
			 const char *option, uint64_t *ret_read)
{
	const char *const argv[] = { KDUMP_U,    "-T", "-m", "8",    "-w",
				     expression, "-f", path, option, NULL };
	_cleanup_fd_ int out = -1;
	char name[32], data[512];
	unsigned long long bytes = 0;
	struct text text = TEXT_INIT;
	siginfo_t info;
	int ends[2];
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execv(KDUMP_U, (char *const *)argv);
		_exit(127);
	}
	close(ends[1]);
	out = ends[0];
	while ((got = fd_read_full(out, data, sizeof(data))) > 0)
		text_bytes(&text, data, (size_t)got);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_code, CLD_EXITED);
	assert_int_equal(info.si_status, 0);
	snprintf(name, sizeof(name), "/proc/%d/io", pid);
	if (fd_read_file(AT_FDCWD, name, data, sizeof(data)) > 0)
		assert_int_equal(sscanf(data, "rchar: %llu", &bytes), 1);
	*ret_read = bytes;
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return text;
}

static unsigned lines_of(const struct text *text)
{
	unsigned lines = 0;

	for (size_t i = 0; i < text->length; i++)
		lines += text->data[i] == '\n';
	return lines;
}

/* Of the large trace: what is asked, and the part of the file that answers. */
static const struct seek_case {
	const char *expression;
	double most; /* of the file is read; 0: all of it, and more */
	const char *option;
} seek_cases[] = {
	{ "time > 1700007990", 0.15, NULL },
	{ "time = 1700004500..1700004510", 0.15, NULL },
	{ "time < 1700000005", 0.15, NULL },
	{ "elapsed > 7990s", 0.15, NULL },
	{ "record > 7990", 0.15, NULL },
	{ "record = 100..110 or record = 7000", 0.2, NULL },
	{ "time > 1800000000", 0.15, NULL },
	/* It has to be looked for. */
	{ "fd = 3 and time > 1700007990", 0, NULL },
	{ "record = 8000 and not between = a..b", 0, NULL },
	/* It may have been said before what is secret. */
	{ "record > 7990", 0, "--redact" },
};

static void test_windows(void **state)
{
	const char *path = *state;
	char all[256];
	struct stat status;
	uint64_t read, read_by_all;

	assert_int_equal(stat(path, &status), 0);
	assert_true(status.st_size > 30 << 20);
	for (size_t i = 0; i < ARRAY_LEN(seek_cases); i++) {
		const struct seek_case *row = &seek_cases[i];
		struct text some = print(path, row->expression, row->option,
					 &read);
		struct text every;

		/* The second half is never true, but asks about each record. */
		snprintf(all, sizeof(all), "%s or between = 'no'..'mark'",
			 row->expression);
		every = print(path, all, row->option, &read_by_all);
		assert_string_equal(text_string(&some), text_string(&every));
		print_message("%s: %u lines, %llu of %llu bytes\n",
			      row->expression, lines_of(&some),
			      (unsigned long long)read,
			      (unsigned long long)status.st_size);
		if (!read) {
			print_message("skipped: no /proc/PID/io here\n");
			skip();
		}
		assert_true(read_by_all > (uint64_t)status.st_size);
		if (row->most > 0)
			assert_true((double)read <
				    row->most * (double)status.st_size);
		else
			assert_true(read > (uint64_t)status.st_size);
		text_done(&some);
		text_done(&every);
	}
}

/* ---- calls ---- */

#define CALLS_ROUNDS 2000u
#define CALLS_FLUSH  20u /* rounds in a frame */
#define CALLS_LASTS  50u /* rounds that the other thread's calls take */

static void add_calls(struct sample *sample, unsigned round, uint64_t *seed)
{
	const uint64_t fd = 3 + round % 5;
	const uint64_t opening[] = { (uint64_t)-100, 0x1000, 0, 0 };
	const uint64_t reading[] = { fd, 0x2000, LARGE_DATA };
	uint8_t data[LARGE_DATA];
	char path[32];

	snprintf(path, sizeof(path), "/file-%u", round % 7);
	fill(data, sizeof(data), seed);
	sample_call(sample, 257, 4, opening);
	sample_record(sample, KTR_NAMEI, path, strlen(path));
	if (round % 11)
		sample_result(sample, 257, 0, (int64_t)fd);
	else
		sample_result(sample, 257, ENOENT, -1);
	sample_call(sample, 0, 3, reading);
	sample_data(sample, (int32_t)fd, KTR_GENIO_READ, data, sizeof(data));
	sample_result(sample, 0, 0, sizeof(data));
}

/* Over two frames and a half. */
static void add_long_call(struct sample *sample, unsigned round)
{
	const uint64_t waiting[] = { 0x3000, 1, (uint64_t)-1 };

	sample_origin(sample, 4242, 4300, "waits");
	if (round % CALLS_LASTS == 5)
		sample_call(sample, 7, 3, waiting);
	if (round % CALLS_LASTS == 4 && round > CALLS_LASTS)
		sample_result(sample, 7, 0, 1);
	sample_origin(sample, 4242, 4242, "echo");
}

static void write_calls(int fd, int level)
{
	struct writer_config config = { .fd = fd,
					.queue_size = 4 << 20,
					.level = level,
					.linger_ms = 60000,
					.stall_ms = 60000 };
	struct sample sample = SAMPLE_INIT;
	struct writer *writer;
	uint64_t seed = 1;

	assert_int_equal(writer_open(&writer, &config), 0);
	sample.step_ns = UINT64_C(1000000000);
	sample_fields(&sample, "session\0arch=x86_64");
	sample_process(&sample, 0x203);
	sample_fields(&sample, "process\0ppid:1\0abi=x86_64");
	for (unsigned round = 0; round < CALLS_ROUNDS; round++) {
		add_long_call(&sample, round);
		add_calls(&sample, round, &seed);
		append(writer, &sample);
		sample.bytes.length = 0;
		if (round % CALLS_FLUSH == CALLS_FLUSH - 1)
			assert_int_equal(writer_flush(writer, 60000), 0);
	}
	writer_close(writer, 60000);
	sample_done(&sample);
}

/* What is asked of the trace of calls, and how much of it that may take. */
static const struct call_case {
	const char *expression;
	const char *option;
	double most; /* as above */
} call_cases[] = {
	/* What is behind is left out. */
	{ "record < 500", "-j", 0.15 },
	{ "record < 500", "-jn", 0.15 },
	{ "record < 500 and failed", "-j", 0.15 },
	{ "record < 500 and call = poll", "-j", 0.15 },
	{ "record < 500 and duration > 100s", NULL, 0.15 },
	{ "record < 500", "--files", 0.15 },
	{ "record < 500", "--chrome", 0.15 },
	{ "record < 500", "--stats", 0.15 },
	{ "time = 1700000100..1700000300", "-j", 0.15 },
	{ "record = 6000..6200 or record = 10..30", "-j", 0.65 },
	/* What is in front of it, too, where no names come from there. */
	{ "record = 6000..6200", "--stats", 0.15 },
	{ "record > 11500", "--stats", 0.15 },
	{ "record > 11500 and failed", "--stats", 0.15 },
	{ "record = 10..30 or record > 11500", "--stats", 0.2 },
	{ "record > 11500", "-j", 0 },
	{ "record > 11500", "-jn", 0 },
	{ "record > 11500", "--files", 0 },
	/* All is told of, or may have been said before. */
	{ "record < 500", "--tree", 0 },
	{ "record < 500", "--summary", 0 },
	{ "record < 500 and path = /file-3", "-j", 0.15 },
	{ "record < 500 and not between = a..b", "-j", 0 },
};

struct pair {
	char compressed[32], plain[32];
};

static void test_calls(void **state)
{
	const struct pair *pair = *state;
	uint64_t read, read_plain;
	struct stat status;

	assert_int_equal(stat(pair->compressed, &status), 0);
	for (size_t i = 0; i < ARRAY_LEN(call_cases); i++) {
		const struct call_case *row = &call_cases[i];
		struct text some = print(pair->compressed, row->expression,
					 row->option, &read);
		struct text all = print(pair->plain, row->expression,
					row->option, &read_plain);

		print_message("%s %s: %u lines, %llu of %llu bytes\n",
			      row->option ?: "", row->expression,
			      lines_of(&some), (unsigned long long)read,
			      (unsigned long long)status.st_size);
		assert_true(some.length > 0);
		assert_string_equal(text_string(&some), text_string(&all));
		if (read && row->most > 0)
			assert_true((double)read <
				    row->most * (double)status.st_size);
		else if (read)
			assert_true(read > (uint64_t)status.st_size);
		text_done(&some);
		text_done(&all);
	}
}

static int make_calls(void **state)
{
	static struct pair pair = { "/tmp/kdump-calls-XXXXXX",
				    "/tmp/kdump-plain-XXXXXX" };
	_cleanup_fd_ int compressed = mkstemp(pair.compressed);
	_cleanup_fd_ int plain = mkstemp(pair.plain);

	if (compressed < 0 || plain < 0)
		return -1;
	write_calls(compressed, 1);
	write_calls(plain, 0);
	*state = &pair;
	return 0;
}

static int remove_calls(void **state)
{
	const struct pair *pair = *state;

	return unlink(pair->compressed) | unlink(pair->plain);
}

static int make_large(void **state)
{
	static char path[] = "/tmp/kdump-seek-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		return -1;
	write_large(fd);
	*state = path;
	return 0;
}

static int remove_large(void **state)
{
	return unlink(*state);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_windows, make_large,
						remove_large),
		cmocka_unit_test_setup_teardown(test_calls, make_calls,
						remove_calls),
	};

	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
