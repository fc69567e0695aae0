/*
 * Wait status -> stop. Must make no system call.
 */
#include "tracee/stop.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* PTRACE_O_TRACESYSGOOD marks syscall stops with this bit. */
#define SYSCALL_STOP_BIT 0x80

static enum stop_kind stop_event(int event, int signal)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
		return STOP_FORK;
	case PTRACE_EVENT_VFORK:
		return STOP_VFORK;
	case PTRACE_EVENT_CLONE:
		return STOP_CLONE;
	case PTRACE_EVENT_VFORK_DONE:
		return STOP_VFORK_DONE;
	case PTRACE_EVENT_EXEC:
		return STOP_EXEC;
	case PTRACE_EVENT_EXIT:
		return STOP_EXIT;
	case PTRACE_EVENT_SECCOMP:
		return STOP_SECCOMP;
	case PTRACE_EVENT_STOP:
		return signal == SIGTRAP ? STOP_INTERRUPT : STOP_GROUP;
	default:
		return STOP_UNKNOWN;
	}
}

static enum stop_kind stop_stopped(int wait_status, int *signal)
{
	int event = wait_status >> 16;

	*signal = WSTOPSIG(wait_status);
	if (event)
		return stop_event(event, *signal);
	if (*signal == (SIGTRAP | SYSCALL_STOP_BIT))
		return STOP_SYSCALL;
	return STOP_SIGNAL;
}

bool stop_decode(pid_t tid, int wait_status, struct stop *ret)
{
	struct stop stop = { .tid = tid };

	if (WIFEXITED(wait_status)) {
		stop.kind = STOP_EXITED;
		stop.status = WEXITSTATUS(wait_status);
	} else if (WIFSIGNALED(wait_status)) {
		stop.kind = STOP_KILLED;
		stop.signal = WTERMSIG(wait_status);
		stop.core = WCOREDUMP(wait_status);
	} else if (WIFSTOPPED(wait_status)) {
		stop.kind = stop_stopped(wait_status, &stop.signal);
	} else {
		return false;
	}
	*ret = stop;
	return true;
}

int stop_wait_status(const siginfo_t *info)
{
	switch (info->si_code) {
	case CLD_EXITED:
		return info->si_status << 8;
	case CLD_KILLED:
		return info->si_status;
	case CLD_DUMPED:
		return info->si_status | WCOREFLAG;
	default:
		return info->si_status << 8 | 0x7f;
	}
}
