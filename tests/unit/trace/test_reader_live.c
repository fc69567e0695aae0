/*
 * The reader over what is still being written: pipes, files that grow, files
 * that are cut back and grow again.
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

#include "base/cleanup.h"
#include "base/fd.h"
#include "trace_file.h"

static void reads_a_pipe_byte_by_byte(void **state)
{
	enum { COUNT = 30 };
	size_t length;
	_cleanup_free_ uint8_t *data = numbered_trace(COUNT, &length);
	struct feeder feeder = { .data = data, .length = length };
	enum reader_result result;
	struct reader *reader;
	pthread_t thread;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	feeder.fd = ends[1];
	reader = open_reader(ends[0]);
	assert_int_equal(
	    pthread_create(&thread, NULL, feed_byte_by_byte, &feeder), 0);
	assert_int_equal(numbered_read(reader, 0, &result), COUNT);
	assert_int_equal(result, READER_END);
	pthread_join(thread, NULL);
	reader_close(reader);
	close(ends[0]);
}

/* A record is given out as soon as it is there, not when more comes. */
static void waits_for_no_more_than_the_record(void **state)
{
	uint8_t data[sizeof(struct ktr_header) + NUMBERED_MAX];
	struct reader *reader;
	struct record record;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	reader = open_reader(ends[0]);
	for (uint32_t i = 0; i < 10; i++) {
		size_t length = numbered_put(data, 1, i);

		assert_int_equal(fd_write_all(ends[1], data, length), 0);
		assert_int_equal(reader_next(reader, &record), READER_RECORD);
		assert_true(numbered_is(&record, i));
	}
	close(ends[1]);
	assert_int_equal(reader_next(reader, &record), READER_END);
	reader_close(reader);
	close(ends[0]);
}

static void goes_on_when_the_file_grows(void **state)
{
	enum { COUNT = 3 };
	size_t length;
	_cleanup_free_ uint8_t *data = numbered_trace(COUNT, &length);
	_cleanup_fd_ int fd = file_of(data, 0);
	struct reader *reader = open_reader(fd);
	enum reader_result result;
	uint32_t count = 0;

	(void)state;
	for (size_t i = 0; i < length; i++) {
		count += numbered_read(reader, count, &result);
		assert_true(result == READER_END ||
			    (result == READER_FAULT &&
			     reader_fault(reader) == RECORD_TRUNCATED));
		append(fd, data + i, 1);
	}
	count += numbered_read(reader, count, &result);
	assert_int_equal(count, COUNT);
	assert_int_equal(result, READER_END);
	reader_close(reader);
}

/* What a recorder does whose disk is full, and another one after it. */
static void half_a_record_may_be_replaced(void **state)
{
	uint8_t data[sizeof(struct ktr_header) + NUMBERED_MAX];
	size_t length = numbered_put(data, 1, 0);
	_cleanup_fd_ int fd = file_of(data, length);
	struct reader *reader = open_reader(fd);
	enum reader_result result;

	(void)state;
	append(fd, data, length / 2);
	assert_int_equal(numbered_read(reader, 0, &result), 1);
	assert_int_equal(result, READER_FAULT);
	assert_int_equal(ftruncate(fd, (off_t)length), 0);
	assert_int_equal(numbered_read(reader, 1, &result), 0);
	assert_int_equal(result, READER_END);
	append(fd, data, numbered_put(data, 2, 1));
	assert_int_equal(numbered_read(reader, 1, &result), 1);
	assert_int_equal(result, READER_END);
	reader_close(reader);
}

/* A live viewer polls; half a record must not be lost over that. */
static void goes_on_after_eagain(void **state)
{
	uint8_t data[sizeof(struct ktr_header) + NUMBERED_MAX];
	size_t length = numbered_put(data, 1, 0);
	struct reader *reader;
	struct record record;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	reader = open_reader(ends[0]);
	for (size_t i = 0; i < length; i++) {
		assert_int_equal(reader_next(reader, &record), READER_ERROR);
		assert_int_equal(reader_errno(reader), EAGAIN);
		assert_int_equal(write(ends[1], data + i, 1), 1);
	}
	assert_int_equal(reader_next(reader, &record), READER_RECORD);
	assert_true(numbered_is(&record, 0));
	reader_close(reader);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_pipe_byte_by_byte),
		cmocka_unit_test(waits_for_no_more_than_the_record),
		cmocka_unit_test(goes_on_when_the_file_grows),
		cmocka_unit_test(half_a_record_may_be_replaced),
		cmocka_unit_test(goes_on_after_eagain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
