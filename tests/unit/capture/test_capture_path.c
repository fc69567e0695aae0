/*
 * NAMEI: short and long paths, pages that are not there, and paths that could
 * be read only when the call was over.
 */
#include "fake.h"

static const struct sysdesc_row rename_row = {
	.name = "rename",
	.narg = 2,
	.arg = { { .kind = KIND_PATH }, { .kind = KIND_PATH } },
};
static const struct sysdesc_row renameat_row = {
	.name = "renameat",
	.narg = 4,
	.arg = { { .kind = KIND_DIRFD },
		 { .kind = KIND_PATH },
		 { .kind = KIND_DIRFD },
		 { .kind = KIND_PATH } },
};
static const struct sysdesc_row swapped_row = {
	.name = "relative first",
	.narg = 3,
	.arg = { { .kind = KIND_DIRFD },
		 { .kind = KIND_PATH },
		 { .kind = KIND_PATH } },
};
static const struct sysdesc_row crowd_row = {
	.name = "six paths",
	.narg = 6,
	.arg = { { .kind = KIND_PATH },
		 { .kind = KIND_PATH },
		 { .kind = KIND_PATH },
		 { .kind = KIND_PATH },
		 { .kind = KIND_PATH },
		 { .kind = KIND_PATH } },
};
static const struct sysdesc_row execve_row = {
	.name = "execve",
	.narg = 1,
	.effect = EFFECT_EXEC,
	.arg = { { .kind = KIND_PATH } },
};

static struct fake *fake_paths(const struct sysdesc_row *row)
{
	struct fake *fake = fake_new(row);

	fake->policy.facilities = KTRFAC(KTR_NAMEI);
	return fake;
}

static void test_two_in_one_read(void **state)
{
	struct fake *fake = fake_paths(&rename_row);

	(void)state;
	fake_map_text(fake, 0x1000, "old");
	fake_map_text(fake, 0x2000, "new/name");
	fake->call.args[0] = 0x1000;
	fake->call.args[1] = 0x2000;
	fake_entry(fake);
	assert_int_equal(fake->reads, 1);
	assert_int_equal(fake->records, 2);
	fake_assert_record(fake, 0, KTR_NAMEI, "old", 3);
	fake_assert_record(fake, 1, KTR_NAMEI, "new/name", 8);
	assert_int_equal(fake->call.unread_paths, 0);
	fake_exit(fake, 0);
	assert_int_equal(fake->reads, 1);
	fake_free(fake);
}

static void test_directories(void **state)
{
	struct fake *fake = fake_paths(&renameat_row);

	(void)state;
	fake_map_text(fake, 0x1000, "a");
	fake_map_text(fake, 0x2000, "bc");
	fake->call.args[0] = 5;
	fake->call.args[1] = 0x1000;
	fake->call.args[2] = 0xffffff9c; /* AT_FDCWD without upper half */
	fake->call.args[3] = 0x2000;
	fake_entry(fake);
	assert_int_equal(fake->names, 2);
	assert_int_equal(fake->name[0].arg, 1);
	assert_int_equal(fake->name[0].dirfd, 5);
	assert_string_equal(fake->name[0].path, "a");
	assert_int_equal(fake->name[0].after, 1);
	assert_int_equal(fake->name[1].arg, 3);
	assert_int_equal(fake->name[1].dirfd, -100);
	assert_string_equal(fake->name[1].path, "bc");
	assert_int_equal(fake->name[1].after, 2);
	fake_free(fake);
}

/* A directory is that of the next path, whether that one is there or not. */
static void test_directory_of_next_only(void **state)
{
	struct fake *fake = fake_paths(&swapped_row);

	(void)state;
	fake_map_text(fake, 0x2000, "x");
	fake->call.args[0] = 5;
	fake->call.args[2] = 0x2000;
	fake_entry(fake);
	assert_int_equal(fake->names, 1);
	assert_int_equal(fake->name[0].arg, 2);
	assert_int_equal(fake->name[0].dirfd, CAPTURE_NO_DIRFD);
	fake_free(fake);
}

static void test_empty_and_null(void **state)
{
	struct fake *fake = fake_paths(&rename_row);

	(void)state;
	fake_map_text(fake, 0x1000, "");
	fake->call.args[0] = 0x1000;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	fake_assert_record(fake, 0, KTR_NAMEI, "", 0);
	assert_int_equal(fake->call.unread_paths, 0);
	fake_free(fake);

	fake = fake_paths(&rename_row);
	fake_entry(fake);
	assert_int_equal(fake->reads, 0);
	assert_int_equal(fake->records, 0);
	fake_free(fake);
}

