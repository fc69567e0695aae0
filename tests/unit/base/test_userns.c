/*
 * A child in a user namespace of its own, and one in ours.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/userns.h"

/* Only our own id is somebody's there. */
static int enter(void)
{
	char line[64];
	uid_t uid = geteuid();
	int fd, length;

	if (unshare(CLONE_NEWUSER) < 0)
		return -1;
	length = snprintf(line, sizeof(line), "0 %u 1\n", uid);
	fd = open("/proc/self/uid_map", O_WRONLY);
	return write(fd, line, (size_t)length) == length ? 0 : -1;
}

struct child {
	pid_t pid;
	int word; /* it says how it went, and ends with our end */
};

static struct child start(int (*prepare)(void))
{
	struct child child;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	child.pid = fork();
	assert_true(child.pid >= 0);
	if (child.pid == 0) {
		char word = prepare && prepare() < 0 ? 'n' : 'y';

		close(ends[0]);
		(void)!write(ends[1], &word, 1);
		for (;;)
			pause();
	}
	close(ends[1]);
	child.word = ends[0];
	return child;
}

static bool is_ready(const struct child *child)
{
	char word;

	return read(child->word, &word, 1) == 1 && word == 'y';
}

static void stop(struct child *child)
{
	close(child->word);
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
}

static void test_other(void **state)
{
	struct child child = start(enter);

	(void)state;
	if (!is_ready(&child)) {
		print_message("no user namespace can be made here\n");
		stop(&child);
		skip();
	}
	assert_true(userns_has_user(child.pid, geteuid()));
	assert_false(userns_has_user(child.pid, geteuid() + 1));
	assert_false(userns_has_group(child.pid, getegid()));
	assert_true(userns_is_owned(child.pid));
	stop(&child);
}

static void test_own(void **state)
{
	struct child child = start(NULL);

	(void)state;
	assert_true(is_ready(&child));
	assert_true(userns_has_user(child.pid, geteuid()));
	assert_true(userns_has_group(child.pid, getegid()));
	assert_false(userns_is_owned(child.pid));
	stop(&child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
