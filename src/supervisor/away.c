/*
 * Who comes back of those that were let go before an exec. Must decide about
 * nobody who was not.
 *
 * p->ptrace of the thread that executes is what check_unsafe_exec() of the
 * kernel looks at, under a mutex that an attach takes, too: a seize that comes
 * while the thread is on its way there would take the privilege away, and one
 * that comes later waits until the exec is over. So nobody is seized again
 * unless he was seen outside of the call.
 */
#include "supervisor/away.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/proc.h"
#include "supervisor/alarm.h"
#include "supervisor/attach.h"
#include "supervisor/life.h"
#include "supervisor/recording.h"
#include "supervisor/scribe.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"
#include "supervisor/telling.h"

#define FIRST_LOOK_NS UINT64_C(50000)
#define LAST_LOOK_NS  UINT64_C(100000000)
/* Who has used the CPU for so long has left the part of execve that a seize
 * must not meet: it finds a file, opens it and copies two megabytes. */
#define BUSY_NS UINT64_C(50000000)

struct away {
	struct away *next;
	struct process *process;
	pid_t tid; /* who called execve */
	uint64_t start;
	enum sysdesc_abi abi;
	struct program_identity before; /* what it executed until then */
	uint64_t ran_ns;                /* CPU time that the thread had used */
	uint64_t due_ns;
	uint64_t pause_ns;
};

bool away_is_pending(const struct supervisor *supervisor)
{
	return supervisor->away != NULL;
}

void away_close(struct supervisor *supervisor)
{
	struct away *away;

	while ((away = supervisor->away) != NULL) {
		supervisor->away = away->next;
		free(away);
	}
}

/* A leader may have ended before; who executes takes its id. */
static int look_at_image(const struct away *away, struct program_identity *ret)
{
	int r = program_file_running(away->tid, ret);

	return r == -ENOENT ? program_file_running(away->process->pid, ret) : r;
}

bool away_remember(struct supervisor *supervisor, const struct task *task)
{
	struct away *away = calloc(1, sizeof(*away));

	if (!away)
		return false;
	away->process = task->process;
	away->tid = task->tid;
	away->abi = task->abi;
	away->pause_ns = FIRST_LOOK_NS;
	if (proc_start_time(task->process->pid, &away->start) < 0 ||
	    look_at_image(away, &away->before) < 0) {
		free(away);
		return false;
	}
	if (proc_run_time(task->tid, &away->ran_ns) < 0)
		away->ran_ns = UINT64_MAX;
	away->next = supervisor->away;
	supervisor->away = away;
	away->process->is_away = true;
	return true;
}

/* ---- coming back ---- */

enum fate {
	FATE_OPEN,   /* not known yet */
	FATE_GONE,   /* it has gained its privilege, or has ended */
	FATE_FAILED, /* it runs on as what it was */
	FATE_PLAIN,  /* it executes something else, and gained nothing */
	FATE_HIDDEN, /* we may not look */
};

static bool is_exec(enum sysdesc_abi abi, int64_t number)
{
	const struct sysdesc_row *row = sysdesc_find(abi, number);

	return row && row->effect == EFFECT_EXEC;
}

static bool is_busy(const struct away *away)
{
	uint64_t ran_ns;

	return !proc_run_time(away->tid, &ran_ns) && ran_ns > away->ran_ns &&
	       ran_ns - away->ran_ns > BUSY_NS;
}

/* It executes what it did, and we may look into it. */
static enum fate fate_of_thread(const struct away *away)
{
	int64_t number;
	int r = proc_call(away->tid, &number);

	switch (r) {
	case 0:
		return is_exec(away->abi, number) ? FATE_OPEN : FATE_FAILED;
	case -EAGAIN:
		return is_busy(away) ? FATE_FAILED : FATE_OPEN;
	case -ESRCH:
		return FATE_FAILED; /* others of its process live on */
	default:
		return FATE_HIDDEN;
	}
}

/* Whether the program that it executes now is hidden from us, or another. That
 * the file is changed, or removed, means nothing. */
static enum fate fate_of_image(const struct away *away)
{
	const struct program_identity *before = &away->before;
	struct program_identity now;

	if (look_at_image(away, &now) < 0)
		return FATE_GONE;
	return now.device == before->device && now.inode == before->inode
		   ? FATE_OPEN
		   : FATE_PLAIN;
}

static bool is_gone(const struct away *away)
{
	pid_t pid = away->process->pid;
	struct proc_status status;

	return !proc_is_same(pid, away->start) ||
	       proc_process(pid, &status) < 0;
}

static enum fate fate_of(const struct away *away)
{
	enum fate thread, image;

