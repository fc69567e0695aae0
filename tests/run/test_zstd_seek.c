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
		cmocka_unit_test(test_windows),
	};

	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests(tests, make_large, remove_large);
}
