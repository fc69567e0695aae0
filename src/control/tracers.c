/*
 * Reads TracerPid of each. Must change nobody.
 */
#include "control/tracers.h"

#include <errno.h>
#include <stdlib.h>

#include "base/proc.h"
#include "control/targets.h"

static int add_tracer(struct tracers *found, pid_t tracer)
{
	pid_t *grown;

	for (unsigned i = 0; i < found->count; i++)
		if (found->pids[i] == tracer)
			return 0;
	grown = reallocarray(found->pids, found->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	found->pids = grown;
	grown[found->count++] = tracer;
	return 0;
}

static int look_at(void *context, pid_t pid)
{
	struct tracers *found = context;
	struct proc_status status;
	int r = proc_process(pid, &status);

	if (r < 0)
		return r;
	found->all++;
	if (!status.tracer) {
		found->untraced++;
		return 0;
	}
	return add_tracer(found, status.tracer);
}

static int look_at_all(void *context, pid_t pid)
{
	int r = look_at(context, pid);

	return r == -ESRCH ? 0 : r;
}

int tracers_find(const struct targets *targets, struct tracers *ret)
{
	struct targets_tally tally;
	int r;

	*ret = (struct tracers){ .is_meant = targets != NULL };
	if (targets)
		r = targets_each(targets, TARGETS_NO_LIMIT, look_at, ret,
				 &tally);
	else
		r = proc_each_process(look_at_all, ret);
	if (r < 0)
		tracers_done(ret);
	return r < 0 ? r : 0;
}

void tracers_done(struct tracers *tracers)
{
	free(tracers->pids);
	tracers->pids = NULL;
}
