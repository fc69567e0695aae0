/*
 * Calls that others carry: socketcall and ipc of i386, over the real table. The
 * records of the carrier are its own; GENIO is that of what it carries.
 */
#include "fake.h"

#include <errno.h>

#include "base/array.h"

#define SOCKETCALL 102 /* numbers of i386 */
#define IPC        117

#define TEXT   0x10000u
#define WORDS  0x20000u
#define VECTOR 0x30000u
#define HEADER 0x40000u

/* The memory of all calls here: HEADER leads to VECTOR, that to TEXT. */
static const char text[] = "typeunmistakable";
static const uint32_t vector[] = { TEXT, 4, TEXT + 8, 4 };
static const uint32_t headers[2][8] = { { 0, 0, VECTOR, 2, 0, 0, 0, 8 },
					{ 0, 0, VECTOR, 1, 0, 0, 0, 2 } };

struct carried {
	int64_t number;
	uint64_t args[6];
	uint32_t words[6]; /* at WORDS */
	int64_t result;
	int fd;
	int rw;
	const char *moved[2]; /* a record for each; NULL: none */
};

static const struct carried carried[] = {
	{ .number = SOCKETCALL,
	  .args = { 9, WORDS },
	  .words = { 3, TEXT, 16, 0 },
	  .result = 16,
	  .fd = 3,
	  .rw = KTR_GENIO_WRITE,
	  .moved = { "typeunmistakable" } },
	{ .number = SOCKETCALL,
	  .args = { 10, WORDS },
	  .words = { 4, TEXT, 4, 0x20 },
	  .result = 16, /* MSG_TRUNC */
	  .fd = 4,
	  .rw = KTR_GENIO_READ,
	  .moved = { "type" } },
	{ .number = SOCKETCALL,
	  .args = { 11, WORDS },
	  .words = { 5, TEXT, 7, 0, 0, 0 },
	  .result = 6,
	  .fd = 5,
	  .rw = KTR_GENIO_WRITE,
	  .moved = { "typeun" } },
	/* The kernel takes the lower halves of registers. */
	{ .number = SOCKETCALL,
	  .args = { UINT64_C(0xdead0000000c), UINT64_C(0xdead00020000) },
	  .words = { 6, TEXT, 100, 0, 0, 0 },
	  .result = 6,
	  .fd = 6,
	  .rw = KTR_GENIO_READ,
	  .moved = { "typeun" } },
	{ .number = SOCKETCALL,
	  .args = { 16, WORDS },
	  .words = { 7, HEADER, 0 },
	  .result = 8,
	  .fd = 7,
	  .rw = KTR_GENIO_WRITE,
	  .moved = { "typestak" } },
	{ .number = SOCKETCALL,
	  .args = { 17, WORDS },
	  .words = { 7, HEADER, 0 },
	  .result = 5,
	  .fd = 7,
	  .rw = KTR_GENIO_READ,
	  .moved = { "types" } },
	{ .number = SOCKETCALL,
	  .args = { 20, WORDS },
	  .words = { 8, HEADER, 2, 0 },
	  .result = 2,
	  .fd = 8,
	  .rw = KTR_GENIO_WRITE,
	  .moved = { "typestak", "ty" } },
	{ .number = SOCKETCALL,
	  .args = { 19, WORDS },
	  .words = { 8, HEADER, 2, 0, 0 },
	  .result = 1,
	  .fd = 8,
	  .rw = KTR_GENIO_READ,
	  .moved = { "typestak" } },
	/* These move nothing of the program's, */
	{ .number = SOCKETCALL,
	  .args = { 3, WORDS },
	  .words = { 3, TEXT, 16 } },
	{ .number = SOCKETCALL,
	  .args = { 8, WORDS },
	  .words = { 1, 1, 0, TEXT } },
	/* nobody knows this, and that failed. */
	{ .number = SOCKETCALL, .args = { 21, WORDS }, .words = { 3, TEXT } },
	{ .number = SOCKETCALL,
	  .args = { 9, WORDS },
	  .words = { 3, TEXT, 16, 0 },
	  .result = -EAGAIN },
	{ .number = IPC,
	  .args = { 11, 9, 12, 0, TEXT, 0 },
	  .fd = -1,
	  .rw = KTR_GENIO_WRITE,
	  .moved = { "unmistakable" } },
	{ .number = IPC,
	  .args = { 0x1000c, 9, 100, 0, TEXT, 1 },
	  .result = 3,
	  .fd = -1,
	  .rw = KTR_GENIO_READ,
	  .moved = { "unm" } },
	/* Version 0: message and type are in memory. */
	{ .number = IPC,
	  .args = { 12, 9, 100, 0, WORDS, 1 },
	  .words = { TEXT, 1 },
	  .result = 4,
	  .fd = -1,
	  .rw = KTR_GENIO_READ,
	  .moved = { "unmi" } },
	{ .number = IPC, .args = { 3, 9, 0, 12, WORDS, 0 }, .words = { TEXT } },
	{ .number = IPC, .args = { 23, 9, 4096, 0, 0, 0 }, .result = 7 },
};

