/* When the writer writes: at a flush, by itself, when there is much. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "writer_sinks.h"

/* The linger would last for ever; a flush does not wait for it. */
static void flush_does_not_linger(void **state)
{
	int file = file_of(NULL, 0);
	struct writer *writer = open_writer((struct writer_config){
	    .fd = dup(file), .linger_ms = 3600 * 1000, .stall_ms = 1 });
	struct reader *reader = open_reader(file);
	enum reader_result result;

	(void)state;
	assert_int_equal(writer_flush(writer, LONG_MS), 0);
	for (uint32_t i = 0; i < 2000; i++) {
		assert_int_equal(numbered_append(writer, 1, i), 0);
		assert_int_equal(writer_flush(writer, LONG_MS), 0);
		assert_int_equal(
		    lseek(file, (off_t)reader_offset(reader), SEEK_SET),
		    (off_t)reader_offset(reader));
		assert_int_equal(numbered_read(reader, i, &result), 1);
		assert_int_equal(result, READER_END);
	}
	reader_close(reader);
	writer_close(writer, LONG_MS);
	close(file);
}

static bool is_readable(int fd, int timeout_ms)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	return poll(&wait, 1, timeout_ms) == 1;
}

/* Nobody flushes: the record arrives by itself, again and again. */
static void a_record_arrives_by_itself(void **state)
{
	struct reader *reader;
	struct writer *writer;
	struct record record;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	reader = open_reader(ends[0]);
	writer = open_writer((struct writer_config){
	    .fd = ends[1], .linger_ms = 5, .stall_ms = LONG_MS });
	for (uint32_t i = 0; i < 50; i++) {
		assert_int_equal(numbered_append(writer, 1, i), 0);
		assert_true(is_readable(ends[0], LONG_MS));
		assert_int_equal(reader_next(reader, &record), READER_RECORD);
		assert_true(numbered_is(&record, i));
	}
	writer_close(writer, LONG_MS);
	reader_close(reader);
	close(ends[0]);
}

/* Few records wait for company; many do not wait. */
static void much_ends_the_linger(void **state)
{
	struct consumer consumer;
	struct writer *writer;
	uint32_t count;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	writer = open_writer((struct writer_config){ .fd = ends[1],
						     .queue_size = 1 << 20,
						     .linger_ms = 3600 * 1000,
						     .stall_ms = LONG_MS });
	for (count = 0; count < 10; count++)
		assert_int_equal(numbered_append(writer, 1, count), 0);
	assert_false(is_readable(ends[0], 30));
	assert_true(writer_written(writer) == 0);
	for (; count < 500; count++)
		assert_int_equal(numbered_append(writer, 1, count), 0);
	assert_true(is_readable(ends[0], LONG_MS));
	consumer_start(&consumer, ends[0], 0);
	writer_close(writer, LONG_MS);
	consumer_check(&consumer, count);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(flush_does_not_linger),
		cmocka_unit_test(a_record_arrives_by_itself),
		cmocka_unit_test(much_ends_the_linger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
