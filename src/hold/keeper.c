/*
 * A loop in a process of its own. Must not touch what is not in the memory that
 * it shares with the recorder.
 */
#include "hold/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "hold/held.h"

/* A thread that does not stop for so long is not busy in calls. */
#define MOMENT_MS 2

/* Waits for a byte, or for so long; false when the recorder is gone. */
static bool keeper_wait(int pipe, int ms)
{
	struct pollfd readable = { .fd = pipe, .events = POLLIN };
	char bytes[16];

	return poll(&readable, 1, ms) <= 0 ||
	       read(pipe, bytes, sizeof(bytes)) > 0;
}

/* Sleeps until somebody is held. */
static bool keeper_sleep(struct held_shared *shared, int pipe)
{
	bool is_alive = true;

	atomic_store(&shared->keeper_sleeps, true);
	if (!held_count(shared))
		is_alive = keeper_wait(pipe, -1);
	atomic_store(&shared->keeper_sleeps, false);
	return is_alive;
}

/* Who was held at some time, and how often it had stopped. */
struct seen {
	pid_t tid;
	unsigned beat;
};

static void keeper_look(struct held_shared *shared, struct seen *seen)
{
	for (unsigned i = 0; i < HOLD_MAX; i++) {
		seen[i].tid = atomic_load(&shared->held[i].tid);
		seen[i].beat = atomic_load(&shared->held[i].beat);
	}
}

/* Those that have not stopped since then are not busy in calls. */
static void keeper_release(struct held_shared *shared, const struct seen *seen)
{
	for (unsigned i = 0; i < HOLD_MAX; i++)
		if (atomic_load(&shared->held[i].beat) == seen[i].beat)
			held_release(&shared->held[i], seen[i].tid);
}

/* The recorder is gone: perhaps while it was widening. */
static void keeper_inherit(struct held_shared *shared)
{
	for (unsigned i = 0; i < HOLD_MAX; i++) {
		pid_t tid = atomic_load(&shared->held[i].tid);

		if (tid)
			held_widen(&shared->held[i], abs(tid));
	}
}

static void keeper_run(struct held_shared *shared, int pipe)
{
	struct seen seen[HOLD_MAX];
	bool is_alive = true;

	while (is_alive) {
		if (!held_count(shared)) {
			is_alive = keeper_sleep(shared, pipe);
			continue;
		}
		keeper_look(shared, seen);
		is_alive = keeper_wait(pipe, MOMENT_MS);
		if (is_alive)
			keeper_release(shared, seen);
	}
	keeper_inherit(shared);
}

/* Nothing but the pipe may stay open: readers wait for the end of traces. */
static void keeper_close_others(int pipe)
{
	if (pipe > 3)
		syscall(SYS_close_range, 3, pipe - 1, 0);
	syscall(SYS_close_range, pipe + 1, ~0u, 0);
}

/* What ends the recorder, or has it look: the keeper ends behind it. */
static const int outlived[] = { SIGHUP, SIGINT, SIGTERM, SIGALRM };

static _Noreturn void be_keeper(struct held_shared *shared, int pipe)
{
	pid_t pid = fork();

	if (pid != 0)
		_exit(pid < 0 ? errno : 0);
	keeper_close_others(pipe);
	for (size_t i = 0; i < ARRAY_LEN(outlived); i++)
		signal(outlived[i], SIG_IGN);
	prctl(PR_SET_NAME, "ktrace-u-keep");
	keeper_run(shared, pipe);
	_exit(0);
}

/* The keeper is the child of a child that ends at once. */
static int start_keeper(struct held_shared *shared, int pipe)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		be_keeper(shared, pipe);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EAGAIN;
}

/* Its end of the pipe is its alone. */
int keeper_open(struct held_shared *shared, int *ret_wake)
{
	_cleanup_fd_ int keepers = -1;
	_cleanup_fd_ int ours = -1;
	int ends[2];
	int r;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	keepers = ends[0];
	ours = ends[1];
	r = start_keeper(shared, keepers);
	if (!r)
		*ret_wake = take_fd(&ours);
	return r;
}

/* Where there is no room for a byte, there are some that wake it. */
void keeper_wake(int wake)
{
	ssize_t written = write(wake, "", 1);

	(void)written;
}

bool keeper_is_there(int wake)
{
	struct pollfd end = { .fd = wake };

	return poll(&end, 1, 0) == 0;
}
