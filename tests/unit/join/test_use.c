/* What calls do with what they name, by their rows and flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/array.h"
#include "base/text.h"
#include "join/call.h"
#include "join/use.h"

/* x86-64's numbers */
enum {
	READ = 0,
	STAT = 4,
	MMAP = 9,
	EXECVE = 59,
	TRUNCATE = 76,
	FTRUNCATE = 77,
	CHDIR = 80,
	RENAME = 82,
	MKDIR = 83,
	CREAT = 85,
	LINK = 86,
	UNLINK = 87,
	FCHMOD = 91,
	MOUNT = 165,
	OPENAT = 257,
	OPENAT2 = 437,
};

static const struct use_case {
	int64_t number;
	uint64_t args[4];
	int32_t error;
	unsigned index;
	const char *wanted;
} cases[] = {
	{ OPENAT, { 0, 1, O_RDONLY }, 0, 1, "read" },
	{ OPENAT, { 0, 1, O_WRONLY }, 0, 1, "written" },
	{ OPENAT, { 0, 1, O_RDWR }, 0, 1, "read written" },
	{ OPENAT, { 0, 1, O_ACCMODE }, 0, 1, "" },
	{ OPENAT, { 0, 1, O_RDONLY | O_TRUNC }, 0, 1, "read written" },
	{ OPENAT, { 0, 1, O_WRONLY | O_CREAT }, 0, 1, "written ensured" },
	{ OPENAT, { 0, 1, O_WRONLY | O_CREAT | O_EXCL }, 0, 1, "written made" },
	{ OPENAT, { 0, 1, O_PATH }, 0, 1, "asked" },
	{ OPENAT, { 0, 1, O_TMPFILE | O_RDWR }, 0, 1, "asked" },
	{ OPENAT, { 0, 1, O_DIRECTORY }, 0, 1, "read" },
	{ OPENAT, { 0, 1, O_RDONLY }, ENOENT, 1, "" },
	{ OPENAT, { 0, 1, O_RDONLY }, KTR_ERESTART, 1, "" },
	{ OPENAT, { 0, 1, O_RDONLY }, 0, 0, "" },
	/* Its flags are in a structure, which was not captured. */
	{ OPENAT2, { 0, 1, 0, 24 }, 0, 1, "asked" },
	{ CREAT, { 1 }, 0, 0, "written ensured" },
	{ STAT, { 1 }, 0, 0, "asked" },
	{ TRUNCATE, { 1 }, 0, 0, "written" },
	{ FTRUNCATE, { 3 }, 0, 0, "written" },
	{ FCHMOD, { 3 }, 0, 0, "changed" },
	{ READ, { 3 }, 0, 0, "" },
	{ EXECVE, { 1 }, 0, 0, "ran" },
	{ EXECVE, { 1 }, KTR_EJUSTRETURN, 0, "ran" },
	{ EXECVE, { 1 }, EACCES, 0, "" },
	{ CHDIR, { 1 }, 0, 0, "entered" },
	{ MKDIR, { 1 }, 0, 0, "made" },
	{ UNLINK, { 1 }, 0, 0, "removed" },
	{ RENAME, { 1, 2 }, 0, 0, "removed renamed" },
	{ RENAME, { 1, 2 }, 0, 1, "ensured renamed" },
	{ LINK, { 1, 2 }, 0, 0, "linked" },
	{ LINK, { 1, 2 }, 0, 1, "made" },
	{ MOUNT, { 0, 1 }, 0, 1, "mounted" },
};

static void must_be(unsigned used, const char *wanted, size_t row)
{
	struct text text = TEXT_INIT;

	for (unsigned bit = 0; bit < USED_BITS; bit++) {
		if (!(used & 1u << bit))
			continue;
		text_put(&text, text.length ? " " : "");
		text_put(&text, use_name(bit));
	}
	if (strcmp(text_string(&text), wanted) != 0)
		fail_msg("case %zu: \"%s\", not \"%s\"", row,
			 text_string(&text), wanted);
	text_done(&text);
}

static struct call call_of(const struct use_case *one)
{
	struct call call = {
		.abi = SYSDESC_X86_64,
		.number = one->number,
		.row = sysdesc_find(SYSDESC_X86_64, one->number),
		.has_returned = true,
		.exit.sysret.error = one->error,
	};

	assert_non_null(call.row);
	call.arg_count = call.row->narg;
	memcpy(call.args, one->args, sizeof(one->args));
	return call;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct call call = call_of(&cases[i]);

		must_be(use_of(&call, cases[i].index), cases[i].wanted, i);
		call.has_returned = false;
		must_be(use_of(&call, cases[i].index), "", i);
	}
}

/* Files that are mapped to be run; not what is read, nor what is no file. */
static void test_maps(void **state)
{
	struct call call = call_of(&(struct use_case){ .number = MMAP });

	(void)state;
	call.args[2] = PROT_READ;
	call.args[3] = MAP_PRIVATE;
	must_be(use_of(&call, 4), "", 0);
	call.args[2] |= PROT_EXEC;
	must_be(use_of(&call, 4), "mapped", 1);
	call.args[3] |= MAP_ANONYMOUS;
	must_be(use_of(&call, 4), "", 2);
}

static void test_letters(void **state)
{
	(void)state;
	for (unsigned one = 0; one < USED_BITS; one++)
		for (unsigned other = 0; other < one; other++)
			assert_int_not_equal(use_letter(one),
					     use_letter(other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
