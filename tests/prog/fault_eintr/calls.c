/*
 * What the calls share: common grounds and releases, and how long is long.
 */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>

const struct timespec calls_long = { .tv_sec = CALLS_LONG_S };
const struct timespec calls_short = { .tv_nsec = CALLS_SHORT_NS };

int calls_pipe(struct ground *ground)
{
	return pipe2(ground->fd, O_CLOEXEC) ? errno : 0;
}

int calls_no_ground(struct ground *ground)
{
	(void)ground;
	return 0;
}

void calls_block_signal(int signal_number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* -1 with EALREADY for a sleep that was shorter than asked for. */
long calls_slept(const struct timespec *begin, long result)
{
	struct timespec end;
	long long ns;

	if (result)
		return result;
	clock_gettime(CLOCK_MONOTONIC, &end);
	ns = (end.tv_sec - begin->tv_sec) * 1000000000LL + end.tv_nsec -
	     begin->tv_nsec;
	errno = EALREADY;
	return ns < CALLS_SHORT_NS ? -1 : 0;
}

void calls_write(struct ground *ground, pid_t pid, pid_t tid)
{
	(void)pid;
	(void)tid;
	if (write(ground->fd[1], "x", 1) != 1)
		perror("release");
}

void calls_terminate(struct ground *ground, pid_t pid, pid_t tid)
{
	(void)ground;
	syscall(SYS_tgkill, pid, tid, SIGTERM);
}

int ground_open(struct ground *ground, const struct blocking *call)
{
	ground->fd[0] = ground->fd[1] = ground->other = ground->id = -1;
	return call->open(ground);
}

void ground_close(struct ground *ground)
{
	if (ground->fd[0] >= 0)
		close(ground->fd[0]);
	if (ground->fd[1] >= 0)
		close(ground->fd[1]);
	if (ground->other >= 0)
		close(ground->other);
	if (ground->aio)
		syscall(SYS_io_destroy, ground->aio);
	if (ground->id >= 0) {
		semctl(ground->id, 0, IPC_RMID);
		msgctl(ground->id, IPC_RMID, NULL);
	}
}
