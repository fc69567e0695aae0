/*
 * A fork that changes its user. Must not return to the test in it.
 */
#include "support/apart.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <grp.h>
#include <signal.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include "support/run.h"

#define SECONDS 60

void apart_fail(const char *file, int line, const char *claim)
{
	int error = errno;

	fprintf(stderr, "%s:%d: not so: %s (errno %d, %s)\n", file, line, claim,
		error, strerror(error));
	_exit(1);
}

/* Who changes ids may not be looked into, which is not what is tested. */
static void become(const struct run_place *place)
{
	apart_must(!chdir(place->path));
	apart_must(!setenv("KTRACE_U", place->ktrace, 1));
	if (!place->drops)
		return;
	apart_must(!setgroups(0, NULL));
	apart_must(!setgid(place->gid) && !setuid(place->uid));
	apart_must(!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

pid_t apart_start(const struct run_place *place, void (*act)(void *context),
		  void *context)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	alarm(SECONDS);
	become(place);
	act(context);
	_exit(0);
}

void apart_finish(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

void apart_run(const struct run_place *place, void (*act)(void *context),
	       void *context)
{
	apart_finish(apart_start(place, act, context));
}