static void test_narrow_pointer(void **state)
{
	struct fake *fake = fake_paths(&rename_row);

	(void)state;
	fake_map_text(fake, 0x1000, "narrow");
	fake->call.word = 4;
	fake->call.args[0] = UINT64_C(0xdead000000001000);
	fake_entry(fake);
	fake_assert_record(fake, 0, KTR_NAMEI, "narrow", 6);
	fake_free(fake);
}

/*
 * A path of length bytes at address, in memory that ends right behind its NUL
 * and, with_nul being false, where its NUL would be.
 */
static void check_length(uint64_t address, size_t length, bool with_nul,
			 size_t expected, unsigned reads, bool is_told)
{
	struct fake *fake = fake_paths(&rename_row);
	char *path = malloc(length + 1);

	assert_non_null(path);
	for (size_t i = 0; i < length; i++)
		path[i] = (char)('a' + i % 26);
	path[length] = 0;
	fake_map(fake, address, path, length + (with_nul ? 1 : 0));
	fake->call.args[1] = address;
	if (!is_told)
		fake->sink.named = NULL;
	fake_entry(fake);
	assert_int_equal(fake->reads, reads);
	if (expected == SIZE_MAX) {
		assert_int_equal(fake->records, 0);
		assert_int_equal(fake->names, 0);
		assert_int_equal(fake->call.unread_paths, 1u << 1);
	} else {
		assert_int_equal(fake->records, 1);
		fake_assert_record(fake, 0, KTR_NAMEI, path, expected);
		assert_int_equal(fake->names, is_told ? 1 : 0);
		if (is_told)
			assert_int_equal(fake->name[0].length, expected);
		if (is_told)
			assert_memory_equal(fake->name[0].path, path, expected);
		assert_int_equal(fake->call.unread_paths, 0);
	}
	free(path);
	fake_free(fake);
}

static void test_lengths(void **state)
{
	const struct {
		uint64_t address;
		size_t length;
		bool with_nul;
		size_t expected; /* SIZE_MAX: no record */
		unsigned reads;
	} rows[] = {
		{ 0x1000, 7, true, 7, 1 },
		{ 0x1000, 8, true, 8, 1 },
		{ 0x1003, 255, true, 255, 1 },
		{ 0x1000, 256, true, 256, 2 },
		{ 0x1000, 257, true, 257, 2 },
		{ 0x1000, 4095, true, 4095, 2 },
		{ 0x1001, 4095, true, 4095, 2 },
		/* Over the edge of a page, and right up to it. */
		{ 0x1ffe, 10, true, 10, 2 },
		{ 0x1fff, 1, true, 1, 2 },
		{ 0x1ff0, 15, true, 15, 1 },
		{ 0x1fff, 0, true, 0, 1 },
		{ 0x1fff, 4094, true, 4094, 2 },
		{ 0x1fff, 4095, true, 4095, 2 },
		/* No NUL where one must be: the first bytes are kept. */
		{ 0x1000, 4096, true, 4096, 2 },
		{ 0x1234, 4096, false, 4096, 2 },
		{ 0x1234, 9000, true, 4096, 2 },
		/* Memory ends before the NUL. */
		{ 0x1ff0, 16, false, SIZE_MAX, 2 },
		{ 0x1000, 1, false, SIZE_MAX, 1 },
		{ 0x1000, 255, false, SIZE_MAX, 1 },
		{ 0x1000, 256, false, SIZE_MAX, 2 },
		{ 0x1000, 4095, false, SIZE_MAX, 2 },
		{ 0x1f00, 256, false, SIZE_MAX, 2 },
		/* At both ends of the address space. */
		{ 1, 9, true, 9, 1 },
		{ UINT64_MAX - 9, 9, true, 9, 1 },
		{ UINT64_MAX - 9, 10, false, SIZE_MAX, 2 },
		{ UINT64_C(0xffff800000000000), 0, false, SIZE_MAX, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_length(rows[i].address, rows[i].length, rows[i].with_nul,
			     rows[i].expected, rows[i].reads, true);
		check_length(rows[i].address, rows[i].length, rows[i].with_nul,
			     rows[i].expected, rows[i].reads, false);
	}
}

static void test_six(void **state)
{
	struct fake *fake = fake_paths(&crowd_row);
	char path[6][400];

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		memset(path[i], 'a' + (int)i, 300);
		path[i][i % 2 ? 300 : 3] = 0;
		fake->call.args[i] = 0x1000 * (i + 1);
		fake_map(fake, fake->call.args[i], path[i], 301);
	}
	fake_entry(fake);
	assert_int_equal(fake->records, 6);
	assert_int_equal(fake->reads, 1 + 3);
	for (unsigned i = 0; i < 6; i++)
		fake_assert_record(fake, i, KTR_NAMEI, path[i],
				   i % 2 ? 300 : 3);
	fake_free(fake);
}

