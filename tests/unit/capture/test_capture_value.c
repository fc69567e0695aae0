/*
 * GENIO of bytes that a structure holds or leads to: behind the long of a
 * struct msgbuf, where a struct xattr_args says.
 */
#include "fake.h"

#include <errno.h>

#include "base/array.h"

#define STRUCTURE UINT64_C(0x10000)
#define VALUE     UINT64_C(0x20000)

static const struct sysdesc_row msgsnd_row = {
	.name = "msgsnd",
	.narg = 3,
	.result = RESULT_ZERO,
	.arg = { { .kind = KIND_INT },
		 { .kind = KIND_MSGBUF,
		   .direction = DIRECTION_IN,
		   .length = LENGTH_ARG,
		   .len_arg = 2 },
		 { .kind = KIND_SIZE } },
};
static const struct sysdesc_row msgrcv_row = {
	.name = "msgrcv",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_INT },
		 { .kind = KIND_MSGBUF,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULT,
		   .len_arg = 2 },
		 { .kind = KIND_SIZE } },
};
static const struct sysdesc_row setxattrat_row = {
	.name = "setxattrat",
	.narg = 3,
	.result = RESULT_ZERO,
	.arg = { { .kind = KIND_DIRFD },
		 { .kind = KIND_XATTR,
		   .direction = DIRECTION_IN,
		   .length = LENGTH_ARG,
		   .len_arg = 2 },
		 { .kind = KIND_SIZE } },
};
static const struct sysdesc_row getxattrat_row = {
	.name = "getxattrat",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_DIRFD },
		 { .kind = KIND_XATTR,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULT,
		   .len_arg = 2 },
		 { .kind = KIND_SIZE } },
};

/* The ABIs by what is said of a call: its word, and its number. */
static const struct abi {
	uint8_t word;
	int64_t number;
	unsigned skip; /* bytes of a long */
} abis[] = {
	{ 8, 69, 8 },
	{ 4, 69, 4 },
	{ 4, SYSDESC_X32_BIT + 69, 8 },
};

static struct fake *fake_structure(const struct sysdesc_row *row,
				   const struct abi *abi, uint64_t size)
{
	struct fake *fake = fake_new(row);

	fake->policy.facilities = KTRFAC(KTR_GENIO);
	fake->call.word = abi->word;
	fake->call.number = abi->number;
	fake->call.args[0] = 3;
	fake->call.args[1] = STRUCTURE;
	fake->call.args[2] = size;
	return fake;
}

/* A record of these bytes without a descriptor; NULL: no record. */
static void expect(struct fake *fake, int32_t rw, const char *bytes,
		   size_t length)
{
	assert_int_equal(fake->records, bytes != NULL);
	if (bytes)
		fake_assert_genio(fake, 0, -1, rw, bytes, length);
	fake_free(fake);
}

static const char message[] = "typetypeunmistakable";

static const struct {
	const struct sysdesc_row *row;
	uint64_t size;
	int64_t result;
	int64_t length; /* -1: no record */
} messages[] = {
	{ &msgsnd_row, 9, 0, 9 },        { &msgsnd_row, 0, 0, 0 },
	{ &msgsnd_row, 9, -EAGAIN, -1 }, { &msgrcv_row, 12, 5, 5 },
	{ &msgrcv_row, 12, 0, 0 },       { &msgrcv_row, 3, 5, 3 },
	{ &msgrcv_row, 12, -EINTR, -1 },
};

static void test_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		for (size_t n = 0; n < ARRAY_LEN(abis); n++) {
			struct fake *fake = fake_structure(
			    messages[i].row, &abis[n], messages[i].size);
			bool sent = messages[i].row == &msgsnd_row;

			fake_map(fake, STRUCTURE, message, sizeof(message));
			fake_exit(fake, messages[i].result);
			expect(fake, sent ? KTR_GENIO_WRITE : KTR_GENIO_READ,
			       messages[i].length < 0 ? NULL
						      : message + abis[n].skip,
			       (size_t)messages[i].length);
		}
}

/* What xattr_args is, whoever calls: address, size, flags. */
struct value {
	uint64_t address;
	uint32_t size;
	uint32_t flags;
};

static const struct {
	const struct sysdesc_row *row;
	struct value value;
	int64_t result;
	int64_t length;
} values[] = {
	{ &setxattrat_row, { VALUE, 7, 1 }, 0, 7 },
	{ &setxattrat_row, { VALUE, 0, 0 }, 0, 0 },
	{ &setxattrat_row, { 0, 0, 0 }, 0, -1 },
	{ &setxattrat_row, { VALUE, 7, 0 }, -ENOTSUP, -1 },
	{ &setxattrat_row, { VALUE, UINT32_MAX, 0 }, 0, 13 },
	{ &getxattrat_row, { VALUE, 100, 0 }, 7, 7 },
	{ &getxattrat_row, { VALUE, 5, 0 }, 7, 5 },
	{ &getxattrat_row, { VALUE, 100, 0 }, 0, 0 },
	/* How long is it? */
	{ &getxattrat_row, { 0, 0, 0 }, 7, -1 },
	{ &getxattrat_row, { VALUE, 0, 0 }, 7, -1 },
	{ &getxattrat_row, { VALUE, 5, 0 }, -ERANGE, -1 },
};

static void test_value(void **state)
{
	static const char bytes[13] = "unmistakable";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		for (size_t n = 0; n < ARRAY_LEN(abis); n++) {
			struct fake *fake = fake_structure(values[i].row,
							   &abis[n], 16);
			bool set = values[i].row == &setxattrat_row;

			fake_map(fake, STRUCTURE, &values[i].value,
				 sizeof(values[i].value));
			fake_map(fake, VALUE, bytes, sizeof(bytes));
			fake_exit(fake, values[i].result);
			expect(fake, set ? KTR_GENIO_WRITE : KTR_GENIO_READ,
			       values[i].length < 0 ? NULL : bytes,
			       (size_t)values[i].length);
		}
}

static void test_unreadable(void **state)
{
	static const struct value value = { VALUE, 5, 0 };
	struct fake *fake;

	(void)state;
	fake = fake_structure(&setxattrat_row, &abis[0], 16);
	fake_map(fake, STRUCTURE, &value, sizeof(value) - 1);
	fake_map(fake, VALUE, "value", 5);
	fake_exit(fake, 0);
	expect(fake, 0, NULL, 0);
	fake = fake_structure(&setxattrat_row, &abis[0], 16);
	fake_map(fake, STRUCTURE, &value, sizeof(value));
	fake_exit(fake, 0);
	expect(fake, 0, NULL, 0);
	fake = fake_structure(&msgsnd_row, &abis[0], 5);
	fake_map(fake, STRUCTURE, "typetype", 8);
	fake_exit(fake, 0);
	expect(fake, 0, NULL, 0);
}

/* In chunks, as all others. */
static void test_all(void **state)
{
	static uint8_t bytes[8 + CAPTURE_GENIO_CHUNK + 5];
	struct fake *fake = fake_structure(&msgsnd_row, &abis[0],
					   sizeof(bytes) - 8);

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 5);
	fake->policy.genio_all = true;
	fake_map(fake, STRUCTURE, bytes, sizeof(bytes));
	fake_exit(fake, 0);
	assert_int_equal(fake->records, 2);
	fake_assert_genio(fake, 0, -1, KTR_GENIO_WRITE, bytes + 8,
			  CAPTURE_GENIO_CHUNK);
	fake_assert_genio(fake, 1, -1, KTR_GENIO_WRITE,
			  bytes + 8 + CAPTURE_GENIO_CHUNK, 5);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
