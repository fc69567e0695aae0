/*
 * Affinity of a traced thread, in memory shared with the keeper. Whoever
 * negates the thread's id there widens it, and takes it out when that is done.
 * Must decide nothing.
 */
#include "supervisor/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

/* A thread that does not stop for so long is not busy in calls. */
#define MOMENT_MS 2

/* So long, and so often, the recorder waits for a keeper that is about to
 * widen. One that is stopped, or killed, does not come to it. */
#define NAP_NS   50000
#define NAPS_MAX 2000

/* What recorder and keeper share. */
struct held {
	_Atomic pid_t tid; /* 0: nobody; negative: it is being widened */
	_Atomic unsigned beat;
	_Atomic bool keeper_sleeps;
	int cpu;
	cpu_set_t before;
};

struct hold {
	struct held *held;
	int wake; /* our end of the keeper's pipe */
	cpu_set_t own;
	bool own_is_all; /* ours is all that we might have */
};

static void set_all(cpu_set_t *set)
{
	memset(set, 0xff, sizeof(*set));
}

/* Somebody else may have set another affinity meanwhile: it stays. */
static void widen(pid_t tid, int cpu, const cpu_set_t *before)
{
	cpu_set_t now, all;

	if (sched_getaffinity(tid, sizeof(now), &now) < 0 ||
	    CPU_COUNT(&now) != 1 || !CPU_ISSET((unsigned)cpu, &now))
		return;
	if (!sched_setaffinity(tid, sizeof(*before), before))
		return;
	/* What it had is not to be had any more. */
	set_all(&all);
	sched_setaffinity(tid, sizeof(all), &all);
}

static void widen_held(struct held *held, pid_t tid)
{
	pid_t released = -tid;

	widen(tid, held->cpu, &held->before);
	atomic_compare_exchange_strong(&held->tid, &released, 0);
}

static void release(struct held *held, pid_t tid)
{
	if (tid > 0 && atomic_compare_exchange_strong(&held->tid, &tid, -tid))
		widen_held(held, tid);
}

/* Waits for a byte, or for so long; false when the recorder is gone. */
static bool keeper_wait(int pipe, int ms)
{
	struct pollfd readable = { .fd = pipe, .events = POLLIN };
	char bytes[16];

	return poll(&readable, 1, ms) <= 0 ||
	       read(pipe, bytes, sizeof(bytes)) > 0;
}

/* Sleeps until somebody is held. */
static bool keeper_sleep(struct held *held, int pipe)
{
	bool is_alive = true;

	atomic_store(&held->keeper_sleeps, true);
	if (atomic_load(&held->tid) <= 0)
		is_alive = keeper_wait(pipe, -1);
	atomic_store(&held->keeper_sleeps, false);
	return is_alive;
}

/* The recorder is gone: perhaps while it was widening. */
static void keeper_inherit(struct held *held)
{
	pid_t tid = atomic_load(&held->tid);

	if (tid)
		widen_held(held, abs(tid));
}

static void keeper_run(struct held *held, int pipe)
{
	bool is_alive = true;

	while (is_alive) {
		pid_t tid = atomic_load(&held->tid);
		unsigned beat = atomic_load(&held->beat);

		if (tid <= 0) {
			is_alive = keeper_sleep(held, pipe);
			continue;
		}
		is_alive = keeper_wait(pipe, MOMENT_MS);
		if (is_alive && atomic_load(&held->beat) == beat)
			release(held, tid);
	}
	keeper_inherit(held);
}

/* Nothing but the pipe may stay open: readers wait for the end of traces. */
static void keeper_close_others(int pipe)
{
	if (pipe > 3)
		syscall(SYS_close_range, 3, pipe - 1, 0);
	syscall(SYS_close_range, pipe + 1, ~0u, 0);
}

static _Noreturn void be_keeper(struct held *held, int pipe)
{
	pid_t pid = fork();

	if (pid != 0)
		_exit(pid < 0 ? errno : 0);
	keeper_close_others(pipe);
	prctl(PR_SET_NAME, "ktrace-u-keep");
	keeper_run(held, pipe);
	_exit(0);
}

/* The keeper is the child of a child that ends at once. */
static int start_keeper(struct held *held, int pipe)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		be_keeper(held, pipe);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EAGAIN;
}

