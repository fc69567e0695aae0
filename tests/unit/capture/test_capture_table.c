/*
 * Capture over the real table: calls that everybody knows give what they must,
 * and no row, with whatever arguments, breaks a contract.
 */
#include "fake.h"

#include <sys/syscall.h>

#define TEXT   UINT64_C(0x10000)
#define OTHER  UINT64_C(0x20000)
#define VECTOR UINT64_C(0x30000)
#define HEADER UINT64_C(0x40000)

/* A call of x86-64 by number; what its arguments mean stands in the row. */
struct known {
	int64_t number;
	uint64_t args[6];
	int64_t result;
	const char *names[2]; /* NAMEI at the entry */
	int fd;               /* GENIO at the exit, unless moved is NULL */
	int rw;
	const char *moved;
};

/* TEXT holds "some text", OTHER "other"; VECTOR and HEADER lead to TEXT. */
static const struct known known[] = {
	{ 0, { 3, TEXT, 100 }, 4, { NULL }, 3, KTR_GENIO_READ, "some" },
	{ 1, { 1, TEXT, 9 }, 9, { NULL }, 1, KTR_GENIO_WRITE, "some text" },
	{ 2, { TEXT }, 3, { "some text" }, 0, 0, NULL },
	{ 17, { 3, TEXT, 4, 5 }, 4, { NULL }, 3, KTR_GENIO_READ, "some" },
	{ 19, { 3, VECTOR, 2 }, 9, { NULL }, 3, KTR_GENIO_READ, "some texo" },
	{ 20, { 3, VECTOR, 1 }, 8, { NULL }, 3, KTR_GENIO_WRITE, "some tex" },
	{ 39, { 0 }, 77, { NULL }, 0, 0, NULL },
	{ 44, { 4, TEXT, 4 }, 4, { NULL }, 4, KTR_GENIO_WRITE, "some" },
	{ 45, { 4, TEXT, 4 }, 9, { NULL }, 4, KTR_GENIO_READ, "some" },
	{ 46, { 4, HEADER }, 9, { NULL }, 4, KTR_GENIO_WRITE, "some texo" },
	{ 47, { 4, HEADER }, 5, { NULL }, 4, KTR_GENIO_READ, "some " },
	{ 69, { 9, TEXT, 1 }, 0, { NULL }, -1, KTR_GENIO_WRITE, "t" },
	{ 70, { 9, TEXT, 9 }, 1, { NULL }, -1, KTR_GENIO_READ, "t" },
	{ 79, { TEXT, 10 }, 10, { NULL }, -1, KTR_GENIO_READ, "some text" },
	{ 82, { TEXT, OTHER }, 0, { "some text", "other" }, 0, 0, NULL },
	{ 89, { OTHER, TEXT, 4 }, 4, { "other" }, -1, KTR_GENIO_READ, "some" },
	{ 217, { 5, TEXT, 4096 }, 9, { NULL }, 5, KTR_GENIO_READ, "some text" },
	{ 257, { 3, OTHER }, 4, { "other" }, 0, 0, NULL },
	{ 264, { 3, OTHER, 4, TEXT }, 0, { "other", "some text" }, 0, 0, NULL },
	{ 295, { 3, VECTOR, 2 }, 3, { NULL }, 3, KTR_GENIO_READ, "som" },
	{ 307, { 4, HEADER, 1 }, 1, { NULL }, 4, KTR_GENIO_WRITE, "some t" },
	{ 310,
	  { 9, VECTOR, 1, 0, 0 },
	  4,
	  { NULL },
	  -1,
	  KTR_GENIO_READ,
	  "some" },
	{ 318, { TEXT, 4 }, 4, { NULL }, -1, KTR_GENIO_READ, "some" },
	{ 328, { 3, VECTOR, 2 }, 9, { NULL }, 3, KTR_GENIO_WRITE, "some texo" },
	{ 463,
	  { 9, OTHER, 0, 0, VECTOR, 16 },
	  0,
	  { "other" },
	  -1,
	  KTR_GENIO_WRITE,
	  "some tex" },
	{ 464,
	  { 9, OTHER, 0, 0, VECTOR, 16 },
	  4,
	  { "other" },
	  -1,
	  KTR_GENIO_READ,
	  "some" },
};

static const uint64_t vector[] = { TEXT, 8, OTHER, 5 };
static const uint64_t header[] = { 0, 0, VECTOR, 2, 0, 0, 0, 6 };

static void check_known(const struct known *want)
{
	struct fake *fake =
	    fake_new(sysdesc_find(SYSDESC_X86_64, want->number));
	unsigned records = 1;

	assert_non_null(fake->call.row);
	fake_map(fake, TEXT, "some text", 10);
	fake_map_text(fake, OTHER, "other");
	fake_map(fake, VECTOR, vector, sizeof(vector));
	fake_map(fake, HEADER, header, sizeof(header));
	fake->call.number = want->number;
	memcpy(fake->call.args, want->args, sizeof(want->args));
	fake_entry(fake);
	for (unsigned i = 0; i < 2 && want->names[i]; i++)
		fake_assert_record(fake, records++, KTR_NAMEI, want->names[i],
				   strlen(want->names[i]));
	assert_int_equal(fake->records, records);
	assert_int_equal(fake->reads, want->names[0] ? 1 : 0);
	fake_exit(fake, want->result);
	if (want->moved)
		fake_assert_genio(
		    fake, records++, want->fd, want->rw, want->moved,
		    want->number == 79 ? 10 : strlen(want->moved));
	assert_int_equal(fake->records, records);
	fake_free(fake);
}

