/*
 * A process that nothing but SIGKILL stops, until standard input ends: it waits
 * for a child that shares its memory. Says "done" behind it.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/wait.h>

#define STACK_SIZE (64 << 10)

static int wait_for_end(void *argument)
{
	char *byte = argument;

	while (read(STDIN_FILENO, byte, 1) > 0)
		;
	return 0;
}

int main(void)
{
	static _Alignas(16) char stack[STACK_SIZE];
	char byte;
	pid_t pid;

	pid = clone(wait_for_end, stack + STACK_SIZE,
		    CLONE_VM | CLONE_VFORK | SIGCHLD, &byte);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		return 1;
	puts("done");
	return 0;
}
