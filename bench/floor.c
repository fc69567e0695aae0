/*
 * The least that a tracer can do that stops at both ends of every call, of all
 * children too, and looks which call it is: what the exact engine is measured
 * against. With --paths only calls that name a path stop, by a filter, and at
 * their entry alone; with --deeds those that kaudit-u needs, at both ends.
 * Records nothing.
 *
 * usage: floor [--paths | --deeds] COMMAND [ARGUMENT ...]
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/ptrace.h>
#include <sys/wait.h>

#include "sysdesc/select.h"
#include "tracee/filter.h"

#define SYSCALL_STOP (SIGTRAP | 0x80)

enum mode {
	MODE_ALL,
	MODE_PATHS,
	MODE_DEEDS,
};

static const char *const names[] = {
	[MODE_PATHS] = "--paths",
	[MODE_DEEDS] = "--deeds",
};

static enum mode mode_of(const char *word)
{
	for (enum mode mode = MODE_PATHS; word && mode <= MODE_DEEDS; mode++)
		if (!strcmp(word, names[mode]))
			return mode;
	return MODE_ALL;
}

static bool choose(enum mode mode, struct select *stops)
{
	size_t at, length;

	if (mode == MODE_DEEDS)
		return !select_parse(stops, "@deeds,!@looks", &at, &length);
	select_none(stops);
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (sysdesc_row(i)->classes & CLASS_FILE)
			select_add(stops, sysdesc_row(i));
	return true;
}

static bool compile(enum mode mode, struct filter *filter)
{
	struct select stops;

	return mode == MODE_ALL ||
	       (choose(mode, &stops) && !filter_compile(filter, &stops));
}

static int start(char **argv, const struct filter *filter)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		raise(SIGSTOP);
		if (filter->code && filter_install(filter) < 0)
			_exit(126);
		execvp(argv[0], argv);
		fprintf(stderr, "floor: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, WUNTRACED) < 0)
		return -1;
	if (ptrace(PTRACE_SEIZE, pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
		       PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
		       PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC) < 0)
		return -1;
	kill(pid, SIGCONT);
	return pid;
}

static void answer(enum mode mode, pid_t tid, int status)
{
	enum __ptrace_request resume = mode == MODE_ALL ? PTRACE_SYSCALL
							: PTRACE_CONT;
	struct __ptrace_syscall_info info;
	int signal_number = WSTOPSIG(status);
	int event = status >> 16;

	if (event == PTRACE_EVENT_SECCOMP || signal_number == SYSCALL_STOP) {
		ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info);
		signal_number = 0;
	} else if (event == PTRACE_EVENT_STOP && signal_number != SIGTRAP) {
		ptrace(PTRACE_LISTEN, tid, 0, 0);
		return;
	} else if (event) {
		signal_number = 0;
	}
	if (event == PTRACE_EVENT_SECCOMP && mode == MODE_DEEDS)
		resume = PTRACE_SYSCALL;
	ptrace(resume, tid, 0, signal_number);
}

int main(int argc, char **argv)
{
	enum mode mode = mode_of(argc > 1 ? argv[1] : NULL);
	struct filter filter = { 0 };
	pid_t command = -1, tid;
	int result = 1;
	int status;

	argv += mode == MODE_ALL ? 1 : 2;
	if (argc > 1 && *argv && compile(mode, &filter))
		command = start(argv, &filter);
	if (command < 0) {
		fputs("usage: floor [--paths | --deeds] COMMAND "
		      "[ARGUMENT ...]\n",
		      stderr);
		return 2;
	}
	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			answer(mode, tid, status);
		else if (tid == command)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	filter_done(&filter);
	return result;
}
