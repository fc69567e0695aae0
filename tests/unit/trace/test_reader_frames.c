/*
 * The reader over compressed traces: whole ones, cut and damaged ones, pipes,
 * files that grow. What is in whole frames comes, and nothing that is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "frames.h"

/* Numbered records, so many in each frame; ends[i] is behind frame i. */
enum { FRAMES = 4, EACH = 20 };

static struct frames numbered_frames(size_t ends[FRAMES])
{
	struct frames frames = { 0 };

	for (uint32_t i = 0; i < FRAMES; i++) {
		uint8_t content[EACH * (64 + NUMBERED_MAX)];
		size_t length = 0;

		for (uint32_t j = 0; j < EACH; j++)
			length += numbered_put(content + length, 1,
					       i * EACH + j);
		frames_add(&frames, content, length);
		ends[i] = frames.length;
	}
	return frames;
}

static void reads_frames(void **state)
{
	size_t length, half;
	_cleanup_free_ uint8_t *data = numbered_trace(500, &length);
	struct frames frames = { 0 };
	enum reader_result result;
	struct reader *reader;
	int fd;

	(void)state;
	half = length / 2; /* in the middle of a record */
	frames_add_other(&frames, 5);
	frames_add(&frames, data, half);
	frames_add(&frames, data, 0);
	frames_add_other(&frames, 300000);
	frames_add(&frames, data + half, length - half);
	frames_add_other(&frames, 0);
	fd = file_of(frames.data, frames.length);
	reader = open_reader(fd);
	assert_int_equal(numbered_read(reader, 0, &result), 500);
	assert_int_equal(result, READER_END);
	assert_int_equal(reader_offset(reader), length);
	reader_close(reader);
	frames_done(&frames);
	close(fd);
}

/* The offset of a fault is that of the frame, in the file. */
static void may_be_cut_anywhere(void **state)
{
	size_t ends[FRAMES];
	struct frames frames = numbered_frames(ends);

	(void)state;
	for (size_t cut = 0; cut <= frames.length; cut++) {
		_cleanup_fd_ int fd = file_of(frames.data, cut);
		struct reader *reader = open_reader(fd);
		enum reader_result result;
		size_t whole = 0;

		while (whole < FRAMES && ends[whole] <= cut)
			whole++;
		assert_int_equal(numbered_read(reader, 0, &result),
				 whole * EACH);
		if (cut == 0 || (whole && ends[whole - 1] == cut)) {
			assert_int_equal(result, READER_END);
		} else {
			assert_int_equal(result, READER_FAULT);
			assert_int_equal(reader_fault(reader),
					 RECORD_TRUNCATED);
			assert_int_equal(reader_offset(reader),
					 whole ? ends[whole - 1] : 0);
		}
		reader_close(reader);
	}
	frames_done(&frames);
}

static void damage_is_found(void **state)
{
	size_t ends[FRAMES];
	struct frames frames = numbered_frames(ends);

	(void)state;
	for (size_t at = ends[0]; at < ends[1]; at++) {
		enum reader_result result;
		struct reader *reader;
		int fd;

		frames.data[at] ^= 0xff;
		fd = file_of(frames.data, frames.length);
		frames.data[at] ^= 0xff;
		reader = open_reader(fd);
		assert_int_equal(numbered_read(reader, 0, &result), EACH);
		assert_int_equal(result, READER_FAULT);
		assert_true(reader_fault(reader) == RECORD_FRAME ||
			    reader_fault(reader) == RECORD_WINDOW ||
			    reader_fault(reader) == RECORD_TRUNCATED);
		assert_int_equal(reader_offset(reader), ends[0]);
		/* It is said as often as one asks. */
		if (reader_fault(reader) != RECORD_TRUNCATED) {
			numbered_read(reader, 0, &result);
			assert_int_equal(result, READER_FAULT);
			assert_int_equal(reader_offset(reader), ends[0]);
		}
		reader_close(reader);
		close(fd);
	}
	frames_done(&frames);
}