	/* Nothing is set any more: it may go where it likes. */
	if (!away->process->session || is_gone(away))
		return FATE_GONE;
	image = fate_of_image(away);
	if (image != FATE_OPEN)
		return image;
	thread = fate_of_thread(away);
	/* Meanwhile it may have come to its end. */
	image = thread == FATE_OPEN ? FATE_OPEN : fate_of_image(away);
	return image == FATE_OPEN ? thread : image;
}

static const char *const returns[] = {
	[FATE_FAILED] = "it failed after it had been let go, and is recorded "
			"again from here on",
	[FATE_PLAIN] = "it gained nothing after it had been let go, and is "
		       "recorded again from here on",
	[FATE_HIDDEN] = "it was let go, and may not be seized again should it "
			"have failed",
};

/* What it did meanwhile, nobody has seen. */
static void come_back(struct supervisor *supervisor, struct process *process)
{
	process->is_away = false;
	process->abi = SYSDESC_ABI_UNKNOWN;
	process->unreadable = process->unreadable_told = false;
	task_know_nothing(process);
	/* What would tell it where it runs it may have opened, too. */
	telling_unseen(supervisor);
}

/* Where somebody else traces it by now it is his. */
static enum fate seize(struct supervisor *supervisor, const struct away *away,
		       enum fate fate)
{
	int r = attach_again(supervisor, away->process);

	if (r == -ESRCH)
		return FATE_GONE;
	if (r < 0)
		return fate_of_image(away) == FATE_GONE ? FATE_GONE
							: FATE_HIDDEN;
	come_back(supervisor, away->process);
	away->process->returned = returns[fate];
	return fate;
}

/* What is traced of it nevertheless is let go at its first stop. */
static void give_up(struct supervisor *supervisor, struct process *process)
{
	process->is_away = false;
	if (process->session)
		recording_end(supervisor, process, true);
	if (!process->task_count)
		task_remove_process(&supervisor->tasks, process);
}

/*
 * Whether some of its threads are left that have not stopped yet to be let go.
 * The end of a leader whose id another thread has taken is told to nobody: it
 * is found out here.
 */
static bool is_leaving(struct supervisor *supervisor,
		       const struct process *process)
{
	struct task *task, *next;

	TASK_EACH_KIN (process->tasks, task, next)
		if (!tracee_is_ours(task->tid))
			life_leave(supervisor, task);
	return process->task_count != 0;
}

/* True when nothing more is to be found out. */
static bool settle(struct supervisor *supervisor, const struct away *away)
{
	struct process *process = away->process;
	enum fate fate;

	if (is_leaving(supervisor, process))
		return false;
	fate = fate_of(away);
	if (fate == FATE_FAILED || fate == FATE_PLAIN)
		fate = seize(supervisor, away, fate);
	if (fate == FATE_HIDDEN)
		scribe_coverage(process->session, NULL, "exec", returns[fate]);
	if (fate == FATE_HIDDEN || fate == FATE_GONE)
		give_up(supervisor, process);
	return fate != FATE_OPEN;
}

void away_met(struct task *task)
{
	struct process *process = task->process;

	if (process->returned)
		scribe_coverage(process->session, task, "exec",
				process->returned);
	process->returned = NULL;
}

/* ---- when ---- */

static uint64_t next_due(const struct supervisor *supervisor)
{
	const struct away *away;
	uint64_t due_ns = UINT64_MAX;

	for (away = supervisor->away; away; away = away->next)
		due_ns = MIN(due_ns, away->due_ns);
	return due_ns;
}

static void await(uint64_t due_ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(due_ns / CLOCK_NS_PER_S),
		.tv_nsec = (long)(due_ns % CLOCK_NS_PER_S),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static bool look(struct supervisor *supervisor, struct away *away,
		 uint64_t now_ns)
{
	if (now_ns < away->due_ns)
		return false;
	if (settle(supervisor, away))
		return true;
	away->due_ns = now_ns + away->pause_ns;
	away->pause_ns = MIN(2 * away->pause_ns, LAST_LOOK_NS);
	return false;
}

static void look_after(struct supervisor *supervisor)
{
	struct away **at = &supervisor->away;
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	while (*at) {
		struct away *away = *at;

		if (look(supervisor, away, now_ns)) {
			*at = away->next;
			free(away);
		} else {
			at = &away->next;
		}
	}
}

void away_replace(struct supervisor *supervisor, pid_t pid)
{
	struct away **at = &supervisor->away;
	struct away *away;

	while (*at && (*at)->process->pid != pid)
		at = &(*at)->next;
	away = *at;
	if (!away)
		return;
	*at = away->next;
	give_up(supervisor, away->process);
	free(away);
}

void away_tick(struct supervisor *supervisor, bool alone)
{
	if (!supervisor->away)
		return;
	if (alone)
		await(next_due(supervisor));
	sessions_tick(supervisor);
	look_after(supervisor);
	if (supervisor->away)
		alarm_set_first(next_due(supervisor));
	else if (!state_needs_alarm(supervisor))
		alarm_clear();
}
