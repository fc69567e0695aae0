/*
 * The writer where it compresses: whole frames, each with its description, and
 * the table behind them, which must say what stands in the file.
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
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "appenders.h"
#include "base/array.h"
#include "trace/frame.h"
#include "trace/frame_writer.h"
#include "writer_sinks.h"

static struct writer_config packing(int fd, size_t queue_size)
{
	return (struct writer_config){
		.fd = fd,
		.queue_size = queue_size,
		.level = FRAME_LEVEL_DEFAULT,
		.linger_ms = 3600 * 1000,
		.stall_ms = LONG_MS,
	};
}

static struct writer *open_packing(int fd, size_t queue_size)
{
	return open_writer(packing(fd, queue_size));
}

static uint8_t *contents(int file, size_t *ret_length)
{
	struct stat status;
	uint8_t *data;

	assert_int_equal(fstat(file, &status), 0);
	data = malloc((size_t)status.st_size + 1);
	assert_non_null(data);
	assert_int_equal(pread(file, data, (size_t)status.st_size, 0),
			 status.st_size);
	*ret_length = (size_t)status.st_size;
	return data;
}

static void must_hold(int file, uint32_t count)
{
	enum reader_result result;
	struct reader *reader;

	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	reader = open_reader(file);
	assert_int_equal(numbered_read(reader, 0, &result), count);
	assert_int_equal(result, READER_END);
	reader_close(reader);
}

static uint32_t u32_at(const uint8_t *data, size_t at)
{
	uint32_t value;

	memcpy(&value, data + at, sizeof(value));
	return value;
}

/* The records that the frame's description tells of, counted one by one. */
static void must_describe(const uint8_t *data, size_t length,
			  uint32_t *ret_records)
{
	struct ktr_frame told, found;
	_cleanup_free_ uint8_t *content = NULL;

	assert_true(length > sizeof(told));
	memcpy(&told, data, sizeof(told));
	assert_true(frame_is_description(&told));
	assert_int_equal(sizeof(told) + told.frame_size, length);
	content = malloc(told.content_size);
	assert_int_equal(ZSTD_decompress(content, told.content_size,
					 data + sizeof(told), told.frame_size),
			 told.content_size);
	frame_describe(&found, content, told.content_size);
	found.frame_size = told.frame_size;
	assert_memory_equal(&told, &found, sizeof(told));
	assert_int_equal(told.kinds, KTRFAC(KTR_NAMEI));
	assert_int_equal(told.flags, 0);
	assert_int_equal(told.latest_ns - told.earliest_ns + 1, told.records);
	*ret_records = told.records;
}

/*
 * The table at the end of the file, as the seekable format has it: its entries,
 * one behind the other, are all that stands in front of it. Returns how many
 * records are in the frames.
 */
static uint32_t must_have_table(int file, uint32_t *ret_frames)
{
	size_t length, at = 0;
	_cleanup_free_ uint8_t *data = contents(file, &length);
	uint32_t count, size, records, total = 0;
	size_t table;

	assert_true(length > 9);
	assert_int_equal(u32_at(data, length - 4), 0x8f92eab1);
	assert_int_equal(data[length - 5], 0);
	count = u32_at(data, length - 9);
	table = length - 9 - (size_t)count * 8 - 8;
	assert_int_equal(u32_at(data, table), 0x184d2a5e);
	assert_int_equal(u32_at(data, table + 4), count * 8 + 9);
	*ret_frames = 0;
	for (uint32_t i = 0; i < count; i++) {
		size = u32_at(data, table + 8 + (size_t)i * 8);
		if (u32_at(data, table + 12 + (size_t)i * 8)) {
			must_describe(data + at - 48, size + 48, &records);
			total += records;
			++*ret_frames;
		}
		at += size;
	}
	assert_int_equal(at, table);
	return total;
}

static void append_numbered(struct writer *writer, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		assert_int_equal(numbered_append(writer, 1, i), 0);
}

static void writes_frames_and_a_table(void **state)
{
	enum { COUNT = 5000 };
	int file = file_of(NULL, 0);
	struct writer *writer = open_packing(dup(file), 1 << 20);
	uint32_t frames;

	(void)state;
	append_numbered(writer, 0, COUNT);
	writer_close(writer, LONG_MS);
	must_hold(file, COUNT);
	assert_int_equal(must_have_table(file, &frames), COUNT);
	/* Some 5 MB, of which no frame has more than 1 MiB. */
	assert_in_range(frames, 5, 30);
	close(file);
}

