/*
 * The maps of this program: found by address, kept while nothing changes, read
 * again when it does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include <sys/mman.h>

#include "unwind/image.h"
#include "unwind/maps.h"
#include "unwind/pages.h"

static size_t read_own(void *context, uint64_t address, void *to, size_t length)
{
	(void)context;
	memcpy(to, (const void *)(uintptr_t)address, length);
	return length;
}

struct fixture {
	struct maps maps;
	struct unwind_memory memory;
	struct pages pages;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		return -1;
	fixture->maps.cache = image_cache_new();
	fixture->memory.read = read_own;
	pages_begin(&fixture->pages, &fixture->memory);
	*state = fixture;
	return fixture->maps.cache ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	maps_done(&fixture->maps);
	image_cache_free(fixture->maps.cache);
	free(fixture);
	return 0;
}

static uint64_t own_code(void)
{
	return (uint64_t)(uintptr_t)own_code;
}

static void test_finds(void **state)
{
	struct fixture *fixture = *state;
	const struct image_elf *elf;
	struct maps_map *map;

	assert_int_equal(maps_read(&fixture->maps, getpid()), 1);
	assert_int_equal(maps_read(&fixture->maps, getpid()), 0);
	map = maps_find(&fixture->maps, own_code());
	assert_non_null(map);
	assert_true(map->map.is_executable);
	assert_non_null(strstr(map->map.path, "maps"));
	elf = maps_elf(&fixture->maps, map, getpid(), &fixture->pages);
	assert_non_null(elf);
	assert_true(elf->table_count > 0);
	assert_true(own_code() - map->map.bias < 1u << 30);
	assert_null(maps_find(&fixture->maps, 0));
	assert_null(maps_find(&fixture->maps, UINT64_MAX));
}

static void test_changes(void **state)
{
	struct fixture *fixture = *state;
	struct maps *maps = &fixture->maps;
	uint64_t made;
	void *at;

	assert_int_equal(maps_read(maps, getpid()), 1);
	maps_find(maps, own_code())->map.is_told = true;
	at = mmap(NULL, 65536, PROT_READ | PROT_EXEC,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(at, MAP_FAILED);
	made = (uint64_t)(uintptr_t)at;
	assert_null(maps_find(maps, made));
	maps->is_known = false;
	assert_int_equal(maps_read(maps, getpid()), 1);
	assert_non_null(maps_find(maps, made));
	assert_non_null(maps_find(maps, made + 65535));
	/* What was said of the others still is. */
	assert_true(maps_find(maps, own_code())->map.is_told);
	assert_false(maps_find(maps, made)->map.is_told);
	munmap(at, 65536);
}

static void test_ranges(void **state)
{
	struct fixture *fixture = *state;
	struct maps *maps = &fixture->maps;
	const struct unwind_map *map;

	assert_int_equal(maps_read(maps, getpid()), 1);
	map = &maps_find(maps, own_code())->map;
	assert_true(maps_has(maps, map->start, 1));
	assert_true(maps_has(maps, map->end - 1, 1));
	assert_true(maps_has(maps, 0, UINT64_MAX));
	assert_true(maps_has(maps, map->start, UINT64_MAX));
	assert_false(maps_has(maps, 0, 4096));
	assert_false(maps_has(maps, UINT64_MAX - 4096, UINT64_MAX));
}

static void test_nobody(void **state)
{
	struct fixture *fixture = *state;

	assert_true(maps_read(&fixture->maps, 1 << 30) < 0);
	assert_null(maps_find(&fixture->maps, own_code()));
}

int main(void)
{
#define WITH_MAPS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		WITH_MAPS(test_finds),
		WITH_MAPS(test_changes),
		WITH_MAPS(test_ranges),
		WITH_MAPS(test_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