static struct fake *fake_carried(const struct carried *want)
{
	struct fake *fake = fake_new(sysdesc_find(SYSDESC_I386, want->number));

	assert_non_null(fake->call.row);
	fake->call.word = 4;
	fake->call.number = want->number;
	memcpy(fake->call.args, want->args, sizeof(want->args));
	fake->call.inner = sysdesc_inner_find(fake->call.row, want->args[0]);
	fake_map(fake, TEXT, text, sizeof(text) - 1);
	fake_map(fake, VECTOR, vector, sizeof(vector));
	fake_map(fake, HEADER, headers, sizeof(headers));
	return fake;
}

/* Of what is recorded besides, SYSCALL is the first. */
static void expect_moved(const struct fake *fake, const struct carried *want,
			 unsigned before)
{
	unsigned count = 0;

	for (; count < 2 && want->moved[count]; count++)
		fake_assert_genio(fake, before + count, want->fd, want->rw,
				  want->moved[count],
				  strlen(want->moved[count]));
	assert_int_equal(fake->records, before + count);
}

static void test_carried(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(carried); i++) {
		const struct carried *want = &carried[i];
		struct fake *fake = fake_carried(want);
		struct ktr_syscall head;

		fake_map(fake, WORDS, want->words, sizeof(want->words));
		fake_entry(fake);
		assert_int_equal(fake->records, 1);
		memcpy(&head, fake->record[0].payload, sizeof(head));
		assert_int_equal(head.code, want->number);
		assert_int_equal(head.narg, want->number == IPC ? 6 : 2);
		fake_exit(fake, want->result);
		expect_moved(fake, want, 1);
		fake_free(fake);
	}
}

/* Whoever changes the words during the call changes nothing for us. */
static void test_words_are_read_once(void **state)
{
	static const uint32_t others[] = { 9, HEADER, 1, 0 };
	const struct carried *want = &carried[0];
	struct fake *fake = fake_carried(want);

	(void)state;
	fake_map(fake, WORDS, want->words, sizeof(want->words));
	fake_entry(fake);
	assert_int_equal(fake->reads, 1);
	fake->region[fake->regions - 1].bytes = (const uint8_t *)others;
	fake_exit(fake, want->result);
	assert_int_equal(fake->reads, 2);
	expect_moved(fake, want, 1);
	fake_free(fake);
}

static void test_unreadable_words(void **state)
{
	const struct carried *want = &carried[0];
	struct fake *fake = fake_carried(want);

	(void)state;
	/* All but a byte of four words. */
	fake_map(fake, WORDS, want->words, 15);
	fake_entry(fake);
	assert_null(fake->call.inner);
	fake_exit(fake, want->result);
	assert_int_equal(fake->records, 1);
	fake_free(fake);
}

/* Nothing is read for what nobody wants, or what moves nothing. */
static void test_reads_nothing(void **state)
{
	static const struct {
		unsigned index; /* of `carried` */
		uint32_t facilities;
	} rows[] = {
		{ 0, KTRFAC(KTR_SYSCALL) | KTRFAC(KTR_SYSRET) },
		{ 8, KTRFAC(KTR_SYSCALL) | KTRFAC(KTR_GENIO) },
		{ 9, KTRFAC(KTR_SYSCALL) | KTRFAC(KTR_GENIO) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct carried *want = &carried[rows[i].index];
		struct fake *fake = fake_carried(want);

		fake->policy.facilities = rows[i].facilities;
		fake_map(fake, WORDS, want->words, sizeof(want->words));
		fake_entry(fake);
		fake_exit(fake, want->result);
		assert_int_equal(fake->reads, 0);
		assert_int_equal(fake->records, 1);
		fake_free(fake);
	}
}

/* Who carries what moves bytes wants both stops for them. */
static void test_needs(void **state)
{
	static const int64_t numbers[] = { SOCKETCALL, IPC };
	const unsigned both = CAPTURE_AT_ENTRY | CAPTURE_AT_EXIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		const struct sysdesc_row *row = sysdesc_find(SYSDESC_I386,
							     numbers[i]);

		assert_int_equal(capture_needs(row, KTRFAC(KTR_GENIO)), both);
		assert_int_equal(capture_needs(row, KTRFAC(KTR_NAMEI)), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carried),
		cmocka_unit_test(test_words_are_read_once),
		cmocka_unit_test(test_unreadable_words),
		cmocka_unit_test(test_reads_nothing),
		cmocka_unit_test(test_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