static void plain_bytes_are_no_frame(void **state)
{
	size_t ends[FRAMES], length;
	struct frames frames = numbered_frames(ends);
	_cleanup_free_ uint8_t *data = numbered_trace(2, &length);
	enum reader_result result;
	struct reader *reader;
	int fd;

	(void)state;
	frames_put(&frames, data, length);
	fd = file_of(frames.data, frames.length);
	reader = open_reader(fd);
	assert_int_equal(numbered_read(reader, 0, &result), FRAMES * EACH);
	assert_int_equal(result, READER_FAULT);
	assert_int_equal(reader_fault(reader), RECORD_FRAME);
	assert_int_equal(reader_offset(reader), ends[FRAMES - 1]);
	reader_close(reader);
	frames_done(&frames);
	close(fd);
}

static void reads_a_pipe_byte_by_byte(void **state)
{
	size_t ends[FRAMES];
	struct frames frames = numbered_frames(ends);
	struct feeder feeder = { .data = frames.data, .length = frames.length };
	enum reader_result result;
	struct reader *reader;
	pthread_t thread;
	int pair[2];

	(void)state;
	assert_int_equal(pipe(pair), 0);
	feeder.fd = pair[1];
	reader = open_reader(pair[0]);
	assert_int_equal(
	    pthread_create(&thread, NULL, feed_byte_by_byte, &feeder), 0);
	assert_int_equal(numbered_read(reader, 0, &result), FRAMES * EACH);
	assert_int_equal(result, READER_END);
	pthread_join(thread, NULL);
	reader_close(reader);
	frames_done(&frames);
	close(pair[0]);
}

/* What a pipe has given already must not wait for what comes later. */
static void says_when_it_need_not_read(void **state)
{
	size_t ends[FRAMES];
	struct frames frames = numbered_frames(ends);
	struct reader *reader;
	struct record record;
	int pair[2];

	(void)state;
	assert_int_equal(pipe(pair), 0);
	reader = open_reader(pair[0]);
	assert_false(reader_is_ready(reader));
	assert_int_equal(fd_write_all(pair[1], frames.data, ends[1] + 1), 0);
	assert_int_equal(reader_next(reader, &record), READER_RECORD);
	for (uint32_t i = 1; i < 2 * EACH; i++) {
		assert_true(reader_is_ready(reader));
		assert_int_equal(reader_next(reader, &record), READER_RECORD);
		assert_true(numbered_is(&record, i));
	}
	assert_false(reader_is_ready(reader));
	reader_close(reader);
	frames_done(&frames);
	close(pair[0]);
	close(pair[1]);
}

/* As zstd(1) makes it: all in one frame, more than is held back. */
static void reads_a_long_frame(void **state)
{
	enum { COUNT = 5000 };
	size_t length;
	_cleanup_free_ uint8_t *data = numbered_trace(COUNT, &length);
	struct frames frames = { 0 };
	enum reader_result result;
	struct reader *reader;
	uint32_t count;
	int fd;

	(void)state;
	assert_true(length > 4 << 20);
	frames_add(&frames, data, length);
	fd = file_of(frames.data, frames.length);
	reader = open_reader(fd);
	assert_int_equal(numbered_read(reader, 0, &result), COUNT);
	assert_int_equal(result, READER_END);
	reader_close(reader);
	close(fd);

	fd = file_of(frames.data, frames.length - 1);
	reader = open_reader(fd);
	count = numbered_read(reader, 0, &result);
	assert_in_range(count, COUNT / 3, COUNT - 1);
	assert_int_equal(result, READER_FAULT);
	assert_int_equal(reader_fault(reader), RECORD_TRUNCATED);
	/* The rest comes, and so does what is left of the records. */
	append(fd, frames.data + frames.length - 1, 1);
	assert_int_equal(numbered_read(reader, count, &result), COUNT - count);
	assert_int_equal(result, READER_END);
	reader_close(reader);
	frames_done(&frames);
	close(fd);
}