/* What was flushed is there before the writer ends, in a frame of its own. */
static void a_flush_ends_a_frame(void **state)
{
	int file = file_of(NULL, 0);
	struct writer *writer = open_packing(dup(file), 0);
	struct stat status;
	uint32_t frames;

	(void)state;
	for (uint32_t i = 0; i < 10; i++) {
		append_numbered(writer, i, i + 1);
		assert_int_equal(writer_flush(writer, LONG_MS), 0);
		must_hold(file, i + 1);
		assert_int_equal(fstat(file, &status), 0);
		assert_int_equal(writer_written(writer), status.st_size);
		assert_int_equal(lseek(file, 0, SEEK_END), status.st_size);
	}
	writer_close(writer, LONG_MS);
	must_hold(file, 10);
	assert_int_equal(must_have_table(file, &frames), 10);
	assert_int_equal(frames, 10);
	close(file);
}

/* Nothing to write is nothing at all. */
static void an_empty_trace_is_an_empty_file(void **state)
{
	int file = file_of(NULL, 0);
	struct writer *writer = open_packing(dup(file), 0);

	(void)state;
	writer_close(writer, LONG_MS);
	assert_int_equal(lseek(file, 0, SEEK_END), 0);
	close(file);
}

/* Each session's table is of all that there is. */
static void appends_behind_a_table(void **state)
{
	enum { EACH = 300, TIMES = 3 };
	int file = file_of(NULL, 0);
	uint32_t frames;

	(void)state;
	assert_int_equal(fcntl(file, F_SETFL, O_APPEND), 0);
	for (uint32_t i = 0; i < TIMES; i++) {
		struct writer *writer = open_packing(dup(file), 0);

		append_numbered(writer, i * EACH, (i + 1) * EACH);
		writer_close(writer, LONG_MS);
		must_hold(file, (i + 1) * EACH);
		assert_int_equal(must_have_table(file, &frames),
				 (i + 1) * EACH);
	}
	close(file);
}

/* The table of others can be made of nothing else than what was there. */
static void no_table_behind_what_is_unknown(void **state)
{
	size_t room = ZSTD_compressBound(1000);
	_cleanup_free_ uint8_t *frame = malloc(room);
	uint8_t data[64 + NUMBERED_MAX];
	size_t length, size;
	_cleanup_free_ uint8_t *all = NULL;
	struct writer *writer;
	int file;

	(void)state;
	length = numbered_put(data, 1, 0);
	size = ZSTD_compress(frame, room, data, length, 1);
	assert_false(ZSTD_isError(size));
	file = file_of(frame, size);
	assert_int_equal(fcntl(file, F_SETFL, O_APPEND), 0);
	writer = open_packing(dup(file), 0);
	append_numbered(writer, 1, 100);
	writer_close(writer, LONG_MS);
	must_hold(file, 100);
	all = contents(file, &length);
	assert_int_not_equal(u32_at(all, length - 4), 0x8f92eab1);
	close(file);
}

static void two_writers_never_tear_a_frame(void **state)
{
	const struct writer_config config = packing(-1, 0);

	(void)state;
	append_by_two(&config);
}

static void loses_nothing_to_a_slow_pipe(void **state)
{
	enum { COUNT = 4000 };
	struct consumer consumer;
	struct writer *writer;
	int ends[2];

	(void)state;
	for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		assert_int_equal(pipe(ends), 0);
		assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
		assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
		writer = open_packing(ends[1], 0);
		consumer_start(&consumer, ends[0], 0);
		append_numbered(writer, 0, COUNT);
		writer_close(writer, LONG_MS);
		consumer_check(&consumer, COUNT);
	}
}

