/*
 * GENIO of plain buffers: how many bytes moved, in which records, and what
 * happens where they cannot be read.
 */
#include "fake.h"

#include <errno.h>

#define BUFFER UINT64_C(0x10000)

static const struct sysdesc_row read_row = {
	.name = "read",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_BYTES,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULT,
		   .len_arg = 2 },
		 { .kind = KIND_SIZE } },
};
static const struct sysdesc_row write_row = {
	.name = "write",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_BYTES,
		   .direction = DIRECTION_IN,
		   .length = LENGTH_RESULT,
		   .len_arg = 2 },
		 { .kind = KIND_SIZE } },
};
/* Its bytes come first, and it names no descriptor. */
static const struct sysdesc_row getrandom_row = {
	.name = "getrandom",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_BYTES,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULT,
		   .len_arg = 1 },
		 { .kind = KIND_SIZE },
		 { .kind = KIND_FLAGS } },
};
static const struct sysdesc_row setxattr_row = {
	.name = "setxattr",
	.narg = 4,
	.result = RESULT_ZERO,
	.arg = { { .kind = KIND_POINTER },
		 { .kind = KIND_POINTER },
		 { .kind = KIND_BYTES,
		   .direction = DIRECTION_IN,
		   .length = LENGTH_ARG,
		   .len_arg = 3 },
		 { .kind = KIND_SIZE } },
};
static const struct sysdesc_row setsockopt_row = {
	.name = "length as an int",
	.narg = 3,
	.result = RESULT_ZERO,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_BYTES,
		   .direction = DIRECTION_IN,
		   .length = LENGTH_ARG,
		   .len_arg = 2 },
		 { .kind = KIND_INT } },
};
static const struct sysdesc_row getsockopt_row = {
	.name = "length behind a pointer",
	.narg = 3,
	.result = RESULT_ZERO,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_BYTES,
		   .direction = DIRECTION_INOUT,
		   .length = LENGTH_DEREF,
		   .len_arg = 2 },
		 { .kind = KIND_BLOB, .direction = DIRECTION_INOUT } },
};
/* Bounded by an int; and by nothing, argument 0 being no count. */
static const struct sysdesc_row getdents_row = {
	.name = "getdents",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_BYTES,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULT,
		   .len_arg = 2 },
		 { .kind = KIND_UINT } },
};
static const struct sysdesc_row unbounded_row = {
	.name = "unbounded",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_BYTES,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULT },
		 { .kind = KIND_SIZE } },
};
static const struct sysdesc_row unknown_length_row = {
	.name = "no length",
	.narg = 1,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_BYTES,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_NONE } },
};
static const struct sysdesc_row two_row = {
	.name = "request and answer",
	.narg = 5,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_BYTES,
		   .direction = DIRECTION_IN,
		   .length = LENGTH_ARG,
		   .len_arg = 1 },
		 { .kind = KIND_SIZE },
		 { .kind = KIND_FD },
		 { .kind = KIND_BYTES,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULT },
		 { .kind = KIND_FD } },
};

static uint8_t data[20000];

/* A call of row(3, BUFFER, size) over `there` readable bytes. */
static struct fake *fake_buffer(const struct sysdesc_row *row, uint64_t size,
				uint64_t there)
{
	struct fake *fake = fake_new(row);

	fake->policy.facilities = KTRFAC(KTR_GENIO);
	fake_map(fake, BUFFER, data, there);
	fake->call.args[0] = 3;
	fake->call.args[1] = BUFFER;
	fake->call.args[2] = size;
	return fake;
}

static void test_read_of_64_is_one_read(void **state)
{
	struct fake *fake = fake_buffer(&read_row, 64, 4096);

	(void)state;
	fake_entry(fake);
	fake_exit(fake, 64);
	assert_int_equal(fake->reads, 1);
	assert_int_equal(fake->records, 1);
	fake_assert_genio(fake, 0, 3, KTR_GENIO_READ, data, 64);
	fake_free(fake);
}

