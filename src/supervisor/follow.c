/*
 * Who is busy, and for how long it is held. Must not look at calls: the loop
 * says which of them matter.
 */
#include "supervisor/follow.h"

#include "supervisor/hold.h"

/* A thread was busy, if it stopped so often while it was held. */
#define BEATS_BUSY 8
/* So often in a row they were not, and there is not one but several. */
#define POOR_MAX 16
/* Then it takes so many stops until somebody is held again. */
#define PAUSE_STOPS 256

void follow_open(struct follow *follow)
{
	*follow = (struct follow){ .hold = NULL };
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

static void let_go(struct follow *follow)
{
	hold_let_go(follow->hold);
	if (follow->is_still)
		sched_setaffinity(0, sizeof(follow->own), &follow->own);
	follow->is_still = false;
	follow->pause = PAUSE_STOPS;
	follow->poor = 0;
}

/* The recorder stays where it is, so that a stop finds it there. */
static bool keep_still(struct follow *follow)
{
	cpu_set_t only;

	if (follow->is_still)
		return true;
	follow->cpu = sched_getcpu();
	if (follow->cpu < 0)
		return false;
	CPU_ZERO(&only);
	CPU_SET((unsigned)follow->cpu, &only);
	follow->is_still = !sched_setaffinity(0, sizeof(only), &only);
	return follow->is_still;
}

static void take(struct follow *follow, pid_t tid)
{
	follow->tid = tid;
	follow->beats = 0;
	if (!keep_still(follow) || !hold_take(follow->hold, tid, follow->cpu))
		let_go(follow);
}

/* Whether several are busy, by how the last ones did that were held. */
static bool is_crowded(struct follow *follow, pid_t tid)
{
	if (tid == follow->tid)
		return false;
	return follow->beats < BEATS_BUSY && ++follow->poor > POOR_MAX;
}

pid_t follow_held(const struct follow *follow)
{
	return follow->hold ? hold_whom(follow->hold) : 0;
}

bool follow_holds(const struct follow *follow, pid_t tid)
{
	return follow_held(follow) == tid;
}

/* Another thread than the one that is held. */
static void stray(struct follow *follow, pid_t tid, bool may_hold)
{
	if (follow->pause > 0)
		follow->pause--;
	else if (!may_hold || follow->telling)
		return;
	else if (is_crowded(follow, tid))
		let_go(follow);
	else
		take(follow, tid);
}

int follow_stop(struct follow *follow, pid_t tid, bool may_hold)
{
	if (!follow_holds(follow, tid)) {
		if (follow->hold)
			stray(follow, tid, may_hold);
		return -1;
	}
	hold_beat(follow->hold);
	if (++follow->beats == BEATS_BUSY)
		follow->poor = 0;
	return follow->cpu;
}

void follow_telling(struct follow *follow)
{
	follow->telling++;
	if (follow->hold)
		hold_let_go(follow->hold);
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
	if (follow_holds(follow, tid))
		hold_let_go(follow->hold);
}
