/*
 * Counting threads that are to stop. Must not answer their stops.
 */
#include "supervisor/await.h"

#include <utlist.h>

#include "base/clock.h"
#include "supervisor/alarm.h"
#include "supervisor/state.h"

#define PATIENCE_NS UINT64_C(1000000000)

void await_thread(struct supervisor *supervisor, struct task *task)
{
	if (!task->is_awaited) {
		task->is_awaited = true;
		supervisor->await.waiting++;
	}
	if (!task->is_asked) {
		task->is_asked = true;
		DL_APPEND2(supervisor->await.asked, task, asked_prev,
			   asked_next);
	}
	tracee_interrupt(task->tid);
}

void await_begin(struct supervisor *supervisor,
		 void (*tell)(struct supervisor *, const pid_t *, unsigned))
{
	supervisor->await.tell = tell;
	supervisor->await.deadline_ns = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;
	alarm_set();
}

void await_stopped(struct supervisor *supervisor, struct task *task)
{
	if (!task->is_asked)
		return;
	task->is_asked = false;
	DL_DELETE2(supervisor->await.asked, task, asked_prev, asked_next);
}

unsigned await_asked(const struct supervisor *supervisor, pid_t *ret,
		     unsigned max)
{
	const struct task *task;
	unsigned count = 0;

	DL_FOREACH2 (supervisor->await.asked, task, asked_next) {
		if (count == max)
			break;
		ret[count++] = task->tid;
	}
	return count;
}

void await_met(struct supervisor *supervisor, struct task *task)
{
	await_stopped(supervisor, task);
	if (!task->is_awaited)
		return;
	task->is_awaited = false;
	supervisor->await.waiting--;
}

static unsigned list_late(struct supervisor *supervisor,
			  pid_t late[AWAIT_LATE_MAX])
{
	struct task *task, *next;
	unsigned count = 0;

	HASH_ITER (hh, supervisor->tasks.tasks, task, next)
		if (task->is_awaited && count < AWAIT_LATE_MAX)
			late[count++] = task->tid;
	return count;
}

void await_tell(struct supervisor *supervisor)
{
	struct await *await = &supervisor->await;
	void (*tell)(struct supervisor *, const pid_t *,
		     unsigned) = await->tell;
	pid_t late[AWAIT_LATE_MAX];

	if (!tell ||
	    (await->waiting && clock_ns(CLOCK_MONOTONIC) < await->deadline_ns))
		return;
	await->tell = NULL;
	if (!state_needs_alarm(supervisor))
		alarm_clear();
	tell(supervisor, late, list_late(supervisor, late));
}
