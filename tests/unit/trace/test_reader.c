/*
 * The reader over finished files: whole ones, ones cut anywhere, broken ones,
 * and lengths that nothing stands behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "trace_file.h"

static void reads_a_file(void **state)
{
	enum { COUNT = 5000 };
	size_t length;
	_cleanup_free_ uint8_t *data = numbered_trace(COUNT, &length);
	_cleanup_fd_ int fd = file_of(data, length);
	struct reader *reader = open_reader(fd);
	enum reader_result result;

	(void)state;
	assert_int_equal(numbered_read(reader, 0, &result), COUNT);
	assert_int_equal(result, READER_END);
	assert_int_equal(reader_fault(reader), RECORD_OK);
	assert_int_equal(reader_offset(reader), length);
	reader_close(reader);
	reader_close(NULL);
}

/* At each place: what was whole comes, then the end or one fault. */
static void a_trace_may_be_cut_anywhere(void **state)
{
	enum { COUNT = 3 };
	size_t length, starts[COUNT + 1] = { 0 };
	_cleanup_free_ uint8_t *data = numbered_trace(COUNT, &length);

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++)
		starts[i + 1] = starts[i] + sizeof(struct ktr_header) +
				numbered_length(i);
	for (size_t cut = 0; cut <= length; cut++) {
		_cleanup_fd_ int fd = file_of(data, cut);
		struct reader *reader = open_reader(fd);
		enum reader_result result;
		uint32_t whole = 0;

		while (whole < COUNT && starts[whole + 1] <= cut)
			whole++;
		assert_int_equal(numbered_read(reader, 0, &result), whole);
		assert_int_equal(reader_offset(reader), starts[whole]);
		if (starts[whole] == cut) {
			assert_int_equal(result, READER_END);
		} else {
			assert_int_equal(result, READER_FAULT);
			assert_int_equal(reader_fault(reader),
					 RECORD_TRUNCATED);
		}
		reader_close(reader);
	}
}

/* A trace whose third record is broken: a byte of it is replaced. */
static const struct broken_case {
	size_t at; /* in the record */
	uint8_t byte;
	enum record_fault fault;
} broken_cases[] = {
	{ 3, 0xff, RECORD_LENGTH },
	{ 3, 0x7f, RECORD_LENGTH },
	{ 5, 0x00, RECORD_VERSION },
	{ 6, 9, RECORD_VERSION },
	{ 4, 0, RECORD_KIND },
	{ 39, 0x80, RECORD_TIME },
	{ 47, 0x80, RECORD_TIME },
	{ 4, KTR_SYSRET, RECORD_PAYLOAD },
	{ 4, KTR_PROCDTOR, RECORD_PAYLOAD },
	{ 4, KTR_STRUCT, RECORD_NAME },
};

static void a_fault_ends_the_trace(void **state)
{
	enum { COUNT = 4, BROKEN = 2 };
	size_t length, start = 0;
	_cleanup_free_ uint8_t *data = numbered_trace(COUNT, &length);

	(void)state;
	for (uint32_t i = 0; i < BROKEN; i++)
		start += sizeof(struct ktr_header) + numbered_length(i);
	for (size_t i = 0; i < ARRAY_LEN(broken_cases); i++) {
		const struct broken_case *row = &broken_cases[i];
		uint8_t kept = data[start + row->at];
		enum reader_result result;
		struct reader *reader;
		int fd;

		data[start + row->at] = row->byte;
		fd = file_of(data, length);
		data[start + row->at] = kept;
		reader = open_reader(fd);
		assert_int_equal(numbered_read(reader, 0, &result), BROKEN);
		/* It is said as often as one asks. */
		for (int again = 0; again < 3; again++) {
			assert_int_equal(result, READER_FAULT);
			assert_int_equal(reader_fault(reader), row->fault);
			assert_int_equal(reader_offset(reader), start);
			numbered_read(reader, BROKEN, &result);
		}
		reader_close(reader);
		close(fd);
	}
}