static void test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		check_known(&known[i]);
}

static void test_exec(void **state)
{
	const uint64_t argv[] = { TEXT, OTHER, 0 };
	struct fake *fake = fake_new(sysdesc_find(SYSDESC_X86_64, 59));

	(void)state;
	assert_non_null(fake->call.row);
	fake_map(fake, TEXT, "some text", 10);
	fake_map_text(fake, OTHER, "other");
	fake_map(fake, VECTOR, argv, sizeof(argv));
	fake->call.number = 59;
	fake->call.args[0] = OTHER;
	fake->call.args[1] = VECTOR;
	fake->call.args[2] = VECTOR + 8;
	fake_entry(fake);
	fake_exit(fake, -2);
	assert_int_equal(fake->records, 4);
	fake_assert_record(fake, 1, KTR_NAMEI, "other", 5);
	fake_assert_record(fake, 2, KTR_ARGS, "some text\0other", 16);
	fake_assert_record(fake, 3, KTR_ENVS, "other", 6);
	fake_free(fake);
}

/* A generator of our own, so that a failure comes again. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Small numbers, pointers into the memory below, and garbage. */
static uint64_t random_word(uint64_t *seed)
{
	const uint64_t odd[] = { 0,    1,    UINT64_MAX, UINT64_C(1) << 63,
				 4096, 1024, UINT32_MAX, UINT64_MAX - 4095 };
	uint64_t word = next_random(seed);

	switch (word % 4) {
	case 0:
		return odd[(word >> 8) % 8];
	case 1:
		return (word >> 8) % 64;
	case 2:
		return TEXT + (word >> 8) % 20000;
	}
	return word;
}

#define MEMORY_WORDS 2000

/* Memory in two parts with a hole, full of pointers and numbers. */
static void fill_memory(struct fake *fake, uint64_t *words, uint64_t *seed)
{
	for (unsigned i = 0; i < MEMORY_WORDS; i++)
		words[i] = random_word(seed);
	fake_map(fake, TEXT, words, 8000);
	fake_map(fake, TEXT + 12288, words + 1000, 7000);
}

/* Keeps nothing: there can be very many of them. */
static void count_commit(void *context, size_t length)
{
	struct fake *fake = context;

	assert_non_null(fake->room);
	assert_true(length <= fake->room_length);
	free(fake->room);
	fake->room = NULL;
	fake->record[0].length += length;
}

/* Nothing may have been read or written at a stop that is not needed. */
static void check_needed(const struct fake *fake, unsigned needs, unsigned stop)
{
	if (needs & stop)
		return;
	assert_int_equal(fake->reads, 0);
	assert_int_equal(fake->record[0].length, 0);
	assert_int_equal(fake->refusals, 0);
}

static void check_random(const struct sysdesc_row *row, int64_t number,
			 unsigned word, uint64_t *seed)
{
	static uint64_t words[MEMORY_WORDS];
	struct fake *fake = fake_new(row);
	unsigned needs;

	fill_memory(fake, words, seed);
	fake->sink.commit = count_commit;
	fake->policy.facilities = (uint32_t)next_random(seed) & KTRFAC_MASK;
	fake->policy.genio_all = next_random(seed) % 4 == 0;
	fake->policy.genio_size = (uint32_t)(next_random(seed) % 5000);
	fake->refused = (uint32_t)(next_random(seed) & next_random(seed));
	fake->call.number = number;
	fake->call.word = (uint8_t)word;
	for (unsigned i = 0; i < 6; i++)
		fake->call.args[i] = random_word(seed);
	/* As if by a command that is one, half of the time. */
	if (next_random(seed) % 2)
		fake->call.args[0] = next_random(seed) % 25;
	fake->call.inner = sysdesc_inner_find(row, fake->call.args[0]);
	needs = capture_needs(row, fake->policy.facilities);
	fake_entry(fake);
	check_needed(fake, needs, CAPTURE_AT_ENTRY);
	/* A path that faulted is worth an exit that is otherwise not needed. */
	if (fake->call.unread_paths != 0)
		needs |= CAPTURE_AT_EXIT;
	fake->reads = 0;
	fake->refusals = 0;
	fake->record[0].length = 0;
	fake_exit(fake, (int64_t)(next_random(seed) % 3000) - 500);
	check_needed(fake, needs, CAPTURE_AT_EXIT);
	fake_free(fake);
}

/* Every row in every ABI, with arguments that nobody has thought of. */
static void test_random(void **state)
{
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
	unsigned checked = 0;

	(void)state;
	for (unsigned abi = 0; abi < SYSDESC_ABI_COUNT; abi++)
		for (unsigned i = 0; i < sysdesc_count(); i++) {
			const struct sysdesc_row *row = sysdesc_row(i);
			int64_t number = sysdesc_number(abi, row);

			for (unsigned n = 0; n < 8 && number >= 0; n++) {
				check_random(row, number, sysdesc_word(abi),
					     &seed);
				checked++;
			}
		}
	assert_true(checked > 4 * 8 * 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
