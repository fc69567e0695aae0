/* Affinities of single threads. Must not wait. */
#include "hold/held.h"

#include <string.h>

void held_set_all(cpu_set_t *set)
{
	memset(set, 0xff, sizeof(*set));
}

/* Somebody else may have set another affinity meanwhile: it stays. */
void held_restore(pid_t tid, int cpu, const cpu_set_t *before)
{
	cpu_set_t now, all;

	if (sched_getaffinity(tid, sizeof(now), &now) < 0 ||
	    CPU_COUNT(&now) != 1 || !CPU_ISSET((unsigned)cpu, &now))
		return;
	if (!sched_setaffinity(tid, sizeof(*before), before))
		return;
	/* What it had is not to be had any more. */
	held_set_all(&all);
	sched_setaffinity(tid, sizeof(all), &all);
}

unsigned held_count(const struct held_shared *shared)
{
	unsigned count = 0;

	for (unsigned i = 0; i < HOLD_MAX; i++)
		count += atomic_load(&shared->held[i].tid) > 0;
	return count;
}

void held_widen(struct held *held, pid_t tid)
{
	pid_t released = -tid;

	held_restore(tid, held->cpu, &held->before);
	atomic_compare_exchange_strong(&held->tid, &released, 0);
}

void held_widen_late(struct held *held, pid_t tid)
{
	held_restore(tid, held->cpu, &held->before);
	held->is_late = true;
}

void held_release(struct held *held, pid_t tid)
{
	if (tid > 0 && atomic_compare_exchange_strong(&held->tid, &tid, -tid))
		held_widen(held, tid);
}