static void follows_a_growing_file(void **state)
{
	size_t ends[FRAMES];
	struct frames frames = numbered_frames(ends);
	_cleanup_fd_ int fd = file_of(NULL, 0);
	struct reader *reader = open_reader(fd);
	enum reader_result result;
	size_t from = 0;
	size_t middle;

	(void)state;
	assert_int_equal(numbered_read(reader, 0, &result), 0);
	assert_int_equal(result, READER_END);
	for (uint32_t i = 0; i < FRAMES; i++) {
		/* The first time within the bytes that tell what it is. */
		middle = i ? (from + ends[i]) / 2 : 2;
		append(fd, frames.data + from, middle - from);
		assert_int_equal(numbered_read(reader, i * EACH, &result), 0);
		assert_int_equal(result, READER_FAULT);
		assert_int_equal(reader_fault(reader), RECORD_TRUNCATED);
		append(fd, frames.data + middle, ends[i] - middle);
		assert_int_equal(numbered_read(reader, i * EACH, &result),
				 EACH);
		assert_int_equal(result, READER_END);
		from = ends[i];
	}
	reader_close(reader);
	frames_done(&frames);
}

/* A recorder takes back what it could not write whole; another one goes on. */
static void follows_a_file_that_is_cut_back(void **state)
{
	size_t ends[FRAMES];
	struct frames frames = numbered_frames(ends);
	_cleanup_fd_ int fd = file_of(frames.data, ends[2] - 10);
	struct reader *reader = open_reader(fd);
	enum reader_result result;

	(void)state;
	assert_int_equal(numbered_read(reader, 0, &result), 2 * EACH);
	assert_int_equal(reader_fault(reader), RECORD_TRUNCATED);
	assert_int_equal(ftruncate(fd, (off_t)ends[1]), 0);
	assert_int_equal(numbered_read(reader, 0, &result), 0);
	assert_int_equal(result, READER_END);
	append(fd, frames.data + ends[2], ends[3] - ends[2]);
	assert_int_equal(numbered_read(reader, 3 * EACH, &result), EACH);
	assert_int_equal(result, READER_END);
	reader_close(reader);
	frames_done(&frames);
}

/* A frame that refers back by 128 MiB, as it says. */
static void a_claim_of_memory_is_refused(void **state)
{
	uint8_t room[256];
	ZSTD_CCtx *context = ZSTD_createCCtx();
	ZSTD_inBuffer in = { "content", 7, 0 };
	ZSTD_outBuffer out = { room, sizeof(room), 0 };
	enum reader_result result;
	struct reader *reader;
	int fd;

	(void)state;
	assert_non_null(context);
	ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 27);
	assert_false(ZSTD_isError(
	    ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush)));
	assert_int_equal(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end),
			 0);
	ZSTD_freeCCtx(context);
	fd = file_of(room, out.pos);
	reader = open_reader(fd);
	assert_int_equal(numbered_read(reader, 0, &result), 0);
	assert_int_equal(result, READER_FAULT);
	assert_int_equal(reader_fault(reader), RECORD_WINDOW);
	assert_int_equal(reader_offset(reader), 0);
	reader_close(reader);
	close(fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_frames),
		cmocka_unit_test(may_be_cut_anywhere),
		cmocka_unit_test(damage_is_found),
		cmocka_unit_test(plain_bytes_are_no_frame),
		cmocka_unit_test(reads_a_pipe_byte_by_byte),
		cmocka_unit_test(says_when_it_need_not_read),
		cmocka_unit_test(reads_a_long_frame),
		cmocka_unit_test(follows_a_growing_file),
		cmocka_unit_test(follows_a_file_that_is_cut_back),
		cmocka_unit_test(a_claim_of_memory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
