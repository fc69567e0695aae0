/*
 * Names in this very program; and files that are not what was recorded, or no
 * files at all, in which nothing is named, and which keep nobody waiting.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <link.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/array.h"
#include "base/text.h"
#include "symbol/symbol.h"

#define NOWHERE "/no/such/directory"

/* Who this program is, as a trace would say it. */
struct self {
	char path[PATH_MAX];
	char build_id[129];
	uint64_t bias;
};

static size_t aligned(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

static void take_note(struct self *self, const uint8_t *at, size_t length)
{
	ElfW(Nhdr) note;

	while (length >= sizeof(note)) {
		size_t whole;

		memcpy(&note, at, sizeof(note));
		whole = sizeof(note) + aligned(note.n_namesz) +
			aligned(note.n_descsz);
		if (note.n_type == NT_GNU_BUILD_ID)
			for (size_t i = 0; i < note.n_descsz && i < 64; i++)
				snprintf(
				    self->build_id + 2 * i, 3, "%02x",
				    at[whole - aligned(note.n_descsz) + i]);
		if (whole > length)
			return;
		at += whole;
		length -= whole;
	}
}

/* The first that is visited is the program. */
static int visit(struct dl_phdr_info *info, size_t size, void *context)
{
	struct self *self = context;

	(void)size;
	self->bias = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			take_note(self,
				  (const uint8_t *)(info->dlpi_addr +
						    info->dlpi_phdr[i].p_vaddr),
				  info->dlpi_phdr[i].p_memsz);
	return 1;
}

static void find_self(struct self *self)
{
	ssize_t n;

	memset(self, 0, sizeof(*self));
	n = readlink("/proc/self/exe", self->path, sizeof(self->path) - 1);
	assert_true(n > 0);
	dl_iterate_phdr(visit, self);
}

static struct symbol_file file_of(const struct self *self)
{
	struct symbol_file file = { .path = self->path,
				    .build_id = self->build_id,
				    .size = -1,
				    .changed_ns = -1 };
	struct stat status;

	if (!self->build_id[0] && !stat(self->path, &status)) {
		file.size = status.st_size;
		file.changed_ns = status.st_mtim.tv_sec * INT64_C(1000000000) +
				  status.st_mtim.tv_nsec;
	}
	return file;
}

static uint64_t address_of(const struct self *self, void (*function)(void **))
{
	return (uint64_t)(uintptr_t)function - self->bias;
}

static void test_self(void **state)
{
	const struct symbol_frame *frames;
	struct symbol_finder *finder;
	struct symbol_module *module;
	struct symbol_file file;
	struct self self;

	(void)state;
	find_self(&self);
	file = file_of(&self);
	assert_int_equal(symbol_open(&finder, NOWHERE), 0);
	module = symbol_module(finder, &file);
	assert_non_null(module);
	assert_null(symbol_problem(module));
	/* Twice: what was found is kept. */
	for (int i = 0; i < 2; i++) {
		assert_true(symbol_find(module, address_of(&self, test_self),
					false, &frames) > 0);
		assert_string_equal(frames[0].function, "test_self");
		assert_int_equal(frames[0].offset, 0);
		assert_false(frames[0].is_inlined);
	}
	/* A call that returns there was made by what stands in front. */
	assert_true(symbol_find(module, address_of(&self, test_self) + 1, true,
				&frames) > 0);
	assert_string_equal(frames[0].function, "test_self");
	assert_int_equal(frames[0].offset, 1);
	assert_int_equal(symbol_find(module, UINT64_MAX / 4, false, &frames),
			 0);
	assert_ptr_equal(symbol_module(finder, &file), module);
	symbol_close(finder);
}

static void test_others(void **state)
{
	static const char *const paths[] = {
		"",
		"[vdso]",
		"relative",
		"/no/such/file",
		"/",
		"/dev/null",
		"/proc/kmsg",
		"/proc/self/maps",
		"/etc/passwd",
		"/dev/tty",
	};
	struct symbol_finder *finder;

	(void)state;
	assert_int_equal(symbol_open(&finder, NOWHERE "::" NOWHERE), 0);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		static const char *const ids[] = { "", "0", "../../etc",
						   "0123456789" };

		for (size_t j = 0; j < ARRAY_LEN(ids); j++) {
			const struct symbol_file file = { .path = paths[i],
							  .build_id = ids[j] };
			struct symbol_module *module = symbol_module(finder,
								     &file);
			const struct symbol_frame *frames;

			assert_non_null(module);
			assert_int_equal(
			    symbol_find(module, 0x1000, true, &frames), 0);
			if (paths[i][0] == '/')
				assert_non_null(symbol_problem(module));
		}
	}
	symbol_close(finder);
}

/* The same path, but another file was recorded; and a FIFO, which nobody ever
 * opens at its other end. */
static void test_replaced(void **state)
{
	char folder[] = "/tmp/test_symbol.XXXXXX";
	char path[sizeof(folder) + 8];
	struct symbol_finder *finder;
	struct symbol_module *module;
	struct symbol_file file;
	struct self self;

	(void)state;
	find_self(&self);
	assert_int_equal(symbol_open(&finder, NOWHERE), 0);
	file = file_of(&self);
	file.build_id = "00112233";
	module = symbol_module(finder, &file);
	assert_non_null(module);
	assert_non_null(symbol_problem(module));
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	file.path = path;
	module = symbol_module(finder, &file);
	assert_non_null(module);
	assert_string_equal(symbol_problem(module), "there is no such file");
	unlink(path);
	rmdir(folder);
	symbol_close(finder);
}

/* More files than are kept. */
static void test_many(void **state)
{
	struct symbol_finder *finder;

	(void)state;
	assert_int_equal(symbol_open(&finder, NOWHERE), 0);
	for (int i = 0; i < 1000; i++) {
		char path[32];
		const struct symbol_file file = { .path = path,
						  .build_id = "" };

		snprintf(path, sizeof(path), "/no/such/%d", i % 700);
		assert_non_null(symbol_module(finder, &file));
	}
	symbol_close(finder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
