/*
 * Times of birth of files. Must wait for nobody: a file system may be served by
 * who is traced.
 */
#include "supervisor/made.h"

#include <fcntl.h>
#include <stdint.h>
#include <time.h>

#include "base/clock.h"
#include "supervisor/task.h"
#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"

/* openat2(2) has its flags in memory. */
static bool may_make(const struct capture_call *call)
{
	bool opens = false;

	if (!call->row || call->row->result != RESULT_FD)
		return false;
	for (unsigned i = 0; i < call->row->narg; i++) {
		const struct sysdesc_arg *arg = &call->row->arg[i];

		if (arg->kind == KIND_FLAGS && arg->set == FLAGSET_OPEN)
			return call->args[i] & O_CREAT;
		opens |= arg->kind == KIND_PATH &&
			 (arg->set == USE_OPEN || arg->set == USE_CREAT);
	}
	return opens;
}

void made_at_entry(struct task *task)
{
	task->making_ns = may_make(&task->call)
			      ? clock_ns(CLOCK_REALTIME_COARSE)
			      : 0;
}

static bool is_same(const struct proc_birth *one,
		    const struct proc_birth *other)
{
	return one->ns == other->ns && one->inode == other->inode &&
	       one->major == other->major && one->minor == other->minor;
}

/* By another call within the same tick. */
static bool is_known(const struct made *made, const struct proc_birth *birth)
{
	for (unsigned i = 0; i < MADE_LAST; i++)
		if (is_same(&made->last[i], birth))
			return true;
	return false;
}

bool made_by_call(struct made *made, const struct task *task, const char *link)
{
	struct proc_birth birth;

	if (!task->making_ns || proc_birth(task->tid, link, &birth) < 0 ||
	    birth.ns < task->making_ns || birth.ns > clock_ns(CLOCK_REALTIME) ||
	    is_known(made, &birth))
		return false;
	made->last[made->next++ % MADE_LAST] = birth;
	return true;
}
