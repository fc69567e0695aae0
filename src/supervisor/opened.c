/*
 * Calls that close descriptors are noted when they begin and when they end: in
 * between they may do it at any time.
 */
#include "supervisor/opened.h"

#include <stdint.h>

#include "supervisor/state.h"

/* Descriptors from low to high are closed. */
struct closing {
	uint32_t low, high; /* low > high: none */
};

static const struct closing none = { 1, 0 };

static struct closing closing_of(const struct capture_call *call)
{
	uint32_t fd = (uint32_t)call->args[0];

	if (!call->row)
		return none;
	switch (call->row->effect) {
	case EFFECT_CLOSE:
		return (struct closing){ fd, fd };
	case EFFECT_DUP:
		if (call->row->narg < 2)
			return none;
		fd = (uint32_t)call->args[1];
		return (struct closing){ fd, fd };
	case EFFECT_CLOSE_RANGE:
		return (struct closing){ fd, (uint32_t)call->args[1] };
	default:
		return none;
	}
}

static bool covers(struct closing closing, uint32_t fd)
{
	return closing.low <= fd && fd <= closing.high;
}

/* Of many at once every place is one of theirs. */
static void note(struct task *task)
{
	struct closing closing = closing_of(&task->call);
	struct task_closed *closed = &task->process->closed;

	if (closing.low > closing.high)
		return;
	closed->now++;
	if (closing.high - closing.low < TASK_CLOSED) {
		for (uint32_t i = 0; i <= closing.high - closing.low; i++)
			closed->last[(closing.low + i) % TASK_CLOSED] =
			    closed->now;
		return;
	}
	for (unsigned i = 0; i < TASK_CLOSED; i++)
		closed->last[i] = closed->now;
}

void opened_at_entry(struct task *task)
{
	task->opening = task->process->closed.now;
	note(task);
}

void opened_at_exit(struct task *task)
{
	note(task);
}

static bool is_being_closed(const struct task *task, uint32_t fd)
{
	const struct task *other;

	for (other = task->process->tasks; other; other = other->kin_next)
		if (other != task && other->in_call &&
		    covers(closing_of(&other->call), fd))
			return true;
	return false;
}

bool opened_is_ours(const struct supervisor *supervisor,
		    const struct task *task)
{
	const struct process *process = task->process;
	uint32_t fd = (uint32_t)task->call.result;

	if (process->shares_files)
		return false;
	if (process->task_count == 1)
		return true;
	return supervisor->sees_closes &&
	       process->closed.last[fd % TASK_CLOSED] <= task->opening &&
	       !is_being_closed(task, fd);
}
