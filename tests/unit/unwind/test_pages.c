/*
 * Reads of words through pieces: across their borders, up to where memory ends,
 * and no more often than once for each piece.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unwind/pages.h"

#define START  UINT64_C(0x7fff00001000)
#define LENGTH ((uint64_t)(PAGES_COUNT + 3) * PAGES_PIECE)

struct fake {
	unsigned reads;
};

static uint8_t byte_at(uint64_t address)
{
	return (uint8_t)(address * 7 + (address >> 12));
}

static size_t read_fake(void *context, uint64_t address, void *to,
			size_t length)
{
	struct fake *fake = context;
	uint8_t *bytes = to;

	fake->reads++;
	if (address < START || address >= START + LENGTH)
		return 0;
	if (length > START + LENGTH - address)
		length = (size_t)(START + LENGTH - address);
	for (size_t i = 0; i < length; i++)
		bytes[i] = byte_at(address + i);
	return length;
}

static void expect_word(struct pages *pages, uint64_t address)
{
	uint8_t word[8];

	assert_true(pages_read(pages, address, word, sizeof(word)));
	for (size_t i = 0; i < sizeof(word); i++)
		assert_int_equal(word[i], byte_at(address + i));
}

static void test_reads(void **state)
{
	struct fake fake = { 0 };
	const struct unwind_memory memory = { &fake, read_fake };
	struct pages *pages = malloc(sizeof(*pages));
	uint8_t word[8];

	(void)state;
	assert_non_null(pages);
	pages_begin(pages, &memory);
	for (uint64_t at = 0; at + 8 <= PAGES_PIECE; at += 8)
		expect_word(pages, START + at);
	assert_int_equal(fake.reads, 1);
	expect_word(pages, START + PAGES_PIECE - 3);
	assert_int_equal(fake.reads, 2);
	expect_word(pages, START + LENGTH - 8);
	assert_false(pages_read(pages, START + LENGTH - 4, word, 8));
	assert_false(pages_read(pages, START - 8, word, 8));
	assert_false(pages_read(pages, START - 4, word, 8));
	assert_false(pages_read(pages, UINT64_MAX - 3, word, 8));
	free(pages);
}

/* More pieces than there is room for: the oldest go. */
static void test_many(void **state)
{
	struct fake fake = { 0 };
	const struct unwind_memory memory = { &fake, read_fake };
	struct pages *pages = malloc(sizeof(*pages));

	(void)state;
	assert_non_null(pages);
	pages_begin(pages, &memory);
	for (int round = 0; round < 2; round++)
		for (uint64_t at = 0; at < LENGTH; at += 1000)
			if (at + 8 <= LENGTH)
				expect_word(pages, START + at);
	pages_begin(pages, &memory);
	fake.reads = 0;
	expect_word(pages, START);
	assert_int_equal(fake.reads, 1);
	free(pages);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
