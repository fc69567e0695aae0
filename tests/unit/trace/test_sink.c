/* The sink by itself: how much it takes at once, and where it stops. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "trace/sink.h"
#include "trace_file.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

/* So many records of that size, header included; what is taken of them. */
static const struct portion_case {
	size_t size;
	size_t count;
	size_t done;
} portion_cases[] = {
	{ 64, 1, 64 },
	{ 100, 1000, 100000 },
	{ MIB, 4, 4 * MIB },
	{ MIB, 5, 4 * MIB },
	{ MIB, 16, 4 * MIB },
	{ 3 * MIB, 2, 3 * MIB },
	{ 4 * MIB, 2, 4 * MIB },
	{ 4 * MIB + 1, 2, 4 * MIB + 1 },
	{ 10 * MIB, 1, 10 * MIB },
	{ 1000, 5000, 4 * MIB / 1000 * 1000 },
};

static char *records(size_t size, size_t count)
{
	static const struct record_origin origin = { .pid = 1 };
	char *data = calloc(count, size);

	assert_non_null(data);
	for (size_t i = 0; i < count; i++)
		record_put_header(data + i * size, &origin, KTR_NAMEI, false, i,
				  size - sizeof(struct ktr_header));
	return data;
}

static void a_file_gets_whole_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(portion_cases); i++) {
		const struct portion_case *row = &portion_cases[i];
		_cleanup_free_ char *data = records(row->size, row->count);
		_cleanup_fd_ int file = file_of(NULL, 0);
		struct sink sink;
		size_t done = 0;

		assert_int_equal(sink_open(&sink, file, 0), 0);
		assert_int_equal(
		    sink_write(&sink, data, row->size * row->count, &done), 0);
		assert_int_equal(done, row->done);
		assert_int_equal(lseek(file, 0, SEEK_END), row->done);
	}
}

/* Small pieces, so that whoever waits for room sees that it moves. */
static void a_pipe_gets_small_pieces(void **state)
{
	_cleanup_free_ char *data = records(MIB, 1);
	struct sink sink;
	size_t done = 0;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_int_equal(sink_open(&sink, ends[1], 0), 0);
	assert_int_equal(sink_write(&sink, data, MIB, &done), 0);
	assert_in_range(done, 1, 64 * KIB);
	/* Full by and by: it says "not now". */
	while (done > 0)
		assert_int_equal(sink_write(&sink, data, MIB, &done), 0);
	close(ends[0]);
	close(ends[1]);
}

static void opens_what_can_be_written(void **state)
{
	_cleanup_fd_ int file = file_of(NULL, 0);
	_cleanup_fd_ int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	_cleanup_fd_ int unwritable = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct sink sink;

	(void)state;
	assert_int_equal(sink_open(&sink, file, 0), 0);
	assert_true(sink.is_regular);
	assert_int_equal(sink_open(&sink, null, 0), 0);
	assert_false(sink.is_regular);
	assert_int_equal(sink_open(&sink, unwritable, 0), -EBADF);
	assert_int_equal(sink_open(&sink, -1, 0), -EBADF);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_gets_whole_records),
		cmocka_unit_test(a_pipe_gets_small_pieces),
		cmocka_unit_test(opens_what_can_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
