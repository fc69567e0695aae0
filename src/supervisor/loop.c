/*
 * The loop. Every stop is answered exactly once: by resuming, listening or
 * detaching.
 */
#include "supervisor/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <ktrace-u/format.h>

#include "supervisor/away.h"
#include "supervisor/call.h"
#include "supervisor/collect.h"
#include "supervisor/detach.h"
#include "supervisor/escape.h"
#include "supervisor/life.h"
#include "supervisor/psig.h"
#include "supervisor/request.h"
#include "supervisor/sampling.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"
#include "supervisor/untraced.h"
#include "supervisor/violation.h"
#include "tracee/filter.h"
#include "tracee/stop.h"

static bool stops_at_calls(const struct task *task)
{
	const struct process *process = task->process;

	if (process->is_filtered)
		return task->in_call && task->wants_exit;
	if (task->restarted >= 0 && tracee_watches_restarts())
		return true;
	return process->plan &&
	       (process->plan->stops_calls || process->is_disturbed);
}

static enum tracee_until loop_until(struct supervisor *supervisor,
				    struct task *task)
{
	task->runs_free = !stops_at_calls(task);
	/* The end of this call will not be seen. */
	if (task->runs_free && !task->process->is_filtered && task->in_call)
		call_abandon(supervisor, task);
	return task->runs_free ? TRACEE_UNTIL_EVENT : TRACEE_UNTIL_SYSCALL;
}

static void loop_resume(struct supervisor *supervisor, struct task *task,
			int signal_number)
{
	if (detach_is_due(task))
		detach_thread(supervisor, task, signal_number);
	else
		tracee_resume(task->tid, loop_until(supervisor, task),
			      signal_number);
}

/* False when the thread died, so that its end will come, or is to wait. */
static bool take_syscall(struct supervisor *supervisor, struct task *task,
			 struct tracee_syscall *at)
{
	if (tracee_syscall(task->tid, at) < 0)
		return false;
	switch (at->point) {
	case TRACEE_ENTRY:
	case TRACEE_FILTERED:
		if (still_keeps_call(supervisor, task, at))
			return false;
		call_end_interrupted(task, task->interrupted.error);
		call_entry(supervisor, task, at);
		break;
	case TRACEE_EXIT:
		call_exit(supervisor, task, at);
		break;
	case TRACEE_NOWHERE:
		return !tracee_is_exiting(task->tid);
	}
	return true;
}

static void answer_syscall(struct supervisor *supervisor, struct task *task)
{
	struct tracee_syscall at;

	if (!take_syscall(supervisor, task, &at))
		return;
	if (at.point == TRACEE_ENTRY && privilege_at_entry(supervisor, task))
		return;
	if (at.point == TRACEE_EXIT && call_is_cut_short(task, &at))
		tracee_interrupt(task->tid);
	if (at.point == TRACEE_ENTRY && detach_is_due(task))
		detach_at_entry(task);
	else
		loop_resume(supervisor, task, 0);
}

/*
 * A filter's stop. Where the filter is the program's own and asks for a tracer,
 * it finds none, as it would without us: the call fails with ENOSYS. So does
 * one of a number below 0: the kernel takes that for a call that we have
 * answered.
 */
static void answer_filter(struct supervisor *supervisor, struct task *task)
{
	struct tracee_syscall at;

	if (!take_syscall(supervisor, task, &at))
		return;
	if (at.point == TRACEE_FILTERED &&
	    (at.filter_data != FILTER_TRACE_DATA || (int32_t)at.number < 0))
		tracee_refuse_call(task->tid);
	loop_resume(supervisor, task, 0);
}

static void answer_signal(struct supervisor *supervisor, struct task *task,
			  int signal_number)
{
	struct psig_answer answer = psig_deliver(supervisor, task,
						 signal_number);

	if (answer.step && !detach_is_due(task))
		tracee_resume(task->tid, TRACEE_ONE_STEP, answer.signal);
	else
		loop_resume(supervisor, task, answer.signal);
}