/* One path faults at the entry, and the call itself brings its page in. */
static void test_read_again(void **state)
{
	struct fake *fake = fake_paths(&renameat_row);

	(void)state;
	fake_map_text(fake, 0x1000, "there");
	fake->call.args[0] = 7;
	fake->call.args[1] = 0x5000;
	fake->call.args[2] = 8;
	fake->call.args[3] = 0x1000;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	fake_assert_record(fake, 0, KTR_NAMEI, "there", 5);
	assert_int_equal(fake->call.unread_paths, 1u << 1);

	fake_map_text(fake, 0x5000, "late");
	fake_exit(fake, -2);
	assert_int_equal(fake->records, 2);
	fake_assert_record(fake, 1, KTR_NAMEI, "late", 4);
	assert_int_equal(fake->name[1].arg, 1);
	assert_int_equal(fake->name[1].dirfd, 7);
	assert_int_equal(fake->call.unread_paths, 0);
	fake_exit(fake, -2);
	assert_int_equal(fake->records, 2);
	fake_free(fake);
}

static void test_faults_twice(void **state)
{
	struct fake *fake = fake_paths(&rename_row);

	(void)state;
	fake->call.args[0] = 0x1000;
	fake->call.args[1] = 0x2ffe;
	fake_map(fake, 0x2ffe, "ab", 2);
	fake_entry(fake);
	fake_exit(fake, -14);
	assert_int_equal(fake->records, 0);
	assert_int_equal(fake->names, 0);
	assert_int_equal(fake->call.unread_paths, 0);
	fake_free(fake);
}

/* Memory that goes while it is read: the ends of a path are no path. */
static void test_hole_in_the_middle(void **state)
{
	struct fake *fake = fake_paths(&rename_row);
	char path[256];

	(void)state;
	memset(path, 'a', sizeof(path));
	fake_map(fake, 0x1800, path, sizeof(path));
	fake_map_text(fake, 0x2000, "b");
	fake->call.args[0] = 0x1800;
	fake_entry(fake);
	assert_int_equal(fake->records, 0);
	assert_int_equal(fake->call.unread_paths, 1);
	fake_free(fake);
}

/* Behind an exec that worked there is other memory at the same address. */
static void test_not_after_exec(void **state)
{
	struct fake *fake = fake_paths(&execve_row);

	(void)state;
	fake->call.args[0] = 0x1000;
	fake_entry(fake);
	assert_int_equal(fake->call.unread_paths, 1);
	fake_map_text(fake, 0x1000, "of the new program");
	fake_exit(fake, 0);
	assert_int_equal(fake->records, 0);
	fake_exit(fake, -2);
	assert_int_equal(fake->records, 1);
	fake_free(fake);
}

static void test_refused(void **state)
{
	struct fake *fake = fake_paths(&rename_row);
	char path[300];

	(void)state;
	memset(path, 'p', sizeof(path));
	path[299] = 0;
	fake_map(fake, 0x1000, path, sizeof(path));
	fake_map_text(fake, 0x3000, "short");
	fake->call.args[0] = 0x1000;
	fake->call.args[1] = 0x3000;
	fake->refused = KTRFAC(KTR_NAMEI);
	fake_entry(fake);
	assert_int_equal(fake->refusals, 2);
	assert_int_equal(fake->names, 0);
	/* Lost is not unread: the exit does not try again. */
	assert_int_equal(fake->call.unread_paths, 0);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_in_one_read),
		cmocka_unit_test(test_directories),
		cmocka_unit_test(test_directory_of_next_only),
		cmocka_unit_test(test_empty_and_null),
		cmocka_unit_test(test_narrow_pointer),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_six),
		cmocka_unit_test(test_read_again),
		cmocka_unit_test(test_faults_twice),
		cmocka_unit_test(test_hole_in_the_middle),
		cmocka_unit_test(test_not_after_exec),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
