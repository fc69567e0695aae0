/*
 * GENIO through struct iovec[], msghdr and mmsghdr[], in both layouts, with
 * counts and lengths that a program may have made up.
 */
#include "fake.h"

#define VECTOR UINT64_C(0x10000)
#define HEADER UINT64_C(0x20000)
#define DATA   UINT64_C(0x100000)

static const struct sysdesc_row readv_row = {
	.name = "readv",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_IOVEC,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULT,
		   .len_arg = 2 },
		 { .kind = KIND_SIZE } },
};
static const struct sysdesc_row whole_row = {
	.name = "a vector whose call counts nothing",
	.narg = 3,
	.result = RESULT_ZERO,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_IOVEC,
		   .direction = DIRECTION_IN,
		   .length = LENGTH_ARGS,
		   .len_arg = 2 },
		 { .kind = KIND_UINT } },
};
static const struct sysdesc_row sendmsg_row = {
	.name = "sendmsg",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_MSGHDR,
		   .direction = DIRECTION_IN,
		   .length = LENGTH_RESULT },
		 { .kind = KIND_FLAGS } },
};
static const struct sysdesc_row recvmmsg_row = {
	.name = "recvmmsg",
	.narg = 4,
	.result = RESULT_NUMBER,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_MMSGHDR,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULTS,
		   .len_arg = 2 },
		 { .kind = KIND_UINT },
		 { .kind = KIND_FLAGS } },
};

static uint8_t data[20000];

/* The memory of a vector or of headers, in the layout of `word`. */
struct image {
	uint8_t bytes[40000];
	size_t length;
	unsigned word;
};

static void add(struct image *image, uint64_t value, unsigned size)
{
	assert_true(image->length + size <= sizeof(image->bytes));
	memcpy(image->bytes + image->length, &value, size);
	image->length += size;
}

static void add_span(struct image *image, uint64_t address, uint64_t length)
{
	add(image, address, image->word);
	add(image, length, image->word);
}

/* struct msghdr without name and control data. */
static void add_message(struct image *image, uint64_t vector, uint64_t count)
{
	unsigned word = image->word;

	add(image, 0x1111, word);
	add(image, 0x2222, word); /* an int, and padding */
	add(image, vector, word);
	add(image, count, word);
	add(image, 0x3333, word);
	add(image, 0x4444, word);
	add(image, 0x5555, word); /* likewise */
}

static struct fake *fake_vector(const struct sysdesc_row *row, unsigned word,
				uint64_t count)
{
	struct fake *fake = fake_new(row);

	fake->policy.facilities = KTRFAC(KTR_GENIO);
	fake->call.word = (uint8_t)word;
	fake->call.args[0] = 3;
	fake->call.args[1] = VECTOR;
	fake->call.args[2] = count;
	fake_map(fake, DATA, data, sizeof(data));
	return fake;
}

static void map_image(struct fake *fake, uint64_t address,
		      const struct image *image)
{
	fake_map(fake, address, image->bytes, image->length);
}

/* Three spans, one of them empty: data[0..10), data[100..120). */
static void make_three(struct image *image, unsigned word)
{
	image->length = 0;
	image->word = word;
	add_span(image, DATA, 10);
	add_span(image, 0, 0);
	add_span(image, DATA + 100, 20);
}

static void three_bytes(uint8_t *expected)
{
	memcpy(expected, data, 10);
	memcpy(expected + 10, data + 100, 20);
}

static void test_vector(void **state)
{
	const struct {
		uint64_t count;
		int64_t result;
		uint32_t genio_size;
		int64_t expected; /* -1: no record */
	} rows[] = {
		{ 3, 30, 4096, 30 },
		{ 3, 30, 12, 12 },
		{ 3, 4, 4096, 4 },
		{ 3, 10, 4096, 10 },
		{ 3, 11, 4096, 11 },
		{ 3, 0, 4096, 0 },
		{ 1, 10, 4096, 10 },
		{ 3, -11, 4096, -1 },
		{ 3, 30, 0, 0 },
		/* More than the spans hold: what they hold. */
		{ 3, 1000, 4096, 30 },
		{ 1, 30, 4096, 10 },
		/* No vector for the bytes. */
		{ 0, 30, 4096, -1 },
		{ 0, 0, 4096, 0 },
	};
	uint8_t expected[30];

	(void)state;
	three_bytes(expected);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 2; i++) {
		unsigned word = i % 2 ? 4 : 8;
		struct fake *fake = fake_vector(&readv_row, word,
						rows[i / 2].count);
		struct image image;

		make_three(&image, word);
		map_image(fake, VECTOR, &image);
		fake->policy.genio_size = rows[i / 2].genio_size;
		fake_exit(fake, rows[i / 2].result);
		assert_int_equal(fake->records, rows[i / 2].expected >= 0);
		if (rows[i / 2].expected >= 0)
			fake_assert_genio(fake, 0, 3, KTR_GENIO_READ, expected,
					  (size_t)rows[i / 2].expected);
		assert_in_range(fake->reads, 0, 2);
		fake_free(fake);
	}
}

