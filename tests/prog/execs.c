/*
 * Programs that cannot be executed: arguments and environment are those that
 * were asked for. With "good" it becomes /bin/sh, which ends with 5; with
 * "thread" another thread does.
 */
#include <fcntl.h>
#include <pthread.h>

#include <sys/stat.h>

#include "say.h"

static char *const args[] = { "zero", "one two", "", NULL };
static char *const vars[] = { "A=1", "B=", "no assignment", NULL };
static char *const nothing[] = { NULL };
static char *const unreadable[] = { "readable", (char *)1, "behind", NULL };

#define ARGS "ARGS zero one two \n"
#define ENVS "ENVS A=1 B= no assignment\n"

static void fail(const char *path, const char *expected, char *const *argv,
		 char *const *envp)
{
	say_call(execve, (long)path, (long)argv, (long)envp);
	if (path != (const char *)1)
		say_name(path);
	say_line("%s", expected);
	say_return();
}

/* More than a page, and a string across many. */
static void fail_at_length(void)
{
	static char letters[100001];
	char *const argv[] = { "short", letters, "short", NULL };

	memset(letters, 'x', sizeof(letters) - 1);
	say_call(execve, (long)"/nonexistent/x", (long)argv, (long)nothing);
	say_name("/nonexistent/x");
	say_line("ARGS short %s short\nENVS\n", letters);
	say_return();
}

static void *become_shell(void *unused)
{
	char *const argv[] = { "sh", "-c", "exit 5", NULL };
	char *const envp[] = { "NAME=value", NULL };

	(void)unused;
	execve("/bin/sh", argv, envp);
	_exit(1);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1 && !strcmp(argv[1], "good"))
		become_shell(NULL);
	if (argc > 1 && !pthread_create(&thread, NULL, become_shell, NULL))
		for (;;)
			pause();
	if (mkdir("directory", 0700) ||
	    open("file", O_CREAT | O_RDONLY, 0600) < 0)
		return 1;
	say_begin();
	fail("/nonexistent/x", ARGS ENVS, args, vars);
	fail("/nonexistent/x", "ARGS\nENVS\n", nothing, nothing);
	fail("/nonexistent/x", "", NULL, NULL);
	fail("/nonexistent/x", "ARGS readable\n" ENVS, unreadable, vars);
	fail("/dev/null", ARGS ENVS, args, vars);
	fail((const char *)1, ARGS ENVS, args, vars);
	fail_at_length();
	say_call(execveat, AT_FDCWD, (long)"/nonexistent/x", (long)args,
		 (long)vars, 0);
	say_name("/nonexistent/x");
	say_line(ARGS ENVS);
	say_return();
	say_end();
	return 0;
}
