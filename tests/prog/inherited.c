/*
 * What becomes of a handler when a process is made in this or that way, and
 * when it executes a program. Prints a line for each SIGURG that comes:
 *	action PID ADDRESS
 * in hexadecimal, 0 for the default, 1 for ignored.
 */
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched.h>

#include <sys/syscall.h>
#include <sys/wait.h>

static char stack[1 << 16] __attribute__((aligned(16)));
static char *const *self_argv;

static void take(int signal_number)
{
	(void)signal_number;
}

static void take_other(int signal_number)
{
	(void)signal_number;
}

/* The process sends it to itself. */
static void expect(void (*action)(int))
{
	printf("action %d %lx\n", getpid(), (unsigned long)action);
	fflush(stdout);
	kill(getpid(), SIGURG);
}

static void await(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status)
		exit(1);
}

static void by_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		expect(take);
		signal(SIGURG, take_other);
		expect(take_other);
		_exit(0);
	}
	await(pid);
	expect(take);
}

/* All that the parent catches is at its default in the child. */
static void by_clearing_clone(void)
{
	struct clone_args args = { .flags = CLONE_CLEAR_SIGHAND,
				   .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0) {
		expect(SIG_DFL);
		_exit(0);
	}
	await(pid);
	expect(take);
}

static int share(void *unused)
{
	(void)unused;
	expect(take);
	signal(SIGURG, take_other);
	expect(take_other);
	return 0;
}

/* One table for two processes: what the child sets is the parent's. */
static void by_sharing_clone(void)
{
	await(clone(share, stack + sizeof(stack),
		    CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL));
	expect(take_other);
	signal(SIGURG, take);
	expect(take);
}

static void by_exec(void (*before)(int), const char *after)
{
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGURG, before);
		execl(self_argv[0], self_argv[0], after, (char *)NULL);
		_exit(1);
	}
	await(pid);
}

int main(int argc, char **argv)
{
	self_argv = argv;
	if (argc > 1) {
		expect(strcmp(argv[1], "ignored") ? SIG_DFL : SIG_IGN);
		return 0;
	}
	expect(SIG_DFL);
	signal(SIGURG, take);
	expect(take);
	by_fork();
	by_clearing_clone();
	by_exec(take, "default");
	by_exec(SIG_IGN, "ignored");
	by_sharing_clone();
	return 0;
}
