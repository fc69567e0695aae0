/*
 * A program that traces: one child that asks for it, and one that does not.
 * Prints what ptrace(2) and wait(2) told it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static void print_wait(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, __WALL) != pid)
		printf("  wait: %s\n", strerrorname_np(errno));
	else
		printf("  wait: %#x\n", status);
}

static void print_call(const char *name, long result)
{
	printf("  %s: %s\n", name, result < 0 ? strerrorname_np(errno) : "0");
}

/* Tells through its status whether it is traced. */
static void trace_volunteer(void)
{
	pid_t pid;

	printf("volunteer\n");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(errno);
		raise(SIGUSR1);
		_exit(0);
	}
	print_wait(pid);
	print_call("cont", ptrace(PTRACE_CONT, pid, NULL, NULL));
	if (errno != ESRCH)
		print_wait(pid);
}

static void trace_other(void)
{
	int go[2];
	char letter;
	pid_t pid;

	printf("other\n");
	fflush(stdout);
	if (pipe(go) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		_exit(read(go[0], &letter, 1) == 0 ? 9 : 1);
	}
	errno = 0;
	print_call("seize", ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	if (!errno) {
		print_call("interrupt",
			   ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
		print_wait(pid);
		print_call("detach", ptrace(PTRACE_DETACH, pid, NULL, NULL));
	}
	close(go[1]);
	print_wait(pid);
}

int main(void)
{
	trace_volunteer();
	trace_other();
	return 3;
}
