/*
 * ARGS and ENVS of an exec that failed: vectors in both layouts, long strings,
 * more than a record holds, and memory that ends.
 */
#include "fake.h"

#define ARGV       UINT64_C(0x10000)
#define ENVP       UINT64_C(0x20000)
#define TEXT       UINT64_C(0x1000000)
#define RECORD_MAX (128u << 10)

static const struct sysdesc_row execveat_row = {
	.name = "execveat",
	.narg = 5,
	.effect = EFFECT_EXEC,
	.arg = { { .kind = KIND_DIRFD },
		 { .kind = KIND_PATH },
		 { .kind = KIND_ARGV },
		 { .kind = KIND_ENVP },
		 { .kind = KIND_FLAGS } },
};

/* A vector, and the strings that it points at. */
struct vector {
	uint8_t pointers[8 * 4200];
	size_t length;
	unsigned word;
	uint64_t text; /* where the next string comes */
};

static void add_pointer(struct vector *vector, uint64_t pointer)
{
	assert_true(vector->length + 8 <= sizeof(vector->pointers));
	memcpy(vector->pointers + vector->length, &pointer, vector->word);
	vector->length += vector->word;
}

/* Strings that lie one behind the other, as a new process has them. */
static void add_strings(struct vector *vector, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (i == 0 || text[i - 1] == 0)
			add_pointer(vector, vector->text + i);
	vector->text += length;
}

static struct fake *fake_exec(unsigned word)
{
	struct fake *fake = fake_new(&execveat_row);

	fake->policy.facilities = KTRFAC(KTR_ARGS) | KTRFAC(KTR_ENVS);
	fake->call.word = (uint8_t)word;
	fake->call.args[2] = ARGV;
	fake->call.args[3] = ENVP;
	return fake;
}

static void map_vector(struct fake *fake, uint64_t address,
		       const struct vector *vector)
{
	fake_map(fake, address, vector->pointers, vector->length);
}

static void test_both(void **state)
{
	static const char args[] = "sh\0-c\0\0echo hello";
	static const char envs[] = "HOME=/\0PATH=/bin:/usr/bin";

	(void)state;
	for (unsigned word = 4; word <= 8; word += 4) {
		struct vector argv = { .word = word, .text = TEXT };
		struct vector envp = { .word = word, .text = 2 * TEXT };
		struct fake *fake = fake_exec(word);

		add_strings(&argv, args, sizeof(args));
		add_pointer(&argv, 0);
		add_strings(&envp, envs, sizeof(envs));
		add_pointer(&envp, 0);
		map_vector(fake, ARGV, &argv);
		map_vector(fake, ENVP, &envp);
		fake_map(fake, TEXT, args, sizeof(args));
		fake_map(fake, 2 * TEXT, envs, sizeof(envs));
		fake_exit(fake, -2);
		assert_int_equal(fake->records, 2);
		fake_assert_record(fake, 0, KTR_ARGS, args, sizeof(args));
		fake_assert_record(fake, 1, KTR_ENVS, envs, sizeof(envs));
		assert_int_equal(fake->reads, 4);

		fake->policy.facilities = KTRFAC(KTR_ENVS);
		fake_exit(fake, -13);
		assert_int_equal(fake->records, 3);
		fake_assert_record(fake, 2, KTR_ENVS, envs, sizeof(envs));

		/* What worked is read from the new image, elsewhere. */
		fake_exit(fake, 0);
		assert_int_equal(fake->records, 3);
		fake_free(fake);
	}
}

static void test_null_empty_unreadable(void **state)
{
	struct vector empty = { .word = 8 };
	struct fake *fake = fake_exec(8);

	(void)state;
	fake->call.args[2] = 0;
	fake_exit(fake, -2);
	assert_int_equal(fake->records, 0);
	assert_int_equal(fake->cancelled, 0);
	add_pointer(&empty, 0);
	map_vector(fake, ENVP, &empty);
	fake_exit(fake, -2);
	assert_int_equal(fake->records, 1);
	fake_assert_record(fake, 0, KTR_ENVS, "", 0);
	fake_free(fake);
}

