/*
 * Files that grow while they are read, that are ours, and that are said to be
 * somebody's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/mman.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "foreign/input.h"
#include "support/run.h"

static struct text read_file(const char *name)
{
	struct text text = TEXT_INIT;
	char path[256];

	snprintf(path, sizeof(path), GOLDEN_DIR "/%s.ktr", name);
	if (run_read_file(&text, path))
		fail_msg("%s cannot be read", path);
	return text;
}

/* All records, each by what a reader sees of it. */
static enum reader_result read_all(struct input *input, struct text *seen)
{
	enum reader_result result;
	struct record record;

	while ((result = input_next(input, &record)) == READER_RECORD) {
		text_format(seen, "%u %d %lld %u %d %s:", record.kind,
			    record.pid, (long long)record.tid, record.system,
			    record.after_drop, record.comm);
		text_bytes(seen, record.payload, record.length);
	}
	return result;
}

static void append(int fd, const void *data, size_t length)
{
	off_t at = lseek(fd, 0, SEEK_CUR);

	assert_true(lseek(fd, 0, SEEK_END) >= 0);
	assert_int_equal(fd_write_all(fd, data, length), 0);
	assert_int_equal(lseek(fd, at, SEEK_SET), at);
}

static const char *const growing[] = { "calls", "foreign/freebsd1",
				       "foreign/netbsd2_sparc",
				       "foreign/openbsd" };

/* The rest of a file that somebody still writes is read when it is there.
 * Enough to be recognised is there at once. */
static void test_growing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(growing); i++) {
		struct text whole = read_file(growing[i]);
		struct text wanted = TEXT_INIT, seen = TEXT_INIT;
		_cleanup_fd_ int one = memfd_create("one", MFD_CLOEXEC);
		_cleanup_fd_ int two = memfd_create("two", MFD_CLOEXEC);
		size_t at = whole.length / 2, step;
		struct input *input;

		append(one, whole.data, whole.length);
		assert_int_equal(input_open(&input, one, INPUT_ANY), 0);
		assert_int_equal(read_all(input, &wanted), READER_END);
		input_close(input);

		append(two, whole.data, at);
		assert_int_equal(input_open(&input, two, INPUT_ANY), 0);
		for (; at < whole.length; at += step) {
			enum reader_result result = read_all(input, &seen);

			assert_true(result == READER_END ||
				    input_fault(input) == RECORD_TRUNCATED);
			step = whole.length - at < 97 ? whole.length - at : 97;
			append(two, whole.data + at, step);
		}
		assert_int_equal(read_all(input, &seen), READER_END);
		input_close(input);
		/* Arguments that were kept back are given out at each end. */
		if (!strstr(growing[i], "netbsd") &&
		    !strstr(growing[i], "openbsd")) {
			assert_int_equal(seen.length, wanted.length);
			assert_memory_equal(seen.data, wanted.data,
					    seen.length);
		}
		assert_true(seen.length >= wanted.length / 2);
		text_done(&whole);
		text_done(&wanted);
		text_done(&seen);
	}
}

/* An empty file becomes somebody's later. */
static void test_empty(void **state)
{
	struct text whole = read_file("foreign/netbsd2"), seen = TEXT_INIT;
	_cleanup_fd_ int fd = memfd_create("file", MFD_CLOEXEC);
	struct input *input;

	(void)state;
	assert_int_equal(input_open(&input, fd, INPUT_ANY), 0);
	assert_false(input_is_ready(input));
	assert_int_equal(read_all(input, &seen), READER_END);
	append(fd, whole.data, whole.length);
	assert_int_equal(read_all(input, &seen), READER_END);
	assert_true(seen.length > whole.length / 4);
	input_close(input);
	text_done(&whole);
	text_done(&seen);
}

static const struct said_case {
	const char *name;
	enum input_origin origin;
	enum record_fault fault;
	uint64_t offset;
} said_cases[] = {
	{ "foreign/netbsd2", INPUT_NETBSD, RECORD_OK, 0 },
	{ "foreign/netbsd2", INPUT_LINUX, RECORD_VERSION, 0 },
	{ "foreign/openbsd", INPUT_OPENBSD, RECORD_OK, 0 },
	{ "foreign/freebsd1", INPUT_FREEBSD, RECORD_OK, 0 },
	{ "foreign/freebsd1", INPUT_ANY, RECORD_OK, 0 },
	{ "calls", INPUT_ANY, RECORD_OK, 0 },
	{ "calls", INPUT_FREEBSD, RECORD_OK, 0 },
};

static void test_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(said_cases); i++) {
		const struct said_case *one = &said_cases[i];
		struct text whole = read_file(one->name), seen = TEXT_INIT;
		_cleanup_fd_ int fd = memfd_create("file", MFD_CLOEXEC);
		struct input *input;
		enum reader_result result;

		append(fd, whole.data, whole.length);
		assert_int_equal(input_open(&input, fd, one->origin), 0);
		result = read_all(input, &seen);
		assert_int_equal(result,
				 one->fault ? READER_FAULT : READER_END);
		assert_int_equal(input_fault(input), one->fault);
		if (one->fault)
			assert_int_equal(input_offset(input), one->offset);
		input_close(input);
		text_done(&whole);
		text_done(&seen);
	}
}

static void test_names(void **state)
{
	enum input_origin origin = INPUT_ANY;

	(void)state;
	assert_true(input_origin_by_name("netbsd", &origin));
	assert_int_equal(origin, INPUT_NETBSD);
	assert_false(input_origin_by_name("NetBSD", &origin));
	assert_false(input_origin_by_name("", &origin));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growing),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