/* Whether all that we could ever get is what we have: then a thread with the
 * same was never told where to run, and is not told now. */
static bool is_all(const cpu_set_t *own)
{
	cpu_set_t all, got;

	set_all(&all);
	if (sched_setaffinity(0, sizeof(all), &all) < 0 ||
	    sched_getaffinity(0, sizeof(got), &got) < 0)
		return false;
	if (CPU_EQUAL(own, &got))
		return true;
	sched_setaffinity(0, sizeof(*own), own);
	return false;
}

static int map_held(struct hold *hold)
{
	void *held = mmap(NULL, sizeof(*hold->held), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (held == MAP_FAILED)
		return -errno;
	hold->held = held;
	return 0;
}

/* The keeper's end of the pipe is the keeper's alone. */
static int open_keeper(struct hold *hold)
{
	_cleanup_fd_ int keepers = -1;
	_cleanup_fd_ int ours = -1;
	int ends[2];
	int r;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	keepers = ends[0];
	ours = ends[1];
	r = start_keeper(hold->held, keepers);
	if (!r)
		hold->wake = take_fd(&ours);
	return r;
}

static void hold_free(struct hold *hold)
{
	if (hold->held)
		munmap(hold->held, sizeof(*hold->held));
	free(hold);
}

int hold_open(struct hold **ret, const cpu_set_t *own)
{
	struct hold *hold = calloc(1, sizeof(*hold));
	int r;

	if (!hold)
		return -ENOMEM;
	hold->own = *own;
	r = map_held(hold);
	if (!r)
		r = open_keeper(hold);
	if (r) {
		hold_free(hold);
		return r;
	}
	hold->own_is_all = is_all(own);
	*ret = hold;
	return 0;
}

void hold_close(struct hold *hold)
{
	if (!hold)
		return;
	hold_let_go(hold);
	close(hold->wake);
	hold_free(hold);
}

/* Where there is no room for a byte, there are some that wake it. */
static void keeper_wake(const struct hold *hold)
{
	ssize_t written = write(hold->wake, "", 1);

	(void)written;
}

bool hold_take(struct hold *hold, pid_t tid, int cpu)
{
	struct held *held = hold->held;
	cpu_set_t before, only;

	hold_let_go(hold);
	CPU_ZERO(&only);
	CPU_SET((unsigned)cpu, &only);
	if (sched_getaffinity(tid, sizeof(before), &before) < 0 ||
	    CPU_COUNT(&before) < 2 || !CPU_ISSET((unsigned)cpu, &before))
		return false;
	if (hold->own_is_all && CPU_EQUAL(&before, &hold->own))
		set_all(&before);
	held->before = before;
	held->cpu = cpu;
	/* First, so that the keeper widens it should we be killed here. */
	atomic_store(&held->tid, tid);
	if (sched_setaffinity(tid, sizeof(only), &only) < 0) {
		atomic_store(&held->tid, 0);
		return false;
	}
	/* The keeper may have let go before there was anything to widen. */
	if (atomic_load(&held->tid) != tid) {
		hold_let_go(hold);
		widen(tid, cpu, &before);
		return false;
	}
	if (atomic_load(&held->keeper_sleeps))
		keeper_wake(hold);
	return true;
}

/* What comes next must not find it narrow, nor have it widened then. */
void hold_let_go(struct hold *hold)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	struct held *held = hold->held;
	pid_t tid;

	release(held, atomic_load(&held->tid));
	for (unsigned i = 0; atomic_load(&held->tid) && i < NAPS_MAX; i++)
		nanosleep(&nap, NULL);
	tid = atomic_load(&held->tid);
	if (tid)
		widen_held(held, -tid);
}

pid_t hold_whom(const struct hold *hold)
{
	pid_t tid = atomic_load_explicit(&hold->held->tid,
					 memory_order_relaxed);

	return tid > 0 ? tid : 0;
}

void hold_beat(struct hold *hold)
{
	unsigned beat = atomic_load_explicit(&hold->held->beat,
					     memory_order_relaxed);

	atomic_store_explicit(&hold->held->beat, beat + 1,
			      memory_order_relaxed);
}
