/*
 * What the arguments of ktrace(2) ask for, and which ask for nothing.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ktrace-u/ktrace.h>

#include "base/array.h"
#include "lib/change.h"

static const struct row {
	int ops;
	int facilities;
	pid_t pid;
	int error;
	struct targets targets;
	uint32_t kept;
} rows[] = {
	{ KTROP_SET, 2, 7, 0, { .pid = 7 }, 2 },
	{ KTROP_SET, 2, -7, 0, { .pgid = 7 }, 2 },
	{ KTROP_CLEAR | KTRFLAG_DESCEND,
	  2,
	  7,
	  0,
	  { .pid = 7, .descendants = true },
	  2 },
	/* G18: nobody. */
	{ KTROP_SET, 2, 0, 0, { 0 }, 2 },
	{ KTROP_SET, 2, INT_MIN, 0, { 0 }, 2 },
	{ 3, 2, 7, -EINVAL, { 0 }, 0 },
	{ 3 | KTRFLAG_DESCEND, 2, 7, -EINVAL, { 0 }, 0 },
	/* What is above the operation and its flag is not looked at. */
	{ 0x100 | KTROP_CLEAR, 2, 7, 0, { .pid = 7 }, 2 },
	/* G16: the mask and INHERIT are taken, and nothing else. */
	{ KTROP_SET, -1, 7, 0, { .pid = 7 }, KTRFAC_MASK | KTRFAC_INHERIT },
	{ KTROP_SET, (int)KTRFAC_INHERIT, 7, 0, { .pid = 7 }, KTRFAC_INHERIT },
	{ KTROP_SET, (int)KTRFAC_ROOT, 7, -EINVAL, { 0 }, 0 },
	{ KTROP_CLEAR, 0x3f000000, 7, -EINVAL, { 0 }, 0 },
	{ KTROP_SET, 0, 7, -EINVAL, { 0 }, 0 },
	{ KTROP_CLEAR, 0, 7, -EINVAL, { 0 }, 0 },
	{ KTROP_CLEARFILE, 0, 7, 0, { .pid = 7 }, 0 },
};

static void arguments(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct change change = { .facilities = 0xabcd };

		print_message("row %zu\n", i);
		assert_int_equal(
		    change_make(&change, row->ops, row->facilities, row->pid),
		    row->error);
		if (row->error) {
			assert_int_equal(change.facilities, 0xabcd);
			continue;
		}
		assert_int_equal(change.facilities, row->kept);
		assert_int_equal(change.targets.pid, row->targets.pid);
		assert_int_equal(change.targets.pgid, row->targets.pgid);
		assert_int_equal(change.targets.descendants,
				 row->targets.descendants);
		assert_true(change.targets.ourselves);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
