/*
 * Seizing. Must neither answer stops nor disturb who is seized: no signal, no
 * call that fails.
 */
#include "supervisor/attach.h"

#include <errno.h>

#include <ktrace-u/format.h>

#include "base/proc.h"
#include "control/targets.h"
#include "supervisor/addressee.h"
#include "supervisor/away.h"
#include "supervisor/call.h"
#include "supervisor/identity.h"
#include "supervisor/life.h"
#include "supervisor/recording.h"
#include "supervisor/state.h"
#include "supervisor/telling.h"
#include "tracee/launch.h"

/* ---- one process ---- */

struct seizing {
	struct supervisor *supervisor;
	struct process *process;
	struct tracee_options options;
	bool spares_addressees;
	pid_t last_born; /* before anybody was looked at */
};

/* Who is gone, or follows its creator already, need not be seized. */
static bool is_past_seizing(pid_t pid, pid_t tid)
{
	struct proc_status status;

	if (tracee_is_ours(tid) || proc_status(tid, &status) == -ESRCH)
		return true;
	return status.tgid == pid && status.has_ended;
}

static int seize_thread(void *context, pid_t tid)
{
	struct seizing *seizing = context;
	struct supervisor *supervisor = seizing->supervisor;
	pid_t pid = seizing->process->pid;
	struct task *task;
	int r;

	if (task_find(&supervisor->tasks, tid))
		return 0;
	if (seizing->spares_addressees && addressee_may_be(pid, tid))
		return 0;
	r = tracee_seize(tid, &seizing->options);
	if (r == -ESRCH || (r == -EPERM && is_past_seizing(pid, tid)))
		return 0;
	if (r < 0)
		return r;
	task = life_adopt_thread(supervisor, seizing->process, tid);
	if (!task)
		return -ENOMEM;
	task->is_attaching = true;
	task->is_addressee = !seizing->spares_addressees;
	/* It may have open what tells it where it runs. */
	telling_unseen(supervisor);
	return 1;
}

/* Those that are born of a seized one come by themselves; so once all that are
 * there were seized, there is none left. */
static int seize_threads(struct seizing *seizing)
{
	pid_t pid = seizing->process->pid;
	int fresh;

	seizing->last_born = proc_last_born();
	seizing->spares_addressees = true;
	fresh = proc_each_thread(pid, seize_thread, seizing);
	seizing->spares_addressees = false;
	if (fresh >= 0)
		fresh = 1;
	while (fresh > 0)
		fresh = proc_each_thread(pid, seize_thread, seizing);
	if (fresh == -ESRCH && seizing->process->task_count)
		return 0; /* it ended meanwhile */
	return fresh;
}

static void interrupt_thread(struct seizing *seizing, struct task *task)
{
	if (!task->is_attaching || task->is_awaited)
		return;
	if (seizing->spares_addressees && task->is_addressee)
		return;
	await_thread(seizing->supervisor, task);
}

/* Children may have come meanwhile. */
static void find_addressees(struct seizing *seizing)
{
	struct process *process = seizing->process;
	pid_t last_born = proc_last_born();
	struct task *task, *next;

	if (last_born >= 0 && last_born == seizing->last_born)
		return;
	TASK_EACH_KIN (process->tasks, task, next)
		if (task->is_attaching)
			task->is_addressee = addressee_may_be(process->pid,
							      task->tid);
}

/* Only once all are seized: what is addressed to one of them wakes that one,
 * unless it is stopped. So these are the last again. */
static void interrupt_threads(struct seizing *seizing)
{
	struct task *task, *next;

	find_addressees(seizing);
	seizing->spares_addressees = true;
	TASK_EACH_KIN (seizing->process->tasks, task, next)
		interrupt_thread(seizing, task);
	seizing->spares_addressees = false;
	TASK_EACH_KIN (seizing->process->tasks, task, next)
		interrupt_thread(seizing, task);
}

bool attach_holds(pid_t pid, pid_t whom)
{
	struct proc_status status;

	while (!proc_status(whom, &status) && status.tracer) {
		if (status.tracer == pid)
			return true;
		whom = status.tracer;
	}
	return false;
}

/* Unless it is recorded then, those that were seized are let go at their first
 * stop. */
static int seize_process(struct supervisor *supervisor, struct process *process,
			 uint32_t inherited)
{
	struct seizing seizing = {
		.supervisor = supervisor,
		.process = process,
		.options.children = inherited & KTRFAC_INHERIT,
	};
	int r = seize_threads(&seizing);

	interrupt_threads(&seizing);
	return r < 0 || process->task_count ? r : -ESRCH;
}

int attach_process(struct supervisor *supervisor, pid_t pid,
		   const struct recording_change *change)
{
	struct proc_status status;
	struct process *process;
	int r = proc_process(pid, &status);

	if (r < 0)
		return r;
	/* Each would wait for the other. */
	if (attach_holds(pid, getpid()) ||
	    attach_holds(pid, supervisor->launch->command))
		return -EPERM;
	process = life_adopt_process(supervisor, pid);
	if (!process)
		return -ENOMEM;
	r = seize_process(supervisor, process, change->inherited);
	if (!process->task_count)
		task_remove_process(&supervisor->tasks, process);
	return r < 0 ? r : recording_set(supervisor, process, change);
}

int attach_again(struct supervisor *supervisor, struct process *process)
{
	return seize_process(supervisor, process, process->facilities);
}

/* ---- all that are meant ---- */

struct seizing_all {
	struct supervisor *supervisor;
	const struct recording_change *change;
};

static int seize_one(void *context, pid_t pid)
{
	const struct seizing_all *all = context;
	const struct recording_setter *setter = all->change->setter;
	int rule = 0;

	if (setter)
		rule = judge_target(setter->form, &setter->credential, pid, 0);
	if (rule)
		return rule < 0 ? rule : -EPERM;
	return attach_process(all->supervisor, pid, all->change);
}

int attach_targets(struct supervisor *supervisor, const struct targets *targets,
		   const struct recording_change *change)
{
	struct seizing_all all = { supervisor, change };
	bool inherits = change->inherited & KTRFAC_INHERIT;
	struct targets_tally tally;

	/* Who started later came of those that were seized. */
	return targets_each(targets,
			    inherits ? TARGETS_NO_LIMIT : targets_now(),
			    seize_one, &all, &tally);
}

/* ---- afterwards ---- */

/* The first of a process to stop shows which ABI it has. */
static void present(struct task *task, uint32_t audit_arch)
{
	struct process *process = task->process;

	if (process->abi == SYSDESC_ABI_UNKNOWN) {
		process->abi = sysdesc_abi_of(audit_arch, 0);
		task->abi = process->abi;
		if (state_is_recorded(process))
			identity_put_process(task);
		/* Of several threads, the others run and change them still. */
		if (state_is_recorded(process) && process->task_count == 1)
			identity_put_descriptors(task);
	}
	task->abi = process->abi;
}

void attach_met(struct supervisor *supervisor, struct task *task)
{
	struct tracee_syscall at;

	task->is_attaching = false;
	if (tracee_last_call(task->tid, &at) < 0)
		return;
	present(task, at.audit_arch);
	away_met(task);
	if (at.point == TRACEE_EXIT)
		call_met(supervisor, task, &at);
}

void attach_met_call(struct supervisor *supervisor, struct task *task)
{
	struct tracee_syscall at;

	if (!tracee_last_call(task->tid, &at) && at.point == TRACEE_EXIT)
		call_met(supervisor, task, &at);
}