static void test_unreadable_ends(void **state)
{
	static const char text[] = "one\0two\0three";
	struct vector vector = { .word = 8, .text = TEXT };
	struct fake *fake = fake_exec(8);

	(void)state;
	fake->policy.facilities = KTRFAC(KTR_ARGS);
	/* "three" lacks its end. */
	add_strings(&vector, text, sizeof(text));
	map_vector(fake, ARGV, &vector);
	fake_map(fake, TEXT, text, sizeof(text) - 1);
	fake_exit(fake, -14);
	assert_int_equal(fake->records, 1);
	fake_assert_record(fake, 0, KTR_ARGS, text, 8);

	/* The vector ends without a NULL. */
	fake->region[1].length = sizeof(text);
	fake_exit(fake, -14);
	fake_assert_record(fake, 1, KTR_ARGS, text, sizeof(text));
	fake_free(fake);
}

/* Strings of these lengths, from an address near the end of a page. */
static void check_lengths(const size_t *lengths, unsigned count)
{
	struct vector vector = { .word = 8, .text = TEXT + FAKE_PAGE - 100 };
	struct fake *fake = fake_exec(8);
	size_t size = 0;
	char *text;

	for (unsigned i = 0; i < count; i++)
		size += lengths[i] + 1;
	text = malloc(size);
	assert_non_null(text);
	size = 0;
	for (unsigned i = 0; i < count; i++) {
		memset(text + size, 'a' + (int)(i % 26), lengths[i]);
		size += lengths[i];
		text[size++] = 0;
	}
	add_strings(&vector, text, size);
	add_pointer(&vector, 0);
	fake_map(fake, TEXT + FAKE_PAGE - 100, text, size);
	map_vector(fake, ARGV, &vector);
	fake_exit(fake, -2);
	assert_int_equal(fake->records, 1);
	fake_assert_record(fake, 0, KTR_ARGS, text, size);
	free(text);
	fake_free(fake);
}

static void test_lengths(void **state)
{
	const size_t few[] = { 255, 256, 257, 0, 1, 4096, 3, 10000, 7 };
	const size_t borders[] = { 98, 0, 99, 3995, 4094, 4095, 255, 254 };
	size_t many[100];

	(void)state;
	check_lengths(few, sizeof(few) / sizeof(few[0]));
	check_lengths(borders, sizeof(borders) / sizeof(borders[0]));
	for (unsigned i = 0; i < 100; i++)
		many[i] = i % 40 == 7 ? 700 : i;
	check_lengths(many, 100);
	check_lengths(many, 31);
	check_lengths(many, 32);
	check_lengths(many, 33);
	check_lengths(many, 1);
}

static void test_more_than_a_record(void **state)
{
	static char text[400000];
	struct vector vector = { .word = 8, .text = TEXT };
	struct fake *fake = fake_exec(8);
	size_t total = 0;

	(void)state;
	fake->policy.facilities = KTRFAC(KTR_ARGS);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 101 == 100 ? 0 : (char)('a' + i % 23);
	text[sizeof(text) - 1] = 0;
	add_strings(&vector, text, sizeof(text));
	add_pointer(&vector, 0);
	map_vector(fake, ARGV, &vector);
	fake_map(fake, TEXT, text, sizeof(text));
	fake_exit(fake, -7);
	assert_int_equal(fake->records, 4);
	for (unsigned i = 0; i < fake->records; i++) {
		const struct fake_record *record = &fake->record[i];

		assert_int_equal(record->kind, KTR_ARGS);
		assert_in_range(record->length, 1, RECORD_MAX);
		assert_int_equal(record->payload[record->length - 1], 0);
		assert_memory_equal(record->payload, text + total,
				    record->length);
		total += record->length;
	}
	assert_int_equal(total, sizeof(text));
	fake_free(fake);
}