/* count spans of 3 bytes each, in one record and in a record for each. */
static void check_many(unsigned word, uint64_t claimed, unsigned there,
		       unsigned expected)
{
	struct fake *fake = fake_vector(&readv_row, word, claimed);
	struct image image = { .word = word };
	unsigned batches = (expected + 31) / 32;

	for (unsigned i = 0; i < there; i++)
		add_span(&image, DATA + 3 * i, 3);
	map_image(fake, VECTOR, &image);
	fake->policy.genio_size = 1u << 20;
	fake_exit(fake, 0x10000);
	assert_int_equal(fake->records, 1);
	fake_assert_genio(fake, 0, 3, KTR_GENIO_READ, data, 3 * expected);
	assert_in_range(fake->reads, 2 * batches, 2 * batches + 1);
	fake->policy.genio_all = true;
	fake_exit(fake, 0x10000);
	assert_int_equal(fake->records, 1 + expected);
	for (unsigned i = 0; i < expected; i++)
		fake_assert_genio(fake, 1 + i, 3, KTR_GENIO_READ, data + 3 * i,
				  3);
	fake_free(fake);
}

static void test_many(void **state)
{
	(void)state;
	for (unsigned word = 4; word <= 8; word += 4) {
		check_many(word, 1024, 1024, 1024);
		check_many(word, 32, 32, 32);
		check_many(word, 33, 33, 33);
		check_many(word, 31, 1024, 31);
		/* No kernel takes more than 1024. */
		check_many(word, UINT32_MAX, 1100, 1024);
		check_many(word, UINT64_MAX, 1100, 1024);
		/* The vector ends where memory does. */
		check_many(word, 1024, 40, 40);
	}
}

static void test_holes(void **state)
{
	struct fake *fake = fake_vector(&readv_row, 8, 3);
	struct image image = { .word = 8 };

	(void)state;
	/* No vector. */
	fake_exit(fake, 30);
	assert_int_equal(fake->records, 0);
	assert_int_equal(fake->cancelled, 1);
	/* The second span ends in a hole: nothing behind it is joined on. */
	add_span(&image, DATA, 10);
	add_span(&image, DATA + sizeof(data) - 4, 10);
	add_span(&image, DATA + 100, 10);
	map_image(fake, VECTOR, &image);
	fake_exit(fake, 30);
	assert_int_equal(fake->records, 1);
	assert_int_equal(fake->record[0].length, sizeof(struct ktr_genio) + 14);
	assert_memory_equal(fake->record[0].payload + 8, data, 10);
	assert_memory_equal(fake->record[0].payload + 18,
			    data + sizeof(data) - 4, 4);
	fake->policy.genio_all = true;
	fake_exit(fake, 30);
	assert_int_equal(fake->records, 3);
	fake_assert_genio(fake, 1, 3, KTR_GENIO_READ, data, 10);
	fake_assert_genio(fake, 2, 3, KTR_GENIO_READ, data + sizeof(data) - 4,
			  4);
	fake_free(fake);
}

/* The gap ends the record for later batches, too. */
static void test_gap_in_first_batch(void **state)
{
	struct fake *fake = fake_vector(&readv_row, 8, 70);
	struct image image = { .word = 8 };

	(void)state;
	for (unsigned i = 0; i < 70; i++)
		add_span(&image, i == 5 ? 1 : DATA + 3 * i, 3);
	map_image(fake, VECTOR, &image);
	fake_exit(fake, 210);
	assert_int_equal(fake->records, 1);
	fake_assert_genio(fake, 0, 3, KTR_GENIO_READ, data, 15);
	fake_free(fake);
}

static void test_overlapping_and_huge(void **state)
{
	struct fake *fake = fake_vector(&readv_row, 8, 3);
	struct image image = { .word = 8 };
	uint8_t expected[20];

	(void)state;
	add_span(&image, DATA, 10);
	add_span(&image, DATA + 5, 6);
	add_span(&image, DATA, UINT64_MAX);
	map_image(fake, VECTOR, &image);
	memcpy(expected, data, 10);
	memcpy(expected + 10, data + 5, 6);
	memcpy(expected + 16, data, 4);
	fake_exit(fake, 20);
	fake_assert_genio(fake, 0, 3, KTR_GENIO_READ, expected, 20);
	/* As far as memory goes, whatever the length says. */
	fake->policy.genio_all = true;
	fake_exit(fake, INT64_MAX);
	assert_int_equal(fake->records, 1 + 2 + 5);
	fake_assert_genio(fake, 7, 3, KTR_GENIO_READ,
			  data + 4 * CAPTURE_GENIO_CHUNK,
			  sizeof(data) - 4 * CAPTURE_GENIO_CHUNK);
	fake_free(fake);
}

