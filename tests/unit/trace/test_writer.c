/*
 * The writer over sinks that work: everything arrives, whole and in order, also
 * when the reader is slow and when two writers share a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "appenders.h"
#include "base/array.h"
#include "writer_sinks.h"

/* Blocking or not, the whole queue goes round many times. */
static void slow_sink(int flags)
{
	enum { COUNT = 4000 };
	struct consumer consumer;
	struct writer *writer;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
	writer = open_writer((struct writer_config){
	    .fd = ends[1], .linger_ms = 1, .stall_ms = LONG_MS });
	consumer_start(&consumer, ends[0], 0);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(numbered_append(writer, 1, i), 0);
	writer_close(writer, LONG_MS);
	consumer_check(&consumer, COUNT);
}

static void loses_nothing_to_a_slow_sink(void **state)
{
	(void)state;
	slow_sink(0);
	slow_sink(O_NONBLOCK);
}

static void writes_a_file_in_order(void **state)
{
	enum { COUNT = 20000 };
	int file = file_of(NULL, 0);
	struct writer *writer = open_writer((struct writer_config){
	    .fd = dup(file), .linger_ms = 1, .stall_ms = LONG_MS });
	struct reader *reader = open_reader(file);
	enum reader_result result;
	uint64_t length = 0;

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_int_equal(numbered_append(writer, 1, i), 0);
		length += sizeof(struct ktr_header) + numbered_length(i);
	}
	assert_int_equal(writer_flush(writer, LONG_MS), 0);
	assert_true(writer_written(writer) == length);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	assert_int_equal(numbered_read(reader, 0, &result), COUNT);
	assert_int_equal(result, READER_END);
	reader_close(reader);
	writer_close(writer, LONG_MS);
	close(file);
}

/* Records of 1 MiB, of which few fit one write: none is cut in two. */
static void writes_long_records(void **state)
{
	enum { COUNT = 40, LENGTH = 1 << 20 };
	static const struct record_origin origin = { .pid = 1 };
	int file = file_of(NULL, 0);
	struct writer *writer =
	    open_writer((struct writer_config){ .fd = dup(file),
						.queue_size = 16 << 20,
						.linger_ms = 1,
						.stall_ms = LONG_MS });
	struct reader *reader = open_reader(file);
	struct record record;
	int error;

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		uint8_t *room = writer_reserve(writer, 64 + LENGTH, &error);

		assert_non_null(room);
		record_put_header(room, &origin, KTR_NAMEI, false, i, LENGTH);
		memset(room + 64, (int)i, LENGTH);
		writer_commit(writer, 64 + LENGTH);
	}
	writer_close(writer, LONG_MS);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_int_equal(reader_next(reader, &record), READER_RECORD);
		assert_int_equal(record.time_ns, i);
		assert_int_equal(record.length, LENGTH);
		assert_int_equal(record.payload[0], i);
		assert_int_equal(record.payload[LENGTH - 1], i);
	}
	assert_int_equal(reader_next(reader, &record), READER_END);
	reader_close(reader);
	close(file);
}

static void reservations_have_bounds(void **state)
{
	int file = file_of(NULL, 0);
	struct writer *writer = open_writer(
	    (struct writer_config){ .fd = dup(file), .stall_ms = LONG_MS });
	int error = 0;

	(void)state;
	assert_null(writer_reserve(writer, WRITER_QUEUE_MIN / 2 + 1, &error));
	assert_int_equal(error, -EMSGSIZE);
	assert_null(writer_reserve(writer, SIZE_MAX, &error));
	assert_int_equal(error, -EMSGSIZE);
	assert_non_null(writer_reserve(writer, WRITER_QUEUE_MIN / 2, &error));
	writer_commit(writer, 0);
	assert_int_equal(writer_flush(writer, LONG_MS), 0);
	assert_true(writer_written(writer) == 0);
	writer_close(writer, LONG_MS);
	assert_int_equal(lseek(file, 0, SEEK_END), 0);
	close(file);
	writer_close(NULL, 0);
}

static void opening_fails_cleanly(void **state)
{
	static const struct open_case {
		int flags; /* of /dev/null; -1: no descriptor */
		size_t queue_size;
		int expected;
	} cases[] = {
		{ -1, 0, -EBADF },
		{ O_RDONLY, 0, -EBADF },
		{ O_WRONLY, SIZE_MAX, -ENOMEM },
		{ O_WRONLY, SIZE_MAX / 2, -ENOMEM },
		{ O_WRONLY, 0, 0 },
		{ O_RDWR, 100000, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct writer_config config = {
			.fd = cases[i].flags < 0
				  ? -1
				  : open("/dev/null", cases[i].flags),
			.queue_size = cases[i].queue_size,
		};
		struct writer *writer = NULL;

		assert_int_equal(writer_open(&writer, &config),
				 cases[i].expected);
		if (cases[i].expected == 0) {
			writer_close(writer, LONG_MS);
			continue;
		}
		assert_null(writer);
		/* The descriptor is still ours to close. */
		assert_int_equal(close(config.fd), cases[i].flags < 0 ? -1 : 0);
	}
}

static void two_writers_never_tear_a_record(void **state)
{
	const struct writer_config config = {
		.queue_size = WRITER_QUEUE_MIN,
		.stall_ms = LONG_MS,
	};

	(void)state;
	print_message("the writers took turns %u times\n",
		      append_by_two(&config));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(loses_nothing_to_a_slow_sink),
		cmocka_unit_test(writes_a_file_in_order),
		cmocka_unit_test(writes_long_records),
		cmocka_unit_test(reservations_have_bounds),
		cmocka_unit_test(opening_fails_cleanly),
		cmocka_unit_test(two_writers_never_tear_a_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
