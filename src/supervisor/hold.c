/*
 * Affinities of traced threads, in memory shared with the keeper. Whoever
 * negates the thread's id there widens it, and takes it out when that is done.
 * Must decide nothing.
 */
#include "supervisor/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"

/* A thread that does not stop for so long is not busy in calls. */
#define MOMENT_MS 2

/* So long, and so often, the recorder waits for a keeper that is about to
 * widen. One that is stopped, or killed, does not come to it. */
#define NAP_NS   50000
#define NAPS_MAX 2000

/* One who is held, or room for one. */
struct held {
	_Atomic pid_t tid; /* 0: nobody; negative: it is being widened */
	_Atomic unsigned beat;
	bool is_late; /* the keeper has not come to widen it: we have */
	int cpu;
	cpu_set_t before;
};

/* What recorder and keeper share. */
struct hold_shared {
	_Atomic bool keeper_sleeps;
	struct held held[HOLD_MAX];
};

struct hold {
	struct hold_shared *shared;
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

/* Only that one: nothing where it is not held any more. */
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

static unsigned count_held(const struct hold_shared *shared)
{
	unsigned count = 0;

	for (unsigned i = 0; i < HOLD_MAX; i++)
		count += atomic_load(&shared->held[i].tid) > 0;
	return count;
}

/* Sleeps until somebody is held. */
static bool keeper_sleep(struct hold_shared *shared, int pipe)
{
	bool is_alive = true;

	atomic_store(&shared->keeper_sleeps, true);
	if (!count_held(shared))
		is_alive = keeper_wait(pipe, -1);
	atomic_store(&shared->keeper_sleeps, false);
	return is_alive;
}

/* Who was held at some time, and how often it had stopped. */
struct seen {
	pid_t tid;
	unsigned beat;
};

static void keeper_look(struct hold_shared *shared, struct seen *seen)
{
	for (unsigned i = 0; i < HOLD_MAX; i++) {
		seen[i].tid = atomic_load(&shared->held[i].tid);
		seen[i].beat = atomic_load(&shared->held[i].beat);
	}
}

/* Those that have not stopped since then are not busy in calls. */
static void keeper_release(struct hold_shared *shared, const struct seen *seen)
{
	for (unsigned i = 0; i < HOLD_MAX; i++)
		if (atomic_load(&shared->held[i].beat) == seen[i].beat)
			release(&shared->held[i], seen[i].tid);
}

/* The recorder is gone: perhaps while it was widening. */
static void keeper_inherit(struct hold_shared *shared)
{
	for (unsigned i = 0; i < HOLD_MAX; i++) {
		pid_t tid = atomic_load(&shared->held[i].tid);

		if (tid)
			widen_held(&shared->held[i], abs(tid));
	}
}

static void keeper_run(struct hold_shared *shared, int pipe)
{
	struct seen seen[HOLD_MAX];
	bool is_alive = true;

	while (is_alive) {
		if (!count_held(shared)) {
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

static _Noreturn void be_keeper(struct hold_shared *shared, int pipe)
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
static int start_keeper(struct hold_shared *shared, int pipe)
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

static int map_shared(struct hold *hold)
{
	void *shared = mmap(NULL, sizeof(*hold->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return -errno;
	hold->shared = shared;
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
	r = start_keeper(hold->shared, keepers);
	if (!r)
		hold->wake = take_fd(&ours);
	return r;
}

static void hold_free(struct hold *hold)
{
	if (hold->shared)
		munmap(hold->shared, sizeof(*hold->shared));
	free(hold);
}

int hold_open(struct hold **ret, const cpu_set_t *own)
{
	struct hold *hold = calloc(1, sizeof(*hold));
	int r;

	if (!hold)
		return -ENOMEM;
	hold->own = *own;
	r = map_shared(hold);
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
	hold_let_go_all(hold);
	close(hold->wake);
	hold_free(hold);
}

/* Where there is no room for a byte, there are some that wake it. */
static void keeper_wake(const struct hold *hold)
{
	ssize_t written = write(hold->wake, "", 1);

	(void)written;
}

/* Where the thread is held, or being widened; of nobody, where there is room:
 * there is none while the keeper is about to widen. */
static struct held *find(const struct hold *hold, pid_t tid)
{
	struct held *held = hold->shared->held;

	for (unsigned i = 0; i < HOLD_MAX; i++) {
		pid_t now = atomic_load_explicit(&held[i].tid,
						 memory_order_relaxed);

		if (abs(now) == tid && !(now && held[i].is_late))
			return &held[i];
	}
	return NULL;
}

/* Without it nobody would widen who computes. */
static bool has_keeper(const struct hold *hold)
{
	struct pollfd end = { .fd = hold->wake };

	return poll(&end, 1, 0) == 0;
}

/* Whether the thread may run there, and on others. */
static bool may_narrow(const struct hold *hold, pid_t tid, int cpu,
		       cpu_set_t *ret_before)
{
	if (sched_getaffinity(tid, sizeof(*ret_before), ret_before) < 0 ||
	    CPU_COUNT(ret_before) < 2 || !CPU_ISSET((unsigned)cpu, ret_before))
		return false;
	if (hold->own_is_all && CPU_EQUAL(ret_before, &hold->own))
		set_all(ret_before);
	return true;
}

static bool narrow(struct hold *hold, struct held *held, pid_t tid)
{
	const cpu_set_t before = held->before;
	int cpu = held->cpu;
	cpu_set_t only;

	CPU_ZERO(&only);
	CPU_SET((unsigned)cpu, &only);
	/* First, so that the keeper widens it should we be killed here. */
	atomic_store(&held->beat, 0);
	atomic_store(&held->tid, tid);
	if (sched_setaffinity(tid, sizeof(only), &only) < 0) {
		hold_let_go(hold, tid);
		return false;
	}
	if (atomic_load(&held->tid) == tid)
		return true;
	/* The keeper may have let go before there was anything to widen. */
	hold_let_go(hold, tid);
	widen(tid, cpu, &before);
	return false;
}

bool hold_take(struct hold *hold, pid_t tid, int cpu, unsigned *ret_former)
{
	struct held *held;

	hold_let_go(hold, tid); /* the keeper may be about to */
	if (!has_keeper(hold)) {
		hold_let_go_all(hold);
		return false;
	}
	held = find(hold, 0);
	if (!held || !may_narrow(hold, tid, cpu, &held->before))
		return false;
	held->is_late = false;
	held->cpu = cpu;
	*ret_former = atomic_load(&held->beat);
	if (!narrow(hold, held, tid))
		return false;
	if (atomic_load(&hold->shared->keeper_sleeps))
		keeper_wake(hold);
	return true;
}

/* What comes next must not find it narrow, nor have it widened then. A keeper
 * that does not run may come to it at any time: until then there is no room. */
static void let_go(struct held *held)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	pid_t tid;

	release(held, atomic_load(&held->tid));
	for (unsigned i = 0; atomic_load(&held->tid) && i < NAPS_MAX; i++)
		nanosleep(&nap, NULL);
	tid = atomic_load(&held->tid);
	if (!tid)
		return;
	widen(-tid, held->cpu, &held->before);
	held->is_late = true;
}

void hold_let_go(struct hold *hold, pid_t tid)
{
	struct held *held = find(hold, tid);

	if (held)
		let_go(held);
}

void hold_let_go_all(struct hold *hold)
{
	struct held *held = hold->shared->held;

	for (unsigned i = 0; i < HOLD_MAX; i++)
		if (atomic_load(&held[i].tid) && !held[i].is_late)
			let_go(&held[i]);
}

int hold_beat(struct hold *hold, pid_t tid)
{
	struct held *held = find(hold, tid);

	if (!held || atomic_load(&held->tid) != tid)
		return -1;
	atomic_fetch_add_explicit(&held->beat, 1, memory_order_relaxed);
	return held->cpu;
}

unsigned hold_leave_free(const struct hold *hold, cpu_set_t *set)
{
	const struct held *held = hold->shared->held;

	for (unsigned i = 0; i < HOLD_MAX; i++)
		if (atomic_load(&held[i].tid) > 0)
			CPU_CLR((unsigned)held[i].cpu, set);
	return count_held(hold->shared);
}

pid_t hold_only(const struct hold *hold)
{
	pid_t only = 0;

	for (unsigned i = 0; i < HOLD_MAX; i++) {
		pid_t tid = atomic_load(&hold->shared->held[i].tid);

		if (tid > 0 && only)
			return 0;
		if (tid > 0)
			only = tid;
	}
	return only;
}
