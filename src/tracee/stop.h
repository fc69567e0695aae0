/*
 * What a wait status of a traced thread means. Pure: status in, stop out, as
 * ptrace(2) describes it for PTRACE_SEIZE.
 */
#ifndef TRACEE_STOP_H
#define TRACEE_STOP_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

enum stop_kind {
	STOP_SYSCALL,   /* syscall-entry or -exit: tracee_syscall() tells */
	STOP_SECCOMP,   /* a filter's RET_TRACE, at the entry */
	STOP_SIGNAL,    /* signal-delivery-stop */
	STOP_GROUP,     /* group-stop: answered by tracee_listen() */
	STOP_INTERRUPT, /* asked for, a newborn's first, a group-stop's end */
	STOP_FORK,
	STOP_VFORK,
	STOP_CLONE,
	STOP_VFORK_DONE,
	STOP_EXEC,
	STOP_EXIT,    /* about to exit; memory is still there */
	STOP_UNKNOWN, /* a ptrace event that we did not ask for */
	STOP_EXITED,  /* gone, by exit */
	STOP_KILLED,  /* gone, by a signal */
};

struct stop {
	enum stop_kind kind;
	pid_t tid;
	int signal; /* SIGNAL, GROUP, KILLED */
	int status; /* EXITED: the exit status */
	bool core;  /* KILLED: a core was dumped */
};

/* False when the status is none of a stop or an end (WIFCONTINUED). */
bool stop_decode(pid_t tid, int wait_status, struct stop *ret);

/* What wait4(2) would have said where waitid(2) said this. */
int stop_wait_status(const siginfo_t *info);

/* The thread is gone and must not be answered. */
static inline bool stop_is_end(const struct stop *stop)
{
	return stop->kind == STOP_EXITED || stop->kind == STOP_KILLED;
}

#endif
