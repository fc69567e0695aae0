/*
 * A file system that is served by a process that is recorded: looking at a file
 * there, the recorder would wait for somebody who waits for the recorder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <unistd.h>

#include <linux/major.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "support/pair.h"
#include "support/privileged.h"

#define FUSE_MINOR 229

/* The user may open no device of the system's. */
static void make_device(const struct run_place *place)
{
	char path[PATH_MAX];

	run_place_file(place, "fuse", path);
	if (mknod(path, S_IFCHR | 0600, makedev(MISC_MAJOR, FUSE_MINOR)) < 0 ||
	    chown(path, place->uid, place->gid) < 0)
		perror("fuse");
}

static void test_served(void **state)
{
	static const char *const argv[] = { "prog:served", "fuse", NULL };
	static const char *const options[] = { "-i", NULL };
	const struct run_spec spec = { .argv = argv, .seconds = 30 };
	struct run_place place;
	struct pair pair;

	(void)state;
	privileged_place(&place);
	make_device(&place);
	pair_open(&pair, &place, &spec);
	if (WEXITSTATUS(pair.native.status) == RUN_SKIPPED) {
		printf("skipped: no file system can be served here\n");
		pair_close(&pair);
		run_place_close(&place);
		skip();
	}
	assert_true(run_exited(&pair.native, 5));
	pair_run(&pair, options);
	pair_close(&pair);
	run_place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_served),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("fault_served", tests, NULL, NULL);
}
