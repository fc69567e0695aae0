/*
 * Seizing. Must neither answer stops nor disturb who is seized: no signal, no
 * call that fails.
 */
#include "supervisor/attach.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/proc.h"
#include "supervisor/alarm.h"
#include "supervisor/call.h"
#include "supervisor/identity.h"
#include "supervisor/life.h"
#include "supervisor/state.h"
#include "tracee/launch.h"

#define PATIENCE_NS UINT64_C(1000000000)

/* ---- one process ---- */

struct seizing {
	struct supervisor *supervisor;
	const struct tracee_options *options;
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
	struct task *task;
	int r;

	if (task_find(&supervisor->tasks, tid))
		return 0;
	r = tracee_seize(tid, seizing->options);
	if (r == -ESRCH ||
	    (r == -EPERM && is_past_seizing(seizing->process->pid, tid)))
		return 0;
	if (r < 0)
		return r;
	task = life_adopt_thread(supervisor, seizing->process, tid);
	if (!task)
		return -ENOMEM;
	task->is_attaching = true;
	supervisor->attach.waiting++;
	tracee_interrupt(tid);
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

static int seize_process(struct supervisor *supervisor, pid_t pid,
			 const struct tracee_options *options)
{
	struct seizing seizing = { .supervisor = supervisor,
				   .options = options };
	int r = check_process(pid);

	if (r < 0)
		return r;
	seizing.process = life_adopt_process(supervisor, pid);
	if (!seizing.process)
		return -ENOMEM;
	r = seize_threads(&seizing);
	if (r < 0 || !seizing.process->task_count) {
		/* Those that were seized are let go at their first stop. */
		seizing.process->facilities = 0;
		if (!seizing.process->task_count)
			task_remove_process(&supervisor->tasks,
					    seizing.process);
		return r < 0 ? r : -ESRCH;
	}
	return 0;
}

/* ---- all that are meant ---- */

struct choosing {
	struct supervisor *supervisor;
	const struct tracee_options *options;
	uint64_t latest; /* who started later came of those that were seized */
	pid_t *meant;    /* malloc'd; also those that were refused */
	size_t count;
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
	const struct attach_target *target =
	    choosing->supervisor->config->target;
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
	r = seize_process(choosing->supervisor, pid, choosing->options);
	if (r < 0 && choosing->error != -EPERM)
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
	return HASH_COUNT(choosing->supervisor->tasks.tasks) ? 0
							     : choosing->error;
}

static int seize_all(struct supervisor *supervisor,
		     const struct tracee_options *options)
{
	const struct attach_target *target = supervisor->config->target;
	struct choosing choosing = {
		.supervisor = supervisor,
		.options = options,
		.latest = options->children ? UINT64_MAX : now_ticks(),
		.error = -ESRCH,
	};

	if (target->pgid || target->descendants)
		return seize_chosen(&choosing);
	return seize_process(supervisor, target->pid, options);
}

int attach_start(struct supervisor *supervisor, struct launch *launch)
{
	struct tracee_options options = {
		.children = supervisor->config->inherit,
	};
	int r = seize_all(supervisor, &options);

	if (r < 0)
		return r;
	supervisor->attach.launch = launch;
	supervisor->attach.deadline_ns = clock_ns(CLOCK_MONOTONIC) +
					 PATIENCE_NS;
	alarm_set();
	return 0;
}

/* ---- afterwards ---- */

void attach_missed(struct supervisor *supervisor, struct task *task)
{
	if (!task->is_attaching)
		return;
	task->is_attaching = false;
	supervisor->attach.waiting--;
}

/* The first of a process to stop shows which ABI it has. */
static void present(struct supervisor *supervisor, struct task *task,
		    uint32_t audit_arch)
{
	struct process *process = task->process;

	if (process->abi == SYSDESC_ABI_UNKNOWN) {
		process->abi = sysdesc_abi_of(audit_arch, 0);
		task->abi = process->abi;
		if (state_is_recorded(process))
			identity_put_process(supervisor, task);
	}
	task->abi = process->abi;
}

void attach_met(struct supervisor *supervisor, struct task *task)
{
	struct tracee_syscall at;

	attach_missed(supervisor, task);
	if (tracee_last_call(task->tid, &at) < 0)
		return;
	present(supervisor, task, at.audit_arch);
	if (at.point == TRACEE_EXIT)
		call_met(supervisor, task, &at);
}

static unsigned list_late(struct supervisor *supervisor,
			  pid_t late[LAUNCH_LATE_MAX])
{
	struct task *task, *next;
	unsigned count = 0;

	HASH_ITER (hh, supervisor->tasks.tasks, task, next)
		if (task->is_attaching && count < LAUNCH_LATE_MAX)
			late[count++] = task->tid;
	return count;
}

void attach_tell(struct supervisor *supervisor)
{
	struct attach *attach = &supervisor->attach;
	pid_t late[LAUNCH_LATE_MAX];
	unsigned count;

	if (!attach->launch || (attach->waiting && clock_ns(CLOCK_MONOTONIC) <
						       attach->deadline_ns))
		return;
	if (!supervisor->parked)
		alarm_clear();
	count = list_late(supervisor, late);
	launch_answer(attach->launch, 0, late, count);
	attach->launch = NULL;
}