static void answer_group_stop(struct supervisor *supervisor, struct task *task)
{
	call_keep_interrupted(task);
	call_end_interrupted(task, task->interrupted.error);
	if (detach_is_due(task))
		detach_thread(supervisor, task, 0);
	else
		tracee_listen(task->tid);
}

static void renew_options(struct task *task)
{
	struct tracee_options options = state_options(task->process);

	task->has_old_options = false;
	tracee_set_options(task->tid, &options);
}

/* The first stop of a thread whose process is known by now. */
static void answer_newborn(struct supervisor *supervisor, struct task *task)
{
	if (task->has_old_options)
		renew_options(task);
	untraced_put_back(task);
	if (task->in_group_stop)
		answer_group_stop(supervisor, task);
	else
		loop_resume(supervisor, task, 0);
}

static void answer_birth(struct supervisor *supervisor, struct task *task,
			 bool waits)
{
	struct task *newborn = NULL;
	pid_t child;

	if (tracee_child(task->tid, &child) < 0)
		return; /* killed before it could tell */
	life_born(supervisor, task, child, waits, &newborn);
	escape_at_birth(task);
	loop_resume(supervisor, task, 0);
	if (newborn && newborn->process)
		answer_newborn(supervisor, newborn);
}

static void answer_exit(struct supervisor *supervisor, struct task *task)
{
	violation_at_exit(supervisor, task);
	life_exiting(supervisor, task);
	/* Later the command has no standard error to be told on. */
	if (task->tid == supervisor->command) {
		session_flush(task->process->session);
		sessions_check(supervisor);
	}
	tracee_resume(task->tid, TRACEE_UNTIL_EVENT, 0);
}

static void answer_exec(struct supervisor *supervisor, pid_t tid)
{
	struct task *task = life_exec(supervisor, tid);

	if (!task)
		return;
	still_tell(supervisor, task);
	still_end(supervisor, task);
	if (task->process)
		privilege_at_exec(supervisor, task);
	loop_resume(supervisor, task, 0);
}

static void answer(struct supervisor *supervisor, struct task *task,
		   const struct stop *stop)
{
	switch (stop->kind) {
	case STOP_SYSCALL:
		answer_syscall(supervisor, task);
		break;
	case STOP_SECCOMP:
		answer_filter(supervisor, task);
		break;
	case STOP_SIGNAL:
		answer_signal(supervisor, task, stop->signal);
		break;
	case STOP_GROUP:
		answer_group_stop(supervisor, task);
		break;
	case STOP_FORK:
	case STOP_VFORK:
	case STOP_CLONE:
		answer_birth(supervisor, task, stop->kind == STOP_VFORK);
		break;
	case STOP_EXEC:
		answer_exec(supervisor, stop->tid);
		break;
	case STOP_EXIT:
		answer_exit(supervisor, task);
		break;
	case STOP_INTERRUPT:
		/* Any SIGCONT stops all threads so, stopped before or not. */
		call_restart_interrupted(task);
		loop_resume(supervisor, task, 0);
		break;
	case STOP_VFORK_DONE:
	case STOP_UNKNOWN:
		loop_resume(supervisor, task, 0);
		break;
	case STOP_EXITED:
	case STOP_KILLED:
		break; /* dealt with when it was met */
	}
}

/* A stop of a thread that has no process yet. Its parent will tell, unless it
 * was killed before it could. */
static void answer_unclaimed(struct supervisor *supervisor, struct task *task,
			     const struct stop *stop)
{
	if (stop->kind == STOP_EXIT) {
		tracee_resume(stop->tid, TRACEE_UNTIL_EVENT, 0);
		return;
	}
	if (!task) {
		life_unclaimed(supervisor, stop->tid);
		task = task_find(&supervisor->tasks, stop->tid);
	}
	if (task)
		task->in_group_stop = stop->kind == STOP_GROUP;
	else
		tracee_detach(stop->tid, 0);
}

