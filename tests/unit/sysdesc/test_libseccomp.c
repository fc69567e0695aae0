/*
 * Numbers and names against those of libseccomp, for every number that it
 * knows. Libraries: libseccomp
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <seccomp.h>

#include "base/array.h"
#include "sysdesc/sysdesc.h"

static const struct arch {
	enum sysdesc_abi abi;
	uint32_t token;
	int bit;
} archs[] = {
	{ SYSDESC_X86_64, SCMP_ARCH_X86_64, 0 },
	{ SYSDESC_I386, SCMP_ARCH_X86, 0 },
	{ SYSDESC_X32, SCMP_ARCH_X32, SYSDESC_X32_BIT },
	{ SYSDESC_AARCH64, SCMP_ARCH_AARCH64, 0 },
};

/* False when libseccomp has a name for the number and the row another. */
static bool agrees(const struct arch *arch, int number, const char *name)
{
	const struct sysdesc_row *row = sysdesc_find(arch->abi, number);

	if (row && strcmp(row->name, name) == 0)
		return true;
	print_error("%s %d: libseccomp says %s, the table says %s\n",
		    sysdesc_abi_name(arch->abi), number, name,
		    row ? row->name : "nothing");
	return false;
}

static void numbers_have_the_names_of_libseccomp(void **state)
{
	unsigned faults = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(archs); i++) {
		unsigned known = 0;

		for (int n = 0; n < 1000; n++) {
			int number = n | archs[i].bit;
			char *name = seccomp_syscall_resolve_num_arch(
			    archs[i].token, number);

			if (!name)
				continue;
			known++;
			faults += !agrees(&archs[i], number, name);
			free(name);
		}
		print_message("%s: libseccomp knows %u numbers\n",
			      sysdesc_abi_name(archs[i].abi), known);
		assert_true(known > 250);
	}
	assert_int_equal(faults, 0);
}

/* Where libseccomp has a real number for our name, it is our number. */
static void names_have_the_numbers_of_libseccomp(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(archs); i++) {
		for (unsigned n = 0; n < sysdesc_count(); n++) {
			const struct sysdesc_row *row = sysdesc_row(n);
			int64_t ours = sysdesc_number(archs[i].abi, row);
			int theirs = seccomp_syscall_resolve_name_arch(
			    archs[i].token, row->name);

			if (ours != -1 && theirs >= 0)
				assert_int_equal(ours, theirs);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_the_names_of_libseccomp),
		cmocka_unit_test(names_have_the_numbers_of_libseccomp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
