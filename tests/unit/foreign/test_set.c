/*
 * The flags of other kernels: that a value can be made of them and nothing is
 * named twice, and some that are elsewhere on each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/constant.h"
#include "foreign/set.h"

static const enum record_system systems[] = { RECORD_FREEBSD, RECORD_NETBSD,
					      RECORD_OPENBSD };

/* A row in front takes bits away from those behind it. */
static void check_row(const struct sysdesc_set *set, unsigned index)
{
	const struct sysdesc_constant *row = &set->rows[index];

	assert_int_equal(row->form, FORM_NAME);
	assert_int_equal(row->length, strlen(row->name));
	assert_int_equal(row->value & ~row->mask, 0);
	for (unsigned i = 0; i < index; i++) {
		assert_string_not_equal(set->rows[i].name, row->name);
		assert_false(set->rows[i].mask == row->mask &&
			     set->rows[i].value == row->value);
		/* What names no bits stands in front of what is bits. */
		if (row->value != row->mask)
			assert_true(set->rows[i].value != set->rows[i].mask);
	}
}

static void test_rows(void **state)
{
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(systems); i++)
		for (unsigned family = 0; family < FLAGSET_COUNT; family++) {
			const struct sysdesc_set *set =
			    set_find(systems[i], (enum sysdesc_flagset)family);

			assert_non_null(set);
			if (set == sysdesc_set((enum sysdesc_flagset)family))
				continue;
			count += set->count > 0;
			for (unsigned row = 0; row < set->count; row++)
				check_row(set, row);
		}
	assert_int_equal(count, 3 * 7);
}

static const struct value_case {
	enum sysdesc_abi abi;
	uint8_t kind;
	uint8_t set;
	uint64_t value;
	const char *wanted;
} value_cases[] = {
	{ SYSDESC_X86_64, KIND_FLAGS, FLAGSET_OPEN, 0x80000,
	  "O_RDONLY|O_CLOEXEC" },
	{ SYSDESC_FREEBSD, KIND_FLAGS, FLAGSET_OPEN, 0x100201,
	  "O_WRONLY|O_CREAT|O_CLOEXEC" },
	{ SYSDESC_NETBSD32, KIND_FLAGS, FLAGSET_OPEN, 0x400001,
	  "O_WRONLY|O_CLOEXEC" },
	{ SYSDESC_OPENBSD, KIND_FLAGS, FLAGSET_OPEN, 0x10002,
	  "O_RDWR|O_CLOEXEC" },
	{ SYSDESC_OPENBSD, KIND_FLAGS, FLAGSET_OPEN, 0x80000000,
	  "O_RDONLY|0x80000000" },
	{ SYSDESC_NETBSD, KIND_FLAGS, FLAGSET_PROT, 0xb,
	  "PROT_READ|PROT_WRITE|0x8" },
	{ SYSDESC_FREEBSD, KIND_FLAGS, FLAGSET_ACCESS, 0, "F_OK" },
	{ SYSDESC_FREEBSD, KIND_ENUM, FLAGSET_ADDRESS_FAMILY, 28, "AF_INET6" },
	{ SYSDESC_NETBSD, KIND_ENUM, FLAGSET_ADDRESS_FAMILY, 28, "0x1c" },
	{ SYSDESC_NETBSD, KIND_ENUM, FLAGSET_ADDRESS_FAMILY, 24, "AF_INET6" },
	{ SYSDESC_FREEBSD, KIND_SIGNAL, 0, 30, "SIGUSR1" },
	{ SYSDESC_X86_64, KIND_SIGNAL, 0, 30, "SIGPWR" },
	{ SYSDESC_FREEBSD, KIND_SIGNAL, 0, 127, "127" },
	/* What nobody has rows for is a number. */
	{ SYSDESC_FREEBSD, KIND_FLAGS, FLAGSET_CLONE, 0x11, "0x11" },
};

static void test_values(void **state)
{
	struct text text = TEXT_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(value_cases); i++) {
		const struct value_case *one = &value_cases[i];
		const struct constant constant = { one->value, one->abi,
						   one->kind, one->set };

		text_clear(&text);
		constant_put(&text, &constant, CONSTANT_NAMES);
		assert_string_equal(text_string(&text), one->wanted);
	}
	text_done(&text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