static void note_cpu(struct supervisor *supervisor, struct task *task,
		     const struct stop *stop)
{
	bool may_hold = supervisor->may_hold && !supervisor->status_readers &&
			task && task->process && !task->hands_on &&
			stop->kind != STOP_EXIT;
	int cpu = follow_stop(&supervisor->follow, stop->tid, may_hold);

	if (task && cpu >= 0)
		task->cpu = cpu;
}

/* Somebody waits for this stop. */
static void meet(struct supervisor *supervisor, struct task *task)
{
	await_stopped(supervisor, task);
	/* For one that is let go the wait is over when it is gone. */
	if (task->process && detach_is_due(task) && !task->is_attaching)
		return;
	await_met(supervisor, task);
	if (task->is_attaching) {
		attach_met(supervisor, task);
		return;
	}
	renew_options(task);
	if (task->runs_free && !task->process->is_filtered &&
	    state_is_recorded(task->process))
		attach_met_call(supervisor, task);
}

static void loop_answer(struct supervisor *supervisor, struct stop *stop)
{
	struct task *task = task_find(&supervisor->tasks, stop->tid);

	sessions_tick(supervisor);
	note_cpu(supervisor, task, stop);
	if (task && task->is_awaited)
		meet(supervisor, task);
	if (task && task->process && task->has_old_options)
		renew_options(task);
	if (task && task->process && task->untraced.is_inherited)
		untraced_put_back(task);
	if (task && task->process) {
		if (!still_keeps(supervisor, task, stop))
			answer(supervisor, task, stop);
	} else if (stop->kind == STOP_EXEC)
		tracee_resume(stop->tid, TRACEE_UNTIL_EVENT, 0);
	else
		answer_unclaimed(supervisor, task, stop);
}

/* Those that were put aside. */
static void answer_kept(struct supervisor *supervisor)
{
	struct stop stop;
	struct task *task;

	still_tick(supervisor);
	while ((task = still_next(supervisor, &stop)))
		answer(supervisor, task, &stop);
}

/* Newborns whose parent is gone will never be told of. */
static void adopt_orphans(struct supervisor *supervisor)
{
	struct task *task, *next;

	TASK_EACH_KIN (supervisor->tasks.newborns, task, next)
		if (life_adopt(supervisor, task))
			answer_newborn(supervisor, task);
}

/* Only once all stops are answered: one that was left with the kernel would be
 * met again if it were kept until others can be let go. */
static void check_request(struct supervisor *supervisor)
{
	if (*supervisor->config->end_requested != 1)
		return;
	*supervisor->config->end_requested = 2;
	sessions_say(supervisor, "session",
		     "ended by a signal to the recorder");
	detach_all(supervisor);
}

void loop_begin(struct supervisor *supervisor)
{
	struct task *task = task_find(&supervisor->tasks, supervisor->command);

	tracee_resume(task->tid, loop_until(supervisor, task), 0);
}

/* Nobody is traced, but somebody may come back: he is asked to, from time to
 * time. */
static int wait_for_request(struct supervisor *supervisor)
{
	const struct timespec moment = { .tv_sec = 1 };

	owner_call_back(supervisor);
	nanosleep(&moment, NULL);
	return 0;
}

void loop_run(struct supervisor *supervisor)
{
	struct collect *collect = calloc(1, sizeof(*collect));
	int r = 0;

	while (collect && (r != -ECHILD || away_is_pending(supervisor))) {
		await_tell(supervisor);
		away_tick(supervisor, r == -ECHILD);
		r = collect_stops(supervisor, collect);
		if (r == -ECHILD && owner_is_expected(supervisor))
			r = wait_for_request(supervisor);
		sampling_drain(supervisor, collect);
		for (unsigned i = 0; !r && i < collect->count; i++)
			loop_answer(supervisor, &collect->stops[i]);
		answer_kept(supervisor);
		/* Whose parent is to wait is told of later. */
		if (supervisor->tasks.unclaimed && !supervisor->still.whose)
			adopt_orphans(supervisor);
		sessions_check(supervisor);
		check_request(supervisor);
		request_serve(supervisor);
		detach_tick(supervisor);
	}
	await_tell(supervisor);
	free(collect);
}
