/*
 * Mounts that a process serves, by their lines in mountinfo.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/array.h"
#include "unwind/served.h"

#define MOUNTS                                                                 \
	"22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"            \
	"30 22 0:45 / /home/a/fuse rw - fuse.sshfs host: rw,user_id=0\n"       \
	"31 22 0:46 /sub /mnt rw shared:7 master:2 - fuse x rw\n"              \
	"32 22 8:17 / /media rw - fuseblk /dev/sdb1 rw\n"                      \
	"33 22 0:47 / /fuse rw - tmpfs fuse rw\n"                              \
	"34 22 broken\n"                                                       \
	"35 22 0:48 / /x rw fuse"

static const struct served_case {
	unsigned major;
	unsigned minor;
	bool is_served;
} cases[] = {
	{ 254, 1, false }, { 0, 45, true },  { 0, 46, true },  { 8, 17, true },
	{ 0, 47, false },  { 0, 48, false }, { 0, 49, false },
};

static void test_mounts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char mounts[] = MOUNTS;

		assert_int_equal(
		    served_by_mounts(mounts,
				     makedev(cases[i].major, cases[i].minor)),
		    cases[i].is_served);
	}
}

/* The memory of devices is short; what falls out is asked for again. */
static void test_own(void **state)
{
	struct served served = { 0 };
	struct stat status;

	(void)state;
	assert_int_equal(stat("/proc/self/exe", &status), 0);
	for (int round = 0; round < 2; round++) {
		assert_false(served_is(&served, status.st_dev, getpid()));
		for (unsigned i = 0; i < 2 * SERVED_KNOWN; i++)
			assert_false(
			    served_is(&served, makedev(4000, i), getpid()));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