/* A record longer than a frame has one for itself. */
static void writes_long_records(void **state)
{
	enum { COUNT = 6, LENGTH = 3 << 20 };
	static const struct record_origin origin = { .pid = 1 };
	int file = file_of(NULL, 0);
	struct writer *writer = open_packing(dup(file), 16 << 20);
	struct reader *reader;
	struct record record;
	uint32_t frames;
	int error;

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		uint8_t *room = writer_reserve(writer, 64 + LENGTH, &error);

		assert_non_null(room);
		record_put_header(room, &origin, KTR_NAMEI, false, i, LENGTH);
		for (size_t j = 0; j < LENGTH; j++)
			room[64 + j] = (uint8_t)(j * j + i);
		writer_commit(writer, 64 + LENGTH);
	}
	writer_close(writer, LONG_MS);
	assert_int_equal(must_have_table(file, &frames), COUNT);
	assert_int_equal(frames, COUNT);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	reader = open_reader(file);
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_int_equal(reader_next(reader, &record), READER_RECORD);
		assert_int_equal(record.length, LENGTH);
		assert_int_equal(record.payload[LENGTH - 1],
				 (uint8_t)((LENGTH - 1u) * (LENGTH - 1u) + i));
	}
	assert_int_equal(reader_next(reader, &record), READER_END);
	reader_close(reader);
	close(file);
}

/* Half a frame is taken back; nothing of it stays, and no table comes. */
static void a_full_file_ends_with_a_frame(void **state)
{
	enum { LIMIT = 20000 };
	int file = file_of(NULL, 0);
	struct writer *writer = open_packing(dup(file), 0);
	struct rlimit before, limit;
	enum reader_result result;
	struct reader *reader;
	struct stat status;
	uint32_t count = 0;
	int error = 0;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = LIMIT;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (; !error && count < 100000; count++) {
		error = numbered_append(writer, 1, count);
		if (count % 10 == 9 && !error)
			error = writer_flush(writer, LONG_MS);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(error, -EFBIG);
	assert_int_equal(fstat(file, &status), 0);
	assert_int_equal(status.st_size, writer_written(writer));
	assert_in_range(status.st_size, LIMIT / 2, LIMIT);
	writer_close(writer, LONG_MS);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	reader = open_reader(file);
	assert_int_equal(numbered_read(reader, 0, &result) % 10, 0);
	assert_int_equal(result, READER_END);
	assert_int_equal(fstat(file, &status), 0);
	assert_in_range(status.st_size, LIMIT / 2, LIMIT);
	reader_close(reader);
	close(file);
}

/* Frames whose records are all older than what is looked for. */
static bool is_older(void *context, const struct ktr_frame *frame,
		     uint64_t before)
{
	const uint32_t *from = context;

	assert_int_equal(before, frame->earliest_ns);
	return frame->latest_ns < *from;
}

/* How many bytes this process has read, from whatever. */
static uint64_t bytes_read(void)
{
	char data[512];
	unsigned long long bytes = 0;

	assert_true(
	    fd_read_file(AT_FDCWD, "/proc/self/io", data, sizeof(data)) > 0);
	assert_int_equal(sscanf(data, "rchar: %llu", &bytes), 1);
	return bytes;
}

static uint64_t offset_of(uint32_t number)
{
	uint64_t offset = 0;

	for (uint32_t i = 0; i < number; i++)
		offset += 64 + numbered_length(i);
	return offset;
}

/* The first one is one of these, and then all. */
static void must_read_on(struct reader *reader, uint32_t low, uint32_t high,
			 uint32_t end)
{
	struct record record;
	uint64_t offset;
	uint32_t i;

	assert_int_equal(reader_next(reader, &record), READER_RECORD);
	assert_in_range(record.number, low + 1, high + 1);
	i = (uint32_t)record.number - 1;
	offset = offset_of(i);
	for (;;) {
		assert_true(numbered_is(&record, i));
		assert_int_equal(record.number, i + 1);
		assert_int_equal(record.offset, offset);
		offset += 64 + record.length;
		if (++i == end)
			return;
		assert_int_equal(reader_next(reader, &record), READER_RECORD);
	}
}

/* Numbers and offsets are those of the whole trace; of what is left out, only
 * the descriptions are read. A flush ends a frame, but a writer that has
 * nothing to do may have ended one before. */
static void leaves_out_what_is_not_asked_for(void **state)
{
	enum { COUNT = 20000, EACH = 500 };
	static const uint32_t starts[] = { 0, 1, 500, 10250, 19999, COUNT };
	int file = file_of(NULL, 0);
	struct writer *writer = open_packing(dup(file), 4 << 20);
	struct reader *reader;
	struct record record;
	uint64_t before;

	(void)state;
	for (uint32_t i = 0; i < COUNT; i += EACH) {
		append_numbered(writer, i, i + EACH);
		assert_int_equal(writer_flush(writer, LONG_MS), 0);
	}
	writer_close(writer, LONG_MS);
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		uint32_t from = starts[i];

		assert_int_equal(lseek(file, 0, SEEK_SET), 0);
		before = bytes_read();
		reader = open_reader(file);
		reader_skip(reader, is_older, &from);
		if (from < COUNT)
			must_read_on(reader, from / EACH * EACH, from, COUNT);
		assert_int_equal(reader_next(reader, &record), READER_END);
		assert_int_equal(reader_offset(reader), offset_of(COUNT));
		reader_close(reader);
		if (from == COUNT)
			assert_true(bytes_read() - before <
				    (COUNT / EACH + 10) * 100);
	}
	close(file);
}

