/*
 * Who is busy, and for how long it is held. Must not look at calls: the loop
 * says which of them matter.
 */
#include "hold/follow.h"

#include "base/proc.h"
#include "hold/hold.h"

/* A thread was busy, if it stopped so often while it was held. */
#define BEATS_BUSY 8
/* So often in a row they were not, and it is of no use. */
#define POOR_MAX 16
/* Then it takes so many stops until somebody is held again. */
#define PAUSE_STOPS 256
/* After so many in a row on one CPU, the recorder stays there. */
#define SAME_STAY 8

void follow_open(struct follow *follow)
{
	*follow = (struct follow){ .cpu = -1, .last = -1 };
	if (sched_getaffinity(0, sizeof(follow->own), &follow->own) < 0 ||
	    CPU_COUNT(&follow->own) < 2)
		return;
	hold_open(&follow->hold, &follow->own);
}

void follow_close(struct follow *follow)
{
	hold_close(follow->hold);
	follow->hold = NULL;
}

static void move_freely(struct follow *follow)
{
	if (follow->cpu >= 0)
		sched_setaffinity(0, sizeof(follow->own), &follow->own);
	follow->cpu = -1;
}

/* The recorder stays there, so that a stop finds it there. */
static void stay(struct follow *follow, int cpu)
{
	cpu_set_t only;

	CPU_ZERO(&only);
	CPU_SET((unsigned)cpu, &only);
	if (!sched_setaffinity(0, sizeof(only), &only))
		follow->cpu = cpu;
}

static void take_a_pause(struct follow *follow)
{
	move_freely(follow);
	follow->pause = PAUSE_STOPS;
	follow->poor = 0;
}

/* Where the thread is to be held, or -1: beside us, if nobody is there; else
 * where it was last, or where there is room. */
static int choose(struct follow *follow, pid_t tid)
{
	cpu_set_t left = follow->own;
	unsigned held = hold_leave_free(follow->hold, &left);
	int cpu = follow->cpu >= 0 ? follow->cpu : sched_getcpu();

	if (cpu < 0 || held == HOLD_MAX || !CPU_COUNT(&left))
		return -1;
	if (!held)
		stay(follow, cpu);
	if (CPU_ISSET((unsigned)cpu, &left))
		return cpu;
	if (CPU_COUNT(&left) > 1)
		cpu = proc_cpu(tid);
	if (cpu >= 0 && CPU_ISSET((unsigned)cpu, &left))
		return cpu;
	for (cpu = 0; !CPU_ISSET((unsigned)cpu, &left);)
		cpu++;
	return cpu;
}

/* One that cannot be held must not cost the others theirs. */
static void take(struct follow *follow, pid_t tid)
{
	int cpu = choose(follow, tid);
	unsigned former;

	if (cpu < 0)
		return;
	if (!hold_take(follow->hold, tid, cpu, &former)) {
		take_a_pause(follow);
		return;
	}
	follow->poor = former < BEATS_BUSY ? follow->poor + 1 : 0;
	if (follow->poor > POOR_MAX) {
		hold_let_go_all(follow->hold);
		take_a_pause(follow);
	}
}

pid_t follow_held(const struct follow *follow)
{
	return follow->hold ? hold_only(follow->hold) : 0;
}

/* Another thread than those that are held. */
static void stray(struct follow *follow, pid_t tid, bool may_hold)
{
	if (follow->pause > 0)
		follow->pause--;
	else if (may_hold && !follow->telling)
		take(follow, tid);
}

/* A thread that is held has stopped there. */
static void meet(struct follow *follow, int cpu)
{
	follow->same = cpu == follow->last ? follow->same + 1 : 0;
	follow->last = cpu;
	if (cpu == follow->cpu)
		return;
	if (follow->same >= SAME_STAY)
		stay(follow, cpu);
	else
		move_freely(follow);
}

int follow_stop(struct follow *follow, pid_t tid, bool may_hold)
{
	int cpu;

	if (!follow->hold)
		return -1;
	cpu = hold_beat(follow->hold, tid);
	if (cpu >= 0)
		meet(follow, cpu);
	else
		stray(follow, tid, may_hold);
	return cpu;
}

void follow_let_go(struct follow *follow)
{
	if (!follow->hold)
		return;
	hold_let_go_all(follow->hold);
	move_freely(follow);
}

void follow_telling(struct follow *follow)
{
	follow->telling++;
	follow_let_go(follow);
}

void follow_told(struct follow *follow)
{
	follow->telling--;
}

void follow_leave(struct follow *follow, pid_t tid)
{
	if (follow->hold)
		hold_let_go(follow->hold, tid);
}