static void test_one_record(void **state)
{
	const struct {
		const struct sysdesc_row *row;
		uint64_t size;
		int64_t result;
		uint64_t there;
		uint32_t genio_size;
		int64_t expected; /* bytes; -1: no record */
	} rows[] = {
		{ &read_row, 100, 10, 100, 4096, 10 },
		{ &read_row, 100, 0, 100, 4096, 0 },
		{ &read_row, 0, 0, 0, 4096, 0 },
		{ &read_row, 100, -EAGAIN, 100, 4096, -1 },
		{ &read_row, 5000, 5000, 5000, 4096, 4096 },
		{ &read_row, 5000, 5000, 5000, 5000, 5000 },
		{ &read_row, 5000, 5000, 5000, 1, 1 },
		{ &read_row, 5000, 5000, 5000, 0, 0 },
		/* Unreadable, or only in part. */
		{ &read_row, 100, 100, 0, 4096, -1 },
		{ &read_row, 100, 100, 99, 4096, 99 },
		{ &read_row, 100, 100, 1, 4096, 1 },
		/* More than the buffer holds: only its size was moved. */
		{ &read_row, 10, 100, 100, 4096, 10 },
		{ &read_row, 0, 100, 100, 4096, -1 },
		/* Lengths that nobody can have meant. */
		{ &read_row, UINT64_MAX, INT64_MAX, 8, 4096, 8 },
		{ &read_row, UINT64_C(1) << 63, 16, 100, 4096, 16 },
		{ &read_row, UINT64_C(1) << 63, INT64_MAX, 100, 16, 16 },
		{ &read_row, UINT64_C(1) << 63, INT64_MIN, 100, 16, -1 },
		{ &getdents_row, UINT64_C(0xdead0000000a), 100, 100, 4096, 10 },
		{ &getdents_row, 32, 24, 100, 4096, 24 },
		{ &unbounded_row, 10, 100, 100, 4096, 100 },
		{ &setsockopt_row, 4, 0, 100, 4096, 4 },
		{ &setsockopt_row, 0, 0, 100, 4096, 0 },
		{ &setsockopt_row, 4, -EINVAL, 100, 4096, -1 },
		{ &setsockopt_row, UINT64_C(0xdead00000004), 0, 100, 4096, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int32_t rw = rows[i].row == &setsockopt_row ? KTR_GENIO_WRITE
							    : KTR_GENIO_READ;
		struct fake *fake = fake_buffer(rows[i].row, rows[i].size,
						rows[i].there);

		fake->policy.genio_size = rows[i].genio_size;
		fake_exit(fake, rows[i].result);
		assert_int_equal(fake->records, rows[i].expected >= 0);
		if (rows[i].expected >= 0)
			fake_assert_genio(fake, 0, 3, rw, data,
					  (size_t)rows[i].expected);
		assert_in_range(fake->reads, 0, 1);
		fake_free(fake);
	}
}

static void test_write(void **state)
{
	struct fake *fake = fake_buffer(&write_row, 100, 100);

	(void)state;
	fake->call.args[0] = UINT64_C(0x100000001);
	fake_exit(fake, 40);
	fake_assert_genio(fake, 0, 1, KTR_GENIO_WRITE, data, 40);
	fake_free(fake);
}

static void test_without_descriptor(void **state)
{
	struct fake *fake = fake_buffer(&getrandom_row, 0, 100);

	(void)state;
	fake->call.args[0] = BUFFER;
	fake->call.args[1] = 16;
	fake_exit(fake, 16);
	fake_assert_genio(fake, 0, -1, KTR_GENIO_READ, data, 16);
	fake_free(fake);
}

static void test_length_argument(void **state)
{
	const struct {
		uint64_t address;
		uint64_t length;
		int64_t result;
		int64_t expected;
	} rows[] = {
		{ BUFFER, 7, 0, 7 },
		{ BUFFER, 0, 0, 0 },
		{ BUFFER, UINT64_C(1) << 63, 0, 4096 },
		{ BUFFER, 7, -ENOTSUP, -1 },
		{ 0, 0, 0, -1 },
		{ 0, 7, 0, -1 },
		{ UINT64_MAX, 7, 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake *fake = fake_buffer(&setxattr_row, 0, sizeof(data));

		fake->call.args[2] = rows[i].address;
		fake->call.args[3] = rows[i].length;
		fake_exit(fake, rows[i].result);
		assert_int_equal(fake->records, rows[i].expected >= 0);
		if (rows[i].expected >= 0)
			fake_assert_genio(fake, 0, -1, KTR_GENIO_WRITE, data,
					  (size_t)rows[i].expected);
		fake_free(fake);
	}
}

static void test_length_behind_pointer(void **state)
{
	const uint32_t length = 12;
	struct fake *fake = fake_buffer(&getsockopt_row, 0x5000, 100);

	(void)state;
	fake_exit(fake, 0);
	assert_int_equal(fake->records, 0);
	fake_map(fake, 0x5000, &length, sizeof(length));
	fake_exit(fake, 0);
	assert_int_equal(fake->records, 1);
	fake_assert_genio(fake, 0, 3, KTR_GENIO_READ, data, 12);
	fake_free(fake);
}

static void test_no_length(void **state)
{
	struct fake *fake = fake_buffer(&unknown_length_row, 0, 100);

	(void)state;
	fake->call.args[0] = BUFFER;
	fake_exit(fake, 5);
	assert_int_equal(fake->records, 0);
	assert_int_equal(fake->reads, 0);
	fake_free(fake);
}

static void test_two_buffers(void **state)
{
	struct fake *fake = fake_buffer(&two_row, 0, 0);

	(void)state;
	fake_map(fake, 0x1000, "ask", 3);
	fake_map(fake, 0x2000, "answer", 6);
	fake->call.args[0] = 0x1000;
	fake->call.args[1] = 3;
	fake->call.args[2] = 11;
	fake->call.args[3] = 0x2000;
	fake->call.args[4] = 12;
	fake_exit(fake, 6);
	assert_int_equal(fake->records, 2);
	fake_assert_genio(fake, 0, 11, KTR_GENIO_WRITE, "ask", 3);
	fake_assert_genio(fake, 1, 11, KTR_GENIO_READ, "answer", 6);
	fake_free(fake);
}

/* NetBSD's form: everything, in pieces. */
static void test_chunks(void **state)
{
	const struct {
		int64_t result;
		uint64_t there;
		unsigned records;
		size_t last;
	} rows[] = {
		{ 0, 20000, 0, 0 },
		{ 1, 20000, 1, 1 },
		{ CAPTURE_GENIO_CHUNK, 20000, 1, CAPTURE_GENIO_CHUNK },
		{ CAPTURE_GENIO_CHUNK + 1, 20000, 2, 1 },
		{ 20000, 20000, 5, 20000 - 4 * CAPTURE_GENIO_CHUNK },
		{ 20000, CAPTURE_GENIO_CHUNK, 1, CAPTURE_GENIO_CHUNK },
		{ 20000, CAPTURE_GENIO_CHUNK + 9, 2, 9 },
		{ 20000, 0, 0, 0 },
		{ INT64_MAX, 20000, 5, 20000 - 4 * CAPTURE_GENIO_CHUNK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake *fake = fake_buffer(&read_row, UINT64_MAX,
						rows[i].there);

		fake->policy.genio_all = true;
		fake->policy.genio_size = 10;
		fake_exit(fake, rows[i].result);
		assert_int_equal(fake->records, rows[i].records);
		for (unsigned n = 0; n < rows[i].records; n++)
			fake_assert_genio(
			    fake, n, 3, KTR_GENIO_READ,
			    data + (size_t)n * CAPTURE_GENIO_CHUNK,
			    n + 1 < rows[i].records ? CAPTURE_GENIO_CHUNK
						    : rows[i].last);
		fake_free(fake);
	}
}

static void test_refused(void **state)
{
	struct fake *fake = fake_buffer(&read_row, 20000, 20000);

	(void)state;
	fake->refused = KTRFAC(KTR_GENIO);
	fake_exit(fake, 20000);
	assert_int_equal(fake->refusals, 1);
	fake->policy.genio_all = true;
	fake_exit(fake, 20000);
	/* Each chunk that is lost is counted. */
	assert_int_equal(fake->refusals, 1 + 5);
	assert_int_equal(fake->reads, 0);
	fake_free(fake);
}

static int fill_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_of_64_is_one_read),
		cmocka_unit_test(test_one_record),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_without_descriptor),
		cmocka_unit_test(test_length_argument),
		cmocka_unit_test(test_length_behind_pointer),
		cmocka_unit_test(test_no_length),
		cmocka_unit_test(test_two_buffers),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, fill_data, NULL);
}
