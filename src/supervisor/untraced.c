/* Must not tell of the call. */
#include "supervisor/untraced.h"

#include <linux/sched.h>

#include "supervisor/scribe.h"
#include "supervisor/task.h"
#include "tracee/memory.h"
#include "tracee/tracee.h"

/* 0 or -errno. */
static int put(const struct task *task, uint64_t flags)
{
	uint64_t place = task->untraced.place;

	return place ? memory_write(task->tid, place, &flags, sizeof(flags))
		     : tracee_set_argument(task->tid, 0, flags);
}

static void take_flag(struct task *task, uint64_t place, uint64_t flags)
{
	if (!(flags & CLONE_UNTRACED))
		return;
	task->untraced = (struct task_untraced){ .is_taken = true,
						 .place = place,
						 .flags = flags };
	if (!put(task, flags & ~(uint64_t)CLONE_UNTRACED))
		return;
	task->untraced = (struct task_untraced){ 0 };
	scribe_coverage(task->process->session, task, "child",
			place ? "clone3 with CLONE_UNTRACED"
			      : "clone with CLONE_UNTRACED");
}

/* They are the first word of clone_args. */
static void take_from_memory(struct task *task)
{
	uint64_t flags = 0;
	struct memory_piece piece = { .address = task->call.args[0],
				      .to = &flags,
				      .length = sizeof(flags) };

	if (memory_read(task->tid, &piece, 1) == 0 &&
	    piece.got == sizeof(flags))
		take_flag(task, piece.address, flags);
}

void untraced_at_entry(struct task *task)
{
	const struct sysdesc_row *row = task->call.row;

	if (row && row->effect == EFFECT_SPAWN && row->narg)
		take_flag(task, 0, task->call.args[0]);
	else if (row && row->effect == EFFECT_SPAWN3)
		take_from_memory(task);
}

void untraced_at_birth(struct task *parent, struct task *child)
{
	if (!parent->untraced.is_taken)
		return;
	child->untraced = parent->untraced;
	child->untraced.is_inherited = true;
	/* Who shares it may be about to look. */
	if (parent->untraced.place)
		untraced_put_back(parent);
}

void untraced_put_back(struct task *task)
{
	if (!task->untraced.is_taken)
		return;
	if (task->untraced.place)
		put(task, task->untraced.flags);
	else
		tracee_restore_argument(task->tid, 0, task->untraced.flags);
	task->untraced = (struct task_untraced){ 0 };
}
