/* The recorder's side: who is let go is wide when it returns. */
#include "hold/hold.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "hold/held.h"
#include "hold/keeper.h"

/* So long, and so often, the recorder waits for a keeper that is about to
 * widen. One that is stopped, or killed, does not come to it. */
#define NAP_NS   50000
#define NAPS_MAX 2000

struct hold {
	struct held_shared *shared;
	int wake; /* our end of the keeper's pipe */
	cpu_set_t own;
	bool own_is_all; /* ours is all that we might have */
};

/* Whether all that we could ever get is what we have: then a thread with the
 * same was never told where to run, and is not told now. */
static bool is_all(const cpu_set_t *own)
{
	cpu_set_t all, got;

	held_set_all(&all);
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
		r = keeper_open(hold->shared, &hold->wake);
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

/* Whether the thread may run there, and on others. */
static bool may_narrow(const struct hold *hold, pid_t tid, int cpu,
		       cpu_set_t *ret_before)
{
	if (sched_getaffinity(tid, sizeof(*ret_before), ret_before) < 0 ||
	    CPU_COUNT(ret_before) < 2 || !CPU_ISSET((unsigned)cpu, ret_before))
		return false;
	if (hold->own_is_all && CPU_EQUAL(ret_before, &hold->own))
		held_set_all(ret_before);
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
	held_restore(tid, cpu, &before);
	return false;
}

bool hold_take(struct hold *hold, pid_t tid, int cpu, unsigned *ret_former)
{
	struct held *held;

	hold_let_go(hold, tid); /* the keeper may be about to */
	/* Without it nobody would widen who computes. */
	if (!keeper_is_there(hold->wake)) {
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
		keeper_wake(hold->wake);
	return true;
}

/* What comes next must not find it narrow, nor have it widened then. A keeper
 * that does not run may come to it at any time: until then there is no room. */
static void let_go(struct held *held)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	pid_t tid;

	held_release(held, atomic_load(&held->tid));
	for (unsigned i = 0; atomic_load(&held->tid) && i < NAPS_MAX; i++)
		nanosleep(&nap, NULL);
	tid = atomic_load(&held->tid);
	if (!tid)
		return;
	held_widen_late(held, -tid);
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
	return held_count(hold->shared);
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
