/*
 * One call at a time. Whoever else would make such a call waits at its entry;
 * whoever shares something with who makes it waits wherever it stops.
 */
#include "supervisor/still.h"
#include "supervisor/scribe.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>

#include <ktrace-u/format.h>

#include <utlist.h>

#include "base/clock.h"
#include "base/proc.h"
#include "supervisor/alarm.h"
#include "supervisor/collect.h"
#include "supervisor/effect.h"
#include "supervisor/place.h"
#include "supervisor/state.h"
#include "tracee/stop.h"

/* So long others are kept waiting: until all have stopped, and then again until
 * the call is over. */
#define PATIENCE_NS UINT64_C(50000000)
/* So often who is waited for may be found asleep: once it may have been about
 * to stop. And so often it may be found to want nothing but a CPU. */
#define ASLEEP_TIMES 1
#define BUSY_TIMES   60

/* ---- who shares ---- */

static pid_t memory_of(const struct process *process)
{
	return process->memory ? process->memory : process->pid;
}

void still_born(struct process *process, const struct process *creator,
		uint64_t flags, bool waits)
{
	process->was_shared = creator->was_shared;
	if (waits || flags & CLONE_VM)
		process->memory = memory_of(creator);
}

/* It cannot stop: it waits in the kernel until its child has memory of its own,
 * and stops before it goes on. */
static bool waits_for_child(const struct task *task)
{
	const struct sysdesc_row *row = task->call.row;

	if (!task->in_call || !task->wants_exit || !row)
		return false;
	if (row->effect == EFFECT_SPAWN && row->narg == 0)
		return true;
	return effect_spawn_flags(task->tid, row, task->call.args) &
	       CLONE_VFORK;
}

static bool is_still(const struct task *task)
{
	return task->is_kept || task->exiting || task->parked.active ||
	       waits_for_child(task);
}

static bool shares(const struct still *still, const struct task *task)
{
	return still->wants & STILL_OTHERS && task != still->whose &&
	       memory_of(task->process) == memory_of(still->whose->process);
}

static void gather_of(struct still *still, struct process *process)
{
	struct task *task, *next;

	TASK_EACH_KIN (process->tasks, task, next) {
		if (task == still->whose || is_still(task) ||
		    tracee_interrupt(task->tid) < 0)
			continue;
		task->is_gathered = true;
		still->awaited++;
	}
}

static void gather(struct supervisor *supervisor)
{
	struct still *still = &supervisor->still;
	const struct process *own = still->whose->process;
	struct process *process, *next;

	HASH_ITER (hh, supervisor->tasks.processes, process, next)
		if (memory_of(process) == memory_of(own))
			gather_of(still, process);
}

static void gathered(struct still *still, struct task *task)
{
	if (task->is_gathered)
		still->awaited--;
	task->is_gathered = false;
}

/* Whether another call is under way that took too long. It may wait for just
 * this one, and would wait anew each time it is interrupted. */
static bool meets_loose(struct supervisor *supervisor, const struct task *task)
{
	struct task *other, *next;

	if (!supervisor->still.loose)
		return false;
	HASH_ITER (hh, supervisor->tasks.tasks, other, next)
		if (other->is_loose &&
		    memory_of(other->process) == memory_of(task->process))
			return true;
	return false;
}

/* ---- stops that are put aside ---- */

static void keep(struct still *still, struct task *task,
		 const struct stop *stop)
{
	task->is_kept = true;
	task->kept = *stop;
	DL_APPEND2(still->kept, task, kept_prev, kept_next);
}

static void unkeep(struct still *still, struct task *task)
{
	if (!task->is_kept)
		return;
	task->is_kept = false;
	DL_DELETE2(still->kept, task, kept_prev, kept_next);
}

struct task *still_next(struct supervisor *supervisor, struct stop *ret)
{
	struct still *still = &supervisor->still;
	struct task *task = still->whose ? still->whose : still->kept;

