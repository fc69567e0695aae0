/*
 * Seizing. Must neither answer stops nor disturb who is seized: no signal, no
 * call that fails.
 */
#include "supervisor/attach.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/clock.h"
#include "base/proc.h"
#include "supervisor/call.h"
#include "supervisor/identity.h"
#include "supervisor/life.h"
#include "supervisor/recording.h"
#include "supervisor/state.h"

/* ---- one process ---- */

struct seizing {
	struct supervisor *supervisor;
	struct process *process;
};

/* Who is gone, or follows its creator already, need not be seized. */
static bool is_past_seizing(pid_t pid, pid_t tid)
{
	struct proc_status status;

	if (tracee_is_ours(tid) || proc_status(tid, &status) == -ESRCH)
		return true;
	return status.tgid == pid && status.is_zombie;
}

static int seize_thread(void *context, pid_t tid)
{
	struct seizing *seizing = context;
	struct supervisor *supervisor = seizing->supervisor;
	struct tracee_options options = state_options(seizing->process);
	struct task *task;
	int r;

	if (task_find(&supervisor->tasks, tid))
		return 0;
	r = tracee_seize(tid, &options);
	if (r == -ESRCH ||
	    (r == -EPERM && is_past_seizing(seizing->process->pid, tid)))
		return 0;
	if (r < 0)
		return r;
	task = life_adopt_thread(supervisor, seizing->process, tid);
	if (!task)
		return -ENOMEM;
	task->is_attaching = true;
	await_thread(supervisor, task);
	return 1;
}

/* Those that are born of a seized one come by themselves; so once all that are
 * there were seized, there is none left. */
static int seize_threads(struct seizing *seizing)
{
	pid_t pid = seizing->process->pid;
	int fresh = 1;

	while (fresh > 0)
		fresh = proc_each_thread(pid, seize_thread, seizing);
	if (fresh == -ESRCH && seizing->process->task_count)
		return 0; /* it ended meanwhile */
	return fresh;
}

/* There is none of a thread that is no leader. */
static int check_process(pid_t pid)
{
	struct proc_status status;
	int r;

	r = proc_status(pid, &status);
	if (r < 0)
		return r;
	/* A leader may end first. */
	return status.tgid == pid && (!status.is_zombie || status.threads > 1)
		   ? 0
		   : -ESRCH;
}

/* Those threads that were seized are let go at their first stop. */
static void give_up(struct supervisor *supervisor, struct process *process)
{
	recording_end(supervisor, process, false);
	if (!process->task_count)
		task_remove_process(&supervisor->tasks, process);
}

static int seize_process(struct supervisor *supervisor, pid_t pid,
			 const struct recording_change *change)
{
	struct seizing seizing = { .supervisor = supervisor };
	int r = check_process(pid);

	if (r < 0)
		return r;
	seizing.process = life_adopt_process(supervisor, pid);
	if (!seizing.process)
		return -ENOMEM;
	r = recording_set(supervisor, seizing.process, change);
	if (!r)
		r = seize_threads(&seizing);
	if (r < 0 || !seizing.process->task_count) {
		give_up(supervisor, seizing.process);
		return r < 0 ? r : -ESRCH;
	}
	return 0;
}

/* ---- all that are meant ---- */

struct choosing {
	struct supervisor *supervisor;
	const struct attach_target *target;
	const struct recording_change *change;
	uint64_t latest; /* who started later came of those that were seized */
	pid_t *meant;    /* malloc'd; also those that were refused */
	size_t count;
	unsigned seized;
	int error; /* of the last that was refused */
};

static bool is_among(const struct choosing *choosing, pid_t pid)
{
	for (size_t i = 0; i < choosing->count; i++)
		if (choosing->meant[i] == pid)
			return true;
	return false;
}

static bool is_meant(const struct choosing *choosing, pid_t pid)
{
	const struct attach_target *target = choosing->target;
	struct proc_status status;
	uint64_t start;

	if (pid == target->pid)
		return true;
	if (target->pgid && getpgid(pid) == target->pgid)
		return true;
	return target->descendants && !proc_status(pid, &status) &&
	       is_among(choosing, status.parent) &&
	       !proc_start_time(pid, &start) && start <= choosing->latest;
}

static int add_meant(struct choosing *choosing, pid_t pid)
{
	pid_t *meant = reallocarray(choosing->meant, choosing->count + 1,
				    sizeof(*meant));

	if (!meant)
		return -ENOMEM;
	choosing->meant = meant;
	meant[choosing->count++] = pid;
	return 0;
}

/* One that is refused does not keep those below it from being seized. */
static int choose(void *context, pid_t pid)
{
	struct choosing *choosing = context;
	int r;

	if (pid == getpid() || is_among(choosing, pid) ||
	    !is_meant(choosing, pid))
		return 0;
	r = add_meant(choosing, pid);
	if (r < 0)
		return r;
	r = seize_process(choosing->supervisor, pid, choosing->change);
	if (!r)
		choosing->seized++;
	else if (choosing->error != -EPERM)
		choosing->error = r;
	return 1;
}

/* In the ticks since boot that processes' starts are told in. */
static uint64_t now_ticks(void)
{
	uint64_t hertz = (uint64_t)sysconf(_SC_CLK_TCK);

	return clock_ns(CLOCK_BOOTTIME) / (CLOCK_NS_PER_S / hertz);
}

/* A child may be listed before its parent: until nobody new is found. */
static int seize_chosen(struct choosing *choosing)
{
	int fresh = 1;

	while (fresh > 0)
		fresh = proc_each_process(choose, choosing);
	free(choosing->meant);
	if (fresh < 0)
		return fresh;
	return choosing->seized ? 0 : choosing->error;
}

int attach_target(struct supervisor *supervisor,
		  const struct attach_target *target,
		  const struct recording_change *change)
{
	bool inherits = change->inherited & KTRFAC_INHERIT;
	struct choosing choosing = {
		.supervisor = supervisor,
		.target = target,
		.change = change,
		.latest = inherits ? UINT64_MAX : now_ticks(),
		.error = -ESRCH,
	};

	if (target->pgid || target->descendants)
		return seize_chosen(&choosing);
	return seize_process(supervisor, target->pid, change);
}

/* The first of a process to stop shows which ABI it has. */
static void present(struct task *task, uint32_t audit_arch)
{
	struct process *process = task->process;

	if (process->abi == SYSDESC_ABI_UNKNOWN) {
		process->abi = sysdesc_abi_of(audit_arch, 0);
		task->abi = process->abi;
		if (state_is_recorded(process))
			identity_put_process(task);
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
	if (at.point == TRACEE_EXIT)
		call_met(supervisor, task, &at);
}

void attach_met_call(struct supervisor *supervisor, struct task *task)
{
	struct tracee_syscall at;

	if (!tracee_last_call(task->tid, &at) && at.point == TRACEE_EXIT)
		call_met(supervisor, task, &at);
}
