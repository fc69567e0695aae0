/*
 * Walks over /proc. Must change nobody.
 */
#include "control/targets.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/proc.h"

struct walk {
	const struct targets *targets;
	uint64_t latest;
	targets_visit *visit;
	void *context;
	pid_t *meant; /* malloc'd; also those that were refused */
	size_t count;
	struct targets_tally tally;
};

static bool is_among(const struct walk *walk, pid_t pid)
{
	for (size_t i = 0; i < walk->count; i++)
		if (walk->meant[i] == pid)
			return true;
	return false;
}

static bool is_meant(const struct walk *walk, pid_t pid)
{
	const struct targets *targets = walk->targets;
	struct proc_status status;
	uint64_t start;

	if (pid == targets->pid)
		return true;
	if (targets->pgid && getpgid(pid) == targets->pgid)
		return true;
	return targets->descendants && !proc_status(pid, &status) &&
	       is_among(walk, status.parent) && !proc_start_time(pid, &start) &&
	       start <= walk->latest;
}

static int add_meant(struct walk *walk, pid_t pid)
{
	pid_t *meant = reallocarray(walk->meant, walk->count + 1,
				    sizeof(*meant));

	if (!meant)
		return -ENOMEM;
	walk->meant = meant;
	meant[walk->count++] = pid;
	return 0;
}

static void count(struct targets_tally *tally, int r)
{
	if (!r) {
		tally->done++;
		return;
	}
	tally->refused++;
	if (tally->error != -EPERM)
		tally->error = r;
}

static int choose(void *context, pid_t pid)
{
	struct walk *walk = context;
	int r;

	if ((pid == getpid() && !walk->targets->ourselves) ||
	    is_among(walk, pid) || !is_meant(walk, pid))
		return 0;
	r = add_meant(walk, pid);
	if (r < 0)
		return r;
	count(&walk->tally, walk->visit(walk->context, pid));
	return 1;
}

/* A child may be listed before its parent: until nobody new is found. */
static int walk_all(struct walk *walk)
{
	int fresh = 1;

	while (fresh > 0)
		fresh = proc_each_process(choose, walk);
	free(walk->meant);
	return fresh;
}

uint64_t targets_now(void)
{
	uint64_t hertz = (uint64_t)sysconf(_SC_CLK_TCK);

	return clock_ns(CLOCK_BOOTTIME) / (CLOCK_NS_PER_S / hertz);
}

int targets_each(const struct targets *targets, uint64_t latest,
		 targets_visit *visit, void *context, struct targets_tally *ret)
{
	struct walk walk = {
		.targets = targets,
		.latest = latest,
		.visit = visit,
		.context = context,
	};
	int r = 0;

	if (targets->pgid || targets->descendants)
		r = walk_all(&walk);
	else
		count(&walk.tally, visit(context, targets->pid));
	*ret = walk.tally;
	if (r < 0)
		return r;
	if (walk.tally.done)
		return 0;
	return walk.tally.error ?: -ESRCH;
}
