/*
 * The least that a tracer can do that stops at both ends of every call, of all
 * children too, and looks which call it is: what the exact engine is measured
 * against. Records nothing.
 *
 * usage: floor COMMAND [ARGUMENT ...]
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/ptrace.h>
#include <sys/wait.h>

#define SYSCALL_STOP (SIGTRAP | 0x80)

static int start(char **argv)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		raise(SIGSTOP);
		execvp(argv[0], argv);
		fprintf(stderr, "floor: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, WUNTRACED) < 0)
		return -1;
	if (ptrace(PTRACE_SEIZE, pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
		       PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
		       PTRACE_O_TRACEEXEC) < 0)
		return -1;
	kill(pid, SIGCONT);
	return pid;
}

static void answer(pid_t tid, int status)
{
	struct __ptrace_syscall_info info;
	int signal_number = WSTOPSIG(status);
	bool is_event = status >> 16;

	if (!is_event && signal_number == SYSCALL_STOP) {
		ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info);
		signal_number = 0;
	} else if (status >> 16 == PTRACE_EVENT_STOP &&
		   signal_number != SIGTRAP) {
		ptrace(PTRACE_LISTEN, tid, 0, 0);
		return;
	} else if (is_event) {
		signal_number = 0;
	}
	ptrace(PTRACE_SYSCALL, tid, 0, signal_number);
}

int main(int argc, char **argv)
{
	int result = 1;
	int status;
	pid_t command, tid;

	command = argc > 1 ? start(argv + 1) : -1;
	if (command < 0) {
		fputs("usage: floor COMMAND [ARGUMENT ...]\n", stderr);
		return 2;
	}
	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			answer(tid, status);
		else if (tid == command)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	return result;
}
