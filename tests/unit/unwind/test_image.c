/*
 * Headers of ELF files: those of this program, and any damage to them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/auxv.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "unwind/image.h"

struct bytes_of {
	const uint8_t *data;
	size_t length;
};

static size_t read_bytes(void *context, uint64_t position, void *to,
			 size_t length)
{
	const struct bytes_of *bytes = context;

	if (position > bytes->length || length > bytes->length - position)
		return 0;
	memcpy(to, bytes->data + position, length);
	return length;
}

static int parse(struct image_elf *ret, const uint8_t *data, size_t length)
{
	struct bytes_of bytes = { data, length };
	const struct image_source source = { .context = &bytes,
					     .read = read_bytes };

	return image_parse(ret, &source);
}

/* What the kernel maps into every process: a whole file, in memory. */
static const uint8_t *own_vdso(void)
{
	return (const uint8_t *)getauxval(AT_SYSINFO_EHDR);
}

#define VDSO_LENGTH 4096

static void test_vdso(void **state)
{
	struct image_elf elf;

	(void)state;
	if (!own_vdso())
		skip();
	assert_int_equal(parse(&elf, own_vdso(), VDSO_LENGTH), 0);
	assert_false(elf.is_narrow);
	assert_true(elf.load_count > 0);
	assert_true(elf.build_id_length > 0);
#ifdef __x86_64__ /* others have no table in it */
	assert_true(elf.table_count > 0);
	assert_true(elf.table_address > elf.header_address);
#endif
}

/* Whatever bytes are changed, and however short it is: no crash, and nothing
 * beyond the bounds that are promised. */
static void test_damaged(void **state)
{
	uint8_t copy[VDSO_LENGTH];
	struct image_elf elf;

	(void)state;
	if (!own_vdso())
		skip();
	for (size_t length = 0; length < 1024; length += 3)
		parse(&elf, own_vdso(), length);
	for (size_t at = 0; at < 1024; at++) {
		static const uint8_t damage[] = { 0, 1, 0x7f, 0xff };

		memcpy(copy, own_vdso(), sizeof(copy));
		for (size_t i = 0; i < sizeof(damage); i++) {
			copy[at] = damage[i];
			if (parse(&elf, copy, sizeof(copy)) < 0)
				continue;
			assert_in_range(elf.load_count, 1, IMAGE_LOADS_MAX);
			assert_in_range(elf.build_id_length, 0,
					IMAGE_BUILD_ID_MAX);
		}
	}
}

static void test_no_elf(void **state)
{
	static const uint8_t text[256] = "#!/bin/sh\n";
	struct image_elf elf = { .load_count = 7 };

	(void)state;
	assert_int_equal(parse(&elf, text, sizeof(text)), -ENOEXEC);
	assert_int_equal(elf.load_count, 7);
}

static void test_bias(void **state)
{
	const struct image_elf elf = {
		.load_count = 2,
		.loads = { { 0x0, 0x400000, 0x1800, false },
			   { 0x1800, 0x402800, 0x500, true } },
	};
	uint64_t bias;

	(void)state;
	assert_true(image_bias(&elf, 0x7f0000000000, 0, false, &bias));
	assert_int_equal(bias, 0x7f0000000000 - 0x400000);
	/* One page of the file is in both: rights tell which is meant. */
	assert_true(image_bias(&elf, 0x7f0000002000, 0x1000, true, &bias));
	assert_int_equal(bias, 0x7f0000002000 + 0x800 - 0x402800);
	assert_false(image_bias(&elf, 0x7f0000002000, 0x9000, true, &bias));
}

/* ---- the cache ---- */

static struct image_key key_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return (struct image_key){ .device = status.st_dev,
				   .inode = status.st_ino,
				   .tid = getpid(),
				   .path = path };
}

static void test_cache(void **state)
{
	struct image_cache *cache = image_cache_new();
	struct image_key key = key_of("/proc/self/exe");
	char path[4096];
	uint8_t magic[SELFMAG];
	struct image *image;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	(void)state;
	assert_true(n > 0);
	path[n] = '\0';
	key.path = path;
	image = image_get(cache, &key);
	assert_non_null(image);
	assert_ptr_equal(image_get(cache, &key), image);
	assert_true(image_read(image, 0, magic, sizeof(magic)));
	assert_memory_equal(magic, ELFMAG, SELFMAG);
	assert_false(image_read(image, (uint64_t)image_size(image) - 1, magic,
				sizeof(magic)));
	assert_false(image_read(image, UINT64_MAX, magic, sizeof(magic)));
	image_put(cache, image);
	image_put(cache, image);
	image_cache_free(cache);
}

/* Another file, no file, no ELF file: none of them is taken for the one that is
 * mapped. */
static void test_others(void **state)
{
	struct image_cache *cache = image_cache_new();
	struct image_key key = key_of("/proc/self/exe");

	(void)state;
	key.path = "/etc/passwd";
	assert_null(image_get(cache, &key));
	key.path = "/no/such/file";
	assert_null(image_get(cache, &key));
	key.path = "[vdso]";
	assert_null(image_get(cache, &key));
	key = key_of("/etc/passwd");
	assert_null(image_get(cache, &key));
	assert_null(image_get(cache, &key));
	key = key_of("/dev/null");
	assert_null(image_get(cache, &key));
	image_cache_free(cache);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vdso),   cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_no_elf), cmocka_unit_test(test_bias),
		cmocka_unit_test(test_cache),  cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