	if (!task || !task->is_kept || (still->whose && still->awaited))
		return NULL;
	unkeep(still, task);
	still->turn = task;
	*ret = task->kept;
	return task;
}

/* ---- begin and end ---- */

/* Nobody else is kept waiting where nobody is. */
static void set_deadline(struct supervisor *supervisor)
{
	struct still *still = &supervisor->still;

	if (HASH_COUNT(supervisor->tasks.tasks) < 2)
		return;
	still->deadline_ns = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;
	if (!still->has_alarm)
		alarm_set();
	still->has_alarm = true;
}

static void forget_paths(struct still *still)
{
	while (still->path_count)
		free(still->paths[--still->path_count].text);
}

/* Nobody is waited for any more, whether he stops yet or not. */
static void ungather(struct supervisor *supervisor)
{
	struct task *task, *next;

	HASH_ITER (hh, supervisor->tasks.tasks, task, next)
		if (supervisor->still.awaited)
			gathered(&supervisor->still, task);
}

static void release(struct supervisor *supervisor)
{
	struct still *still = &supervisor->still;

	ungather(supervisor);
	still->whose = NULL;
	forget_paths(still);
}

static void begin(struct supervisor *supervisor, struct task *task,
		  unsigned wants)
{
	struct still *still = &supervisor->still;

	still->whose = task;
	still->wants = wants;
	still->is_broken = false;
	still->found_busy = still->found_asleep = 0;
	if (wants & STILL_OTHERS)
		gather(supervisor);
	set_deadline(supervisor);
}

bool still_keeps_call(struct supervisor *supervisor, struct task *task,
		      const struct tracee_syscall *at)
{
	struct still *still = &supervisor->still;
	struct stop stop = { .tid = task->tid,
			     .kind = at->point == TRACEE_ENTRY ? STOP_SYSCALL
							       : STOP_SECCOMP };
	unsigned wants;

	if (!supervisor->config->resolves || still->whose == task ||
	    !state_is_recorded(task->process))
		return false;
	wants = still_wants(task, at);
	if (wants & STILL_OTHERS && meets_loose(supervisor, task))
		wants &= ~(unsigned)STILL_OTHERS;
	if (!wants)
		return false;
	/* Who waits already comes first. */
	if (!still->whose && (!still->kept || still->turn == task)) {
		begin(supervisor, task, wants);
		if (!still->awaited)
			return false;
	}
	collect_keep(task->tid, &stop);
	keep(still, task, &stop);
	return true;
}

/* Who was killed needs no leave to end; nor has who executes something else
 * anything in common with others any more. */
static bool needs_no_leave(struct supervisor *supervisor, struct task *task,
			   const struct stop *stop)
{
	if (stop->kind != STOP_EXIT && stop->kind != STOP_EXEC)
		return false;
	if (stop->kind == STOP_EXIT)
		still_end(supervisor, task);
	gathered(&supervisor->still, task);
	return true;
}

bool still_keeps(struct supervisor *supervisor, struct task *task,
		 struct stop *stop)
{
	struct still *still = &supervisor->still;

	/* It was killed, if it was put aside. */
	unkeep(still, task);
	if (needs_no_leave(supervisor, task, stop) || !still->whose ||
	    !shares(still, task))
		return false;
	collect_keep(task->tid, stop);
	if (needs_no_leave(supervisor, task, stop))
		return false;
	gathered(still, task);
	keep(still, task, stop);
	return true;
}

void still_end(struct supervisor *supervisor, struct task *task)
{
	struct still *still = &supervisor->still;

	still->loose -= task->is_loose;
	still->renaming -= task->may_rename;
	task->is_loose = task->may_rename = false;
	if (still->whose == task)
		release(supervisor);
}

void still_forget(struct supervisor *supervisor, struct task *task)
{
	gathered(&supervisor->still, task);
	unkeep(&supervisor->still, task);
	still_end(supervisor, task);
}