static void test_longest_string(void **state)
{
	static char text[RECORD_MAX + 5000];
	const size_t lengths[] = { RECORD_MAX - 1, RECORD_MAX,
				   RECORD_MAX + 4999 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct vector vector = { .word = 8, .text = TEXT };
		struct fake *fake = fake_exec(8);

		memset(text, 'x', sizeof(text));
		text[lengths[i]] = 0;
		add_pointer(&vector, 2 * TEXT);
		add_pointer(&vector, TEXT);
		add_pointer(&vector, 2 * TEXT);
		add_pointer(&vector, 0);
		map_vector(fake, ARGV, &vector);
		fake_map(fake, TEXT, text, sizeof(text));
		fake_map_text(fake, 2 * TEXT, "before");
		fake_exit(fake, -7);
		assert_int_equal(fake->records, 3);
		fake_assert_record(fake, 0, KTR_ARGS, "before", 7);
		text[RECORD_MAX - 1] = 0;
		fake_assert_record(fake, 1, KTR_ARGS, text, RECORD_MAX);
		fake_assert_record(fake, 2, KTR_ARGS, "before", 7);
		fake_free(fake);
	}
}

/* No empty record comes before a string that fills one by itself. */
static void test_longest_string_first(void **state)
{
	static char text[RECORD_MAX];
	struct vector vector = { .word = 8, .text = TEXT };
	struct fake *fake = fake_exec(8);

	(void)state;
	memset(text, 'x', sizeof(text));
	add_pointer(&vector, TEXT);
	add_pointer(&vector, 0);
	map_vector(fake, ARGV, &vector);
	fake_map(fake, TEXT, text, sizeof(text));
	fake_exit(fake, -7);
	assert_int_equal(fake->records, 1);
	text[RECORD_MAX - 1] = 0;
	fake_assert_record(fake, 0, KTR_ARGS, text, RECORD_MAX);
	fake_free(fake);
}

/* A vector without an end, of one long string: as much as an exec can have. */
static void test_endless(void **state)
{
	static uint64_t pointers[4096];
	static char text[60000];
	struct fake *fake = fake_exec(8);
	size_t total = 0;

	(void)state;
	fake->policy.facilities = KTRFAC(KTR_ARGS);
	memset(text, 'x', sizeof(text) - 1);
	for (unsigned i = 0; i < 4096; i++)
		pointers[i] = TEXT;
	fake_map(fake, ARGV, pointers, sizeof(pointers));
	fake_map(fake, TEXT, text, sizeof(text));
	fake_exit(fake, -7);
	for (unsigned i = 0; i < fake->records; i++)
		total += fake->record[i].length;
	assert_in_range(total, 6u << 20, (6u << 20) + 2 * sizeof(text));
	fake_free(fake);
}

/* The vector lies at the end of the last page that there is. */
static void test_vector_at_page_end(void **state)
{
	struct vector vector = { .word = 8 };
	struct fake *fake = fake_exec(8);

	(void)state;
	fake->call.args[2] = TEXT - 24;
	add_pointer(&vector, TEXT * 2);
	add_pointer(&vector, TEXT * 2);
	add_pointer(&vector, 0);
	map_vector(fake, TEXT - 24, &vector);
	fake_map_text(fake, TEXT * 2, "text");
	fake_exit(fake, -2);
	assert_int_equal(fake->records, 1);
	fake_assert_record(fake, 0, KTR_ARGS, "text\0text", 10);

	/* Not aligned: a pointer lies across two pages. */
	fake->call.args[2] = TEXT - 12;
	fake->region[0].address = TEXT - 12;
	fake_exit(fake, -2);
	assert_int_equal(fake->records, 2);
	fake_assert_record(fake, 1, KTR_ARGS, "text\0text", 10);
	fake_free(fake);
}

static void test_refused(void **state)
{
	struct vector vector = { .word = 8 };
	struct fake *fake = fake_exec(8);

	(void)state;
	add_pointer(&vector, TEXT);
	add_pointer(&vector, 0);
	map_vector(fake, ARGV, &vector);
	map_vector(fake, ENVP, &vector);
	fake_map_text(fake, TEXT, "text");
	fake->refused = KTRFAC(KTR_ARGS);
	fake_exit(fake, -2);
	assert_int_equal(fake->refusals, 1);
	assert_int_equal(fake->records, 1);
	fake_assert_record(fake, 0, KTR_ENVS, "text", 5);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_null_empty_unreadable),
		cmocka_unit_test(test_unreadable_ends),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_more_than_a_record),
		cmocka_unit_test(test_longest_string),
		cmocka_unit_test(test_longest_string_first),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_vector_at_page_end),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
