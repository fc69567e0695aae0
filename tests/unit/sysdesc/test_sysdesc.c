/* Rows and numbers, there and back; the ABIs and what the kernel calls them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/audit.h>

#include "base/array.h"
#include "sysdesc/sysdesc.h"

static const struct abi_case {
	enum sysdesc_abi abi;
	const char *name;
	uint32_t audit_arch;
	unsigned word;
	int64_t bit;
	unsigned end;
	unsigned calls;
} abis[] = {
	{ SYSDESC_X86_64, "x86_64", AUDIT_ARCH_X86_64, 8, 0, 471, 384 },
	{ SYSDESC_I386, "i386", AUDIT_ARCH_I386, 4, 0, 471, 460 },
	{ SYSDESC_X32, "x32", AUDIT_ARCH_X86_64, 4, SYSDESC_X32_BIT, 548, 370 },
	{ SYSDESC_AARCH64, "aarch64", AUDIT_ARCH_AARCH64, 8, 0, 471, 326 },
};

static void each_number_leads_to_its_row_and_back(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(abis), SYSDESC_ABI_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(abis); i++) {
		const struct abi_case *at = &abis[i];
		unsigned calls = 0;

		assert_int_equal(sysdesc_number_end(at->abi), at->end);
		for (int64_t n = 0; n < at->end; n++) {
			const struct sysdesc_row *row =
			    sysdesc_find(at->abi, n | at->bit);

			if (!row)
				continue;
			calls++;
			assert_int_equal(sysdesc_number(at->abi, row),
					 n | at->bit);
		}
		assert_int_equal(calls, at->calls);
		assert_non_null(sysdesc_find(at->abi, (at->end - 1) | at->bit));
	}
}

/* Linux 6.18 has given out all of these on x86-64. */
static void no_number_of_x86_64_is_missing(void **state)
{
	(void)state;
	for (int n = 0; n <= 469; n = n == 336 ? 424 : n + 1)
		assert_non_null(sysdesc_find(SYSDESC_X86_64, n));
}

static void each_row_has_its_index(void **state)
{
	(void)state;
	assert_true(sysdesc_count() > 480);
	for (unsigned i = 0; i < sysdesc_count(); i++)
		assert_int_equal(sysdesc_index(sysdesc_row(i)), i);
	assert_null(sysdesc_row(sysdesc_count()));
}

static const struct {
	enum sysdesc_abi abi;
	int64_t number;
} nowhere[] = {
	{ SYSDESC_X86_64, -1 },
	{ SYSDESC_X86_64, INT64_MIN },
	{ SYSDESC_X86_64, INT64_MAX },
	{ SYSDESC_X86_64, 337 },
	{ SYSDESC_X86_64, 471 },
	{ SYSDESC_X86_64, INT64_C(1) << 32 },
	{ SYSDESC_X86_64, SYSDESC_X32_BIT },
	{ SYSDESC_I386, 222 },
	{ SYSDESC_X32, 1 },
	{ SYSDESC_X32, -1 },
	{ SYSDESC_X32, SYSDESC_X32_BIT | 13 },
	{ SYSDESC_X32, SYSDESC_X32_BIT | 548 },
	{ SYSDESC_X32, (INT64_C(1) << 32) | SYSDESC_X32_BIT },
	{ SYSDESC_AARCH64, 244 },
	{ SYSDESC_ABI_UNKNOWN, 0 },
	{ (enum sysdesc_abi)77, 0 },
};

static void other_numbers_lead_nowhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(nowhere); i++)
		assert_null(sysdesc_find(nowhere[i].abi, nowhere[i].number));
	assert_int_equal(sysdesc_number_end(SYSDESC_ABI_UNKNOWN), 0);
	assert_int_equal(sysdesc_number(SYSDESC_ABI_UNKNOWN, sysdesc_row(0)),
			 -1);
}

