/*
 * Who is busy, and for how long it is held. Must not look at calls: the loop
 * says which of them matter.
 */
#include "supervisor/follow.h"

#include "base/proc.h"
#include "supervisor/hold.h"

/* Those that are held are busy in calls, if they stop so often. */
#define BEATS_BUSY 8
/* So many are looked at together, */
#define TAKES_COUNTED 16
/* and if they were not, it takes so many stops until somebody is held again. */
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

static void let_go(struct follow *follow)
{
	hold_let_go_all(follow->hold);
	move_freely(follow);
	follow->pause = PAUSE_STOPS;
	follow->takes = follow->beats = 0;
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

/* Whether those that were held lately stopped too seldom. */
static bool is_futile(struct follow *follow)
{
	bool few = follow->beats < follow->takes * BEATS_BUSY;

	if (follow->takes++ < TAKES_COUNTED)
		return false;
	follow->takes = 1;
	follow->beats = 0;
	return few;
}

/* One that cannot be held must not cost the others theirs. */
static void take(struct follow *follow, pid_t tid)
{
	int cpu = choose(follow, tid);

	if (cpu < 0)
		return;
	if (is_futile(follow)) {
		let_go(follow);
	} else if (!hold_take(follow->hold, tid, cpu)) {
		move_freely(follow);
		follow->pause = PAUSE_STOPS;
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
	follow->beats++;
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

void follow_telling(struct follow *follow)
{
	follow->telling++;
	if (follow->hold)
		hold_let_go_all(follow->hold);
}

void follow_let_go(struct follow *follow)
{
	if (follow->hold)
		let_go(follow);
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
