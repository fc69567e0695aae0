/*
 * Who is let go, and when. Must leave no thread in a stop for longer than it
 * takes the others to come to theirs.
 */
#include "supervisor/detach.h"

#include <errno.h>

#include "base/clock.h"
#include "hold/follow.h"
#include "supervisor/addressee.h"
#include "supervisor/alarm.h"
#include "supervisor/call.h"
#include "supervisor/life.h"
#include "supervisor/recording.h"
#include "supervisor/state.h"

/* Who sleeps where nothing wakes it must not hold up the others. */
#define PATIENCE_NS UINT64_C(1000000000)

bool detach_is_due(const struct task *task)
{
	return !task->process->is_filtered && !state_is_recorded(task->process);
}

void detach_due(struct supervisor *supervisor)
{
	struct task *task, *next;

	HASH_ITER (hh, supervisor->tasks.tasks, task, next)
		if (task->process && !task->parked.active &&
		    detach_is_due(task))
			await_thread(supervisor, task);
}

void detach_session(struct supervisor *supervisor, struct session *session)
{
	struct process *process, *next;

	HASH_ITER (hh, supervisor->tasks.processes, process, next)
		if (process->session &&
		    (!session || process->session == session))
			recording_end(supervisor, process, false);
	detach_due(supervisor);
}

void detach_all(struct supervisor *supervisor)
{
	detach_session(supervisor, NULL);
}

void detach_forget(struct supervisor *supervisor, struct task *task)
{
	if (!task->parked.active)
		return;
	task->parked.active = false;
	task->process->parked--;
	supervisor->parked--;
}

static void let_go(struct supervisor *supervisor, struct task *task)
{
	int signal_number = task->parked.signal;

	detach_forget(supervisor, task);
	follow_leave(&supervisor->follow, task->tid);
	if (tracee_detach(task->tid, signal_number) != -ESRCH)
		life_leave(supervisor, task);
}

/* The process is gone with its last thread. */
static void let_go_parked(struct supervisor *supervisor, pid_t pid,
			  enum task_turn turn)
{
	struct process *process = task_process(&supervisor->tasks, pid);
	struct task *task, *next;

	if (!process)
		return;
	TASK_EACH_KIN (process->tasks, task, next)
		if (task->parked.active && task->parked.turn == turn)
			let_go(supervisor, task);
}

/* Once those that signals are addressed to are gone, nobody is woken any more
 * for the sake of those that are still traced. */
static enum task_turn find_turn(const struct task *task)
{
	if (!addressee_may_be(task->process->pid, task->tid))
		return TASK_TURN_LAST;
	return task->restarted >= 0 ? TASK_TURN_SECOND : TASK_TURN_FIRST;
}

static void find_turns(const struct process *process)
{
	struct task *task, *next;

	TASK_EACH_KIN (process->tasks, task, next)
		if (task->parked.active)
			task->parked.turn = find_turn(task);
}

static void let_go_all(struct supervisor *supervisor, struct process *process)
{
	pid_t pid = process->pid;

	find_turns(process);
	let_go_parked(supervisor, pid, TASK_TURN_FIRST);
	let_go_parked(supervisor, pid, TASK_TURN_SECOND);
	let_go_parked(supervisor, pid, TASK_TURN_LAST);
}

void detach_thread(struct supervisor *supervisor, struct task *task,
		   int signal_number)
{
	struct process *process = task->process;

	task->parked.active = true;
	supervisor->parked++;
	task->parked.signal = signal_number;
	/* Our interrupt must not be what ended a call. */
	if (!signal_number)
		call_restart_interrupted(task);
	if (!process->parked++) {
		process->parked_until_ns = clock_ns(CLOCK_MONOTONIC) +
					   PATIENCE_NS;
		if (process->task_count > 1)
			alarm_set();
	}
	detach_check(supervisor, process);
}

/*
 * A thread that was asked to stop has a wake-up pending, and the call that it
 * is about to make would end with EINTR, seen by nobody: it is let go at the
 * end of that call.
 */
void detach_at_entry(struct task *task)
{
	tracee_resume(task->tid, TRACEE_UNTIL_SYSCALL, 0);
	tracee_interrupt(task->tid);
}

void detach_check(struct supervisor *supervisor, struct process *process)
{
	if (process->parked &&
	    (process->parked == process->task_count ||
	     clock_ns(CLOCK_MONOTONIC) >= process->parked_until_ns))
		let_go_all(supervisor, process);
}

void detach_tick(struct supervisor *supervisor)
{
	struct process *process, *next;

	if (!supervisor->parked)
		return;
	HASH_ITER (hh, supervisor->tasks.processes, process, next)
		detach_check(supervisor, process);
	if (!state_needs_alarm(supervisor))
		alarm_clear();
}