static void test_chunks_stay_in_span(void **state)
{
	struct fake *fake = fake_vector(&readv_row, 8, 2);
	struct image image = { .word = 8 };

	(void)state;
	add_span(&image, DATA, CAPTURE_GENIO_CHUNK + 5);
	add_span(&image, DATA + 9000, 7);
	map_image(fake, VECTOR, &image);
	fake->policy.genio_all = true;
	fake_exit(fake, CAPTURE_GENIO_CHUNK + 5 + 6);
	assert_int_equal(fake->records, 3);
	fake_assert_genio(fake, 0, 3, KTR_GENIO_READ, data,
			  CAPTURE_GENIO_CHUNK);
	fake_assert_genio(fake, 1, 3, KTR_GENIO_READ,
			  data + CAPTURE_GENIO_CHUNK, 5);
	fake_assert_genio(fake, 2, 3, KTR_GENIO_READ, data + 9000, 6);
	fake_free(fake);
}

static void test_whole_vector(void **state)
{
	struct fake *fake = fake_vector(&whole_row, 8, 3);
	struct image image;
	uint8_t expected[30];

	(void)state;
	make_three(&image, 8);
	three_bytes(expected);
	map_image(fake, VECTOR, &image);
	fake_exit(fake, 0);
	fake_assert_genio(fake, 0, 3, KTR_GENIO_WRITE, expected, 30);
	fake_free(fake);
}

static void test_message(void **state)
{
	uint8_t expected[30];

	(void)state;
	three_bytes(expected);
	for (unsigned word = 4; word <= 8; word += 4) {
		struct fake *fake = fake_vector(&sendmsg_row, word, 0);
		struct image header = { .word = word };
		struct image vector;

		make_three(&vector, word);
		map_image(fake, VECTOR, &vector);
		add_message(&header, VECTOR, 3);
		fake->call.args[1] = HEADER;
		fake_exit(fake, 25);
		assert_int_equal(fake->records, 0);
		map_image(fake, HEADER, &header);
		fake_exit(fake, 25);
		fake_exit(fake, 0);
		fake_exit(fake, -32);
		assert_int_equal(fake->records, 2);
		fake_assert_genio(fake, 0, 3, KTR_GENIO_WRITE, expected, 25);
		fake_assert_genio(fake, 1, 3, KTR_GENIO_WRITE, NULL, 0);
		/* A header that is cut off is none. */
		fake->region[fake->regions - 1].length--;
		fake_exit(fake, 25);
		assert_int_equal(fake->records, 2);
		fake_free(fake);
	}
}

/* count messages; message i has moved i % 4 bytes of data[3 * i...]. */
static void check_messages(unsigned word, unsigned count, int64_t result,
			   unsigned expected)
{
	struct fake *fake = fake_vector(&recvmmsg_row, word, count);
	struct image headers = { .word = word };
	struct image vectors = { .word = word };

	fake->call.args[1] = HEADER;
	for (unsigned i = 0; i < count; i++) {
		add_message(&headers, VECTOR + vectors.length, 1);
		add(&headers, i % 4, word);
		add_span(&vectors, DATA + 3 * i, 500);
	}
	map_image(fake, HEADER, &headers);
	map_image(fake, VECTOR, &vectors);
	fake_exit(fake, result);
	assert_int_equal(fake->records, expected);
	for (unsigned i = 0; i < expected; i++)
		fake_assert_genio(fake, i, 3, KTR_GENIO_READ, data + 3 * i,
				  i % 4);
	fake_free(fake);
}

static void test_messages(void **state)
{
	(void)state;
	for (unsigned word = 4; word <= 8; word += 4) {
		check_messages(word, 3, 3, 3);
		check_messages(word, 3, 2, 2);
		check_messages(word, 3, 0, 0);
		check_messages(word, 3, -11, 0);
		check_messages(word, 20, 20, 20);
		/* Memory ends before the messages that the result claims. */
		check_messages(word, 20, 0x7fffffff, 20);
	}
}

/* Lengths that another thread wrote into the headers behind the kernel. */
static void test_made_up_messages(void **state)
{
	struct fake *fake = fake_vector(&recvmmsg_row, 8, 3);
	struct image headers = { .word = 8 };
	struct image vector = { .word = 8 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		add_message(&headers, VECTOR, 1);
		add(&headers, 0x7fffffff, 8);
	}
	add_span(&vector, DATA, UINT64_MAX);
	fake->call.args[1] = HEADER;
	map_image(fake, HEADER, &headers);
	map_image(fake, VECTOR, &vector);
	fake->policy.genio_size = 100;
	fake_exit(fake, 3);
	assert_int_equal(fake->records, 1);
	fake_assert_genio(fake, 0, 3, KTR_GENIO_READ, data, 100);
	fake_free(fake);
}

static void test_refused(void **state)
{
	struct fake *fake = fake_vector(&readv_row, 8, 3);
	struct image image;

	(void)state;
	make_three(&image, 8);
	map_image(fake, VECTOR, &image);
	fake->refused = KTRFAC(KTR_GENIO);
	fake_exit(fake, 30);
	assert_int_equal(fake->refusals, 1);
	assert_int_equal(fake->reads, 0);
	fake->policy.genio_all = true;
	fake_exit(fake, 30);
	assert_int_equal(fake->refusals, 1 + 2);
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
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_gap_in_first_batch),
		cmocka_unit_test(test_overlapping_and_huge),
		cmocka_unit_test(test_chunks_stay_in_span),
		cmocka_unit_test(test_whole_vector),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_made_up_messages),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, fill_data, NULL);
}