/* Its names may have led elsewhere by the time that they are asked for. */
static void put_doubts(const struct still *still)
{
	for (unsigned i = 0; i < still->path_count; i++)
		place_doubt(still->whose, still->paths[i].arg,
			    still->paths[i].text);
}

/* What opens a file may make it, but has no path lead elsewhere. */
static bool may_rename(const struct still *still)
{
	const struct sysdesc_row *row = still->whose->call.row;

	return still->wants & STILL_NAMES && !(row && row->result == RESULT_FD);
}

/* Others were kept waiting for long enough: it goes on as it can. */
static void give_up(struct supervisor *supervisor)
{
	struct still *still = &supervisor->still;

	still->is_broken = true;
	if (still->whose->is_kept) {
		ungather(supervisor);
		set_deadline(supervisor);
		return;
	}
	still->whose->is_loose = true;
	still->loose++;
	if (may_rename(still)) {
		still->whose->may_rename = true;
		still->renaming++;
		put_doubts(still);
	}
	release(supervisor);
}

static bool is_asleep(const struct task *task)
{
	int64_t call;

	return proc_call(task->tid, &call) == 0;
}

/* Whether those who are waited for only want a CPU. */
static bool may_wait(struct supervisor *supervisor)
{
	struct still *still = &supervisor->still;
	struct task *task, *next;

	bool is_busy = !still->awaited && !is_asleep(still->whose);

	HASH_ITER (hh, supervisor->tasks.tasks, task, next)
		is_busy |= task->is_gathered && !is_asleep(task);
	return is_busy ? still->found_busy++ < BUSY_TIMES
		       : still->found_asleep++ < ASLEEP_TIMES;
}

void still_tick(struct supervisor *supervisor)
{
	struct still *still = &supervisor->still;

	if (!still->has_alarm)
		return;
	if (clock_ns(CLOCK_MONOTONIC) < still->deadline_ns)
		return;
	if (still->whose) {
		/* Nobody waits for it, or it only has to wait for a CPU. */
		if (!still->kept || may_wait(supervisor))
			set_deadline(supervisor);
		else
			give_up(supervisor);
		return;
	}
	still->has_alarm = false;
	if (!state_needs_alarm(supervisor))
		alarm_clear();
}

void still_done(struct supervisor *supervisor)
{
	forget_paths(&supervisor->still);
}

/* ---- what is known by it ---- */

void still_named(struct supervisor *supervisor, struct task *task, unsigned arg,
		 const char *path, size_t length)
{
	struct still *still = &supervisor->still;
	char *text;

	if (still->whose != task || !(still->wants & STILL_NAMES) ||
	    still->path_count == STILL_PATHS)
		return;
	text = strndup(path, length);
	if (!text)
		return;
	still->paths[still->path_count++] = (struct still_path){ arg, text };
}

bool still_is_proof(const struct supervisor *supervisor,
		    const struct task *task)
{
	const struct still *still = &supervisor->still;

	return still->whose == task && still->wants & STILL_OTHERS &&
	       !still->is_broken;
}

bool still_has_names(const struct supervisor *supervisor,
		     const struct task *task)
{
	const struct still *still = &supervisor->still;

	return still->whose == task && still->wants & STILL_NAMES &&
	       !still->is_broken && !still->renaming;
}

static void put_held(struct task *task)
{
	struct fields_writer *fields = scribe_fields(task->process->session,
						     task, KTR_STRUCT_HELD);

	if (!fields)
		return;
	fields_number(fields, "alone", 1);
	scribe_fields_end(task->process->session);
}

void still_tell(struct supervisor *supervisor, struct task *task)
{
	struct still *still = &supervisor->still;

	if (still->whose != task)
		return;
	if (still->wants & STILL_OTHERS && !still->is_broken)
		put_held(task);
	if (task->call.failed)
		return;
	/* A call that took too long may change names yet. */
	if (still->is_broken || still->renaming) {
		put_doubts(still);
		return;
	}
	for (unsigned i = 0; i < still->path_count; i++)
		place_put(task, still->paths[i].arg, still->paths[i].text);
}