/* Where a frame is not all there, it is not passed over either. */
static void leaves_out_nothing_that_is_cut(void **state)
{
	int file = file_of(NULL, 0);
	struct writer *writer = open_packing(dup(file), 0);
	uint32_t from = UINT32_MAX;
	struct reader *reader;
	struct record record;
	uint64_t length;

	(void)state;
	append_numbered(writer, 0, 10);
	assert_int_equal(writer_flush(writer, LONG_MS), 0);
	length = writer_written(writer);
	writer_close(writer, LONG_MS);
	for (uint64_t cut = length - 1; cut > 0; cut--) {
		assert_int_equal(ftruncate(file, (off_t)cut), 0);
		assert_int_equal(lseek(file, 0, SEEK_SET), 0);
		reader = open_reader(file);
		reader_skip(reader, is_older, &from);
		if (cut == sizeof(struct ktr_frame)) {
			assert_int_equal(reader_next(reader, &record),
					 READER_END);
		} else {
			assert_int_equal(reader_next(reader, &record),
					 READER_FAULT);
			assert_int_equal(reader_fault(reader),
					 RECORD_TRUNCATED);
		}
		reader_close(reader);
	}
	close(file);
}

/* What lasts is told: a reader may not leave such a frame out. */
static void state_is_flagged(void **state)
{
	static const struct state_case {
		unsigned kind;
		const char *payload;
		size_t length;
		uint32_t flags;
	} cases[] = {
		{ KTR_PROCCTOR, "\3\2\0\0", 4, KTR_FRAME_STATE },
		{ KTR_PROCDTOR, "", 0, KTR_FRAME_STATE },
		{ KTR_STRUCT, "process\0abi=x", 14, KTR_FRAME_STATE },
		{ KTR_STRUCT, "mapping", 8, KTR_FRAME_STATE },
		{ KTR_STRUCT, "mapping", 7, 0 },
		{ KTR_STRUCT, "path\0how=x", 11, 0 },
		{ KTR_STRUCT, "stat\0...", 9, 0 },
		{ KTR_NAMEI, "process", 8, 0 },
		{ KTR_STRUCT, "label\0text=x", 13, KTR_FRAME_STATE },
	};
	static const struct record_origin origin = { .pid = 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t data[200];
		size_t length = 0;
		struct ktr_frame frame;

		for (uint64_t time = 9; time > 6; time -= 2) {
			record_put_header(data + length, &origin, cases[i].kind,
					  false, time, cases[i].length);
			memcpy(data + length + 64, cases[i].payload,
			       cases[i].length);
			length += 64 + cases[i].length;
		}
		frame_describe(&frame, data, length);
		assert_int_equal(frame.flags, cases[i].flags);
		assert_int_equal(frame.kinds, KTRFAC(cases[i].kind));
		assert_int_equal(frame.records, 2);
		assert_int_equal(frame.content_size, length);
		assert_int_equal(frame.earliest_ns, 7);
		assert_int_equal(frame.latest_ns, 9);
		assert_true(frame_is_description(&frame));
		frame.name[0]++;
		assert_false(frame_is_description(&frame));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_frames_and_a_table),
		cmocka_unit_test(a_flush_ends_a_frame),
		cmocka_unit_test(an_empty_trace_is_an_empty_file),
		cmocka_unit_test(appends_behind_a_table),
		cmocka_unit_test(no_table_behind_what_is_unknown),
		cmocka_unit_test(two_writers_never_tear_a_frame),
		cmocka_unit_test(loses_nothing_to_a_slow_pipe),
		cmocka_unit_test(writes_long_records),
		cmocka_unit_test(a_full_file_ends_with_a_frame),
		cmocka_unit_test(leaves_out_what_is_not_asked_for),
		cmocka_unit_test(leaves_out_nothing_that_is_cut),
		cmocka_unit_test(state_is_flagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