static void abis_have_names_and_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(abis); i++) {
		const struct abi_case *at = &abis[i];

		assert_string_equal(sysdesc_abi_name(at->abi), at->name);
		assert_int_equal(sysdesc_abi_by_name(at->name), at->abi);
		assert_int_equal(sysdesc_audit_arch(at->abi), at->audit_arch);
		assert_int_equal(sysdesc_word(at->abi), at->word);
		assert_int_equal(sysdesc_abi_of(at->audit_arch, at->bit),
				 at->abi);
	}
	assert_string_equal(sysdesc_abi_name(SYSDESC_ABI_UNKNOWN), "unknown");
	assert_int_equal(sysdesc_abi_by_name("x86"), SYSDESC_ABI_UNKNOWN);
	assert_int_equal(sysdesc_abi_by_name(""), SYSDESC_ABI_UNKNOWN);
	assert_int_equal(sysdesc_abi_by_name("x86_64x"), SYSDESC_ABI_UNKNOWN);
	assert_int_equal(sysdesc_audit_arch(SYSDESC_ABI_UNKNOWN), 0);
}

/* Only bit 30 makes x32 of x86-64: a number of -1 has it too. */
static void x32_is_told_by_its_bit(void **state)
{
	uint32_t arch = AUDIT_ARCH_X86_64;

	(void)state;
	assert_int_equal(sysdesc_abi_of(arch, 0), SYSDESC_X86_64);
	assert_int_equal(sysdesc_abi_of(arch, UINT64_MAX), SYSDESC_X86_64);
	assert_int_equal(sysdesc_abi_of(arch, UINT32_MAX), SYSDESC_X86_64);
	assert_int_equal(sysdesc_abi_of(arch, 0x40000000), SYSDESC_X32);
	assert_int_equal(sysdesc_abi_of(arch, 0x7fffffff), SYSDESC_X32);
	assert_int_equal(sysdesc_abi_of(arch, 0x80000000), SYSDESC_X86_64);
	assert_int_equal(sysdesc_abi_of(AUDIT_ARCH_I386, 0x40000000),
			 SYSDESC_I386);
	assert_int_equal(sysdesc_abi_of(AUDIT_ARCH_ARM, 0),
			 SYSDESC_ABI_UNKNOWN);
	assert_int_equal(sysdesc_abi_of(0, 0), SYSDESC_ABI_UNKNOWN);
}

/* Where ABIs take the arguments of one call in different shapes. */
static const struct {
	enum sysdesc_abi abi;
	int64_t number;
	const char *name;
	unsigned narg;
	unsigned index; /* of this argument */
	const char *arg;
} shapes[] = {
	{ SYSDESC_X86_64, 56, "clone", 5, 4, "tls" },
	{ SYSDESC_I386, 120, "clone", 5, 3, "tls" },
	{ SYSDESC_X32, SYSDESC_X32_BIT | 56, "clone", 5, 4, "tls" },
	{ SYSDESC_AARCH64, 220, "clone", 5, 3, "tls" },
	{ SYSDESC_X86_64, 17, "pread64", 4, 3, "pos" },
	{ SYSDESC_I386, 180, "pread64", 5, 4, "pos_hi" },
	{ SYSDESC_X86_64, 327, "preadv2", 6, 5, "flags" },
	{ SYSDESC_X32, SYSDESC_X32_BIT | 546, "preadv2", 5, 4, "flags" },
	{ SYSDESC_X86_64, 9, "mmap", 6, 0, "addr" },
	{ SYSDESC_I386, 90, "mmap", 1, 0, "arg" },
	{ SYSDESC_I386, 192, "mmap2", 6, 0, "addr" },
	{ SYSDESC_X86_64, 23, "select", 5, 0, "n" },
	{ SYSDESC_I386, 82, "select", 1, 0, "arg" },
	{ SYSDESC_X86_64, 301, "fanotify_mark", 5, 4, "pathname" },
	{ SYSDESC_I386, 339, "fanotify_mark", 6, 5, "pathname" },
};

static void shapes_differ_between_abis(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		const struct sysdesc_row *row = sysdesc_find(shapes[i].abi,
							     shapes[i].number);

		assert_non_null(row);
		assert_string_equal(row->name, shapes[i].name);
		assert_int_equal(row->narg, shapes[i].narg);
		assert_string_equal(row->arg[shapes[i].index].name,
				    shapes[i].arg);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_leads_to_its_row_and_back),
		cmocka_unit_test(no_number_of_x86_64_is_missing),
		cmocka_unit_test(each_row_has_its_index),
		cmocka_unit_test(other_numbers_lead_nowhere),
		cmocka_unit_test(abis_have_names_and_words),
		cmocka_unit_test(x32_is_told_by_its_bit),
		cmocka_unit_test(shapes_differ_between_abis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