/* Kilobytes of address space that this process has. */
static long address_space(void)
{
	char data[256];

	assert_true(
	    fd_read_file(AT_FDCWD, "/proc/self/statm", data, sizeof(data)) > 0);
	return strtol(data, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

/* 64 readers that believed the claim of 16 MiB would take 1 GiB. */
static void claims_allocate_nothing(size_t present)
{
	enum { READERS = 64 };
	struct record_origin origin = { .pid = 1 };
	uint8_t *data = calloc(1, sizeof(struct ktr_header) + present);
	struct reader *readers[READERS];
	struct record record;
	long before;
	int fd;

	record_put_header(data, &origin, KTR_NAMEI, false, 0,
			  RECORD_LENGTH_MAX);
	fd = file_of(data, sizeof(struct ktr_header) + present);
	before = address_space();
	for (int i = 0; i < READERS; i++) {
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		readers[i] = open_reader(fd);
		assert_int_equal(reader_next(readers[i], &record),
				 READER_FAULT);
		assert_int_equal(reader_fault(readers[i]), RECORD_TRUNCATED);
	}
	assert_true(address_space() - before < 256 << 10);
	for (int i = 0; i < READERS; i++)
		reader_close(readers[i]);
	free(data);
	close(fd);
}

static void a_claim_allocates_nothing(void **state)
{
	(void)state;
	claims_allocate_nothing(0);
	claims_allocate_nothing(200 << 10);
}

/* Around the sizes of the window, and the longest there may be. */
static const size_t long_lengths[] = {
	(128 << 10) - 65,
	(128 << 10) - 64,
	(128 << 10) - 63,
	128 << 10,
	256 << 10,
	3 << 20,
	RECORD_LENGTH_MAX - 1,
	RECORD_LENGTH_MAX,
};

static void reads_long_records(void **state)
{
	struct record_origin origin = { .pid = 1 };
	uint8_t *data = malloc(sizeof(struct ktr_header) + RECORD_LENGTH_MAX);

	(void)state;
	for (size_t i = 0; i < RECORD_LENGTH_MAX; i++)
		data[sizeof(struct ktr_header) + i] = (uint8_t)(i * 7 / 5);
	for (size_t i = 0; i < ARRAY_LEN(long_lengths); i++) {
		size_t length = long_lengths[i];
		int fd = memfd_create("trace", MFD_CLOEXEC);
		struct reader *reader = open_reader(fd);
		struct record record;

		record_put_header(data, &origin, KTR_NAMEI, false, 0, length);
		for (int twice = 0; twice < 2; twice++)
			append(fd, data, sizeof(struct ktr_header) + length);
		for (int twice = 0; twice < 2; twice++) {
			assert_int_equal(reader_next(reader, &record),
					 READER_RECORD);
			assert_int_equal(record.length, length);
			assert_memory_equal(record.payload,
					    data + sizeof(struct ktr_header),
					    length);
		}
		assert_int_equal(reader_next(reader, &record), READER_END);
		reader_close(reader);
		close(fd);
	}
	free(data);
}

static void says_why_it_cannot_read(void **state)
{
	_cleanup_fd_ int directory = open("/", O_RDONLY | O_CLOEXEC);
	struct reader *reader = open_reader(directory);
	struct record record;

	(void)state;
	assert_int_equal(reader_next(reader, &record), READER_ERROR);
	assert_int_equal(reader_errno(reader), EISDIR);
	reader_close(reader);
	reader = open_reader(-1);
	assert_int_equal(reader_next(reader, &record), READER_ERROR);
	assert_int_equal(reader_errno(reader), EBADF);
	reader_close(reader);
}

static void offsets_are_those_of_the_file(void **state)
{
	uint8_t data[512 + sizeof(struct ktr_header) + NUMBERED_MAX] = { 0 };
	size_t length = 512 + numbered_put(data + 512, 1, 0);
	_cleanup_fd_ int fd = file_of(data, length);
	struct reader *reader;
	struct record record;

	(void)state;
	assert_int_equal(lseek(fd, 512, SEEK_SET), 512);
	reader = open_reader(fd);
	assert_int_equal(reader_next(reader, &record), READER_RECORD);
	assert_int_equal(record.offset, 512);
	assert_int_equal(reader_next(reader, &record), READER_END);
	assert_int_equal(reader_offset(reader), length);
	reader_close(reader);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_file),
		cmocka_unit_test(a_trace_may_be_cut_anywhere),
		cmocka_unit_test(a_fault_ends_the_trace),
		cmocka_unit_test(a_claim_allocates_nothing),
		cmocka_unit_test(reads_long_records),
		cmocka_unit_test(says_why_it_cannot_read),
		cmocka_unit_test(offsets_are_those_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
