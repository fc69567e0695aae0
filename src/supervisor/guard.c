/*
 * Who is named by numbers and descriptors, and what becomes of the call; paths
 * are in guard_path.c. Knows calls by what the table says of their arguments.
 */
#include "supervisor/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/prctl.h>

#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "supervisor/guard_private.h"
#include "supervisor/pidfd.h"
#include "supervisor/state.h"
#include "supervisor/violation.h"
#include "sysdesc/constant.h"

void guard_open(struct guard *guard, pid_t other)
{
	guard->pids[guard->count++] = getpid();
	if (other)
		guard->pids[guard->count++] = other;
	if (proc_link(getpid(), "ns/pid", guard->space, sizeof(guard->space)) <
	    0)
		guard->space[0] = '\0';
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* ---- who is named ---- */

bool guard_has(const struct guard *guard, pid_t tid)
{
	/* A thread is as good as its process, which alone finds it. */
	for (unsigned i = 0; tid > 0 && i < guard->count; i++)
		if (tid == guard->pids[i] ||
		    !syscall(SYS_tgkill, guard->pids[i], tid, 0) ||
		    errno != ESRCH)
			return true;
	return false;
}

static bool has_group(const struct guard *guard, pid_t group)
{
	for (unsigned i = 0; i < guard->count; i++)
		if (getpgid(guard->pids[i]) == group)
			return true;
	return false;
}

/* Whoever has pids of its own cannot name us by any. */
static bool shares_pids(const struct guard *guard, const struct task *task)
{
	char space[GUARD_LINK_MAX];

	return !guard->space[0] ||
	       proc_link(task->tid, "ns/pid", space, sizeof(space)) < 0 ||
	       !strcmp(space, guard->space);
}

static bool is_use(const struct sysdesc_arg *arg)
{
	return (arg->kind == KIND_PID || arg->kind == KIND_FD) &&
	       pidfd_is_of_use((enum sysdesc_use)arg->set);
}

bool guard_is_by(const struct sysdesc_row *row)
{
	unsigned count;
	const struct sysdesc_choice *choices = sysdesc_choices(row, &count);

	for (unsigned i = 0; i < row->narg; i++)
		if (is_use(&row->arg[i]))
			return true;
	for (unsigned i = 0; choices && i < count; i++)
		if (choices[i].kind == KIND_PID)
			return true;
	return row->effect == EFFECT_COMM;
}

/* ---- what it says of them ---- */

/* Signal 0 asks whether somebody is there: that is no secret. */
static bool asks_only(const struct capture_call *call)
{
	for (unsigned i = 0; i < call->row->narg; i++)
		if (call->row->arg[i].kind == KIND_SIGNAL)
			return (int32_t)call->args[i] == 0;
	return false;
}

/* Who is meant by what is no pid of one. */
static enum guarding judge_group(const struct guard *guard,
				 const struct task *task, int32_t pid,
				 bool is_broadcast)
{
	bool reaches;

	/* Whatever others call it, it is the same group. */
	if (pid == 0)
		reaches = is_broadcast &&
			  has_group(guard, getpgid(task->process->pid));
	else if (pid == -1)
		reaches = is_broadcast && shares_pids(guard, task);
	else
		reaches = has_group(guard, -pid) && shares_pids(guard, task);
	if (!reaches)
		return GUARD_NOTHING;
	return is_broadcast ? GUARD_NARROWS : GUARD_REFUSES;
}

static enum guarding judge(const struct guard *guard, const struct task *task,
			   unsigned index)
{
	struct sysdesc_arg arg = sysdesc_argument(task->call.row,
						  task->call.args, index);
	int32_t value = (int32_t)task->call.args[index];
	pid_t pid = value;

	if (!is_use(&arg))
		return GUARD_NOTHING;
	if (arg.kind == KIND_FD)
		pid = pidfd_target(task, value);
	else if (pid <= 0)
		return judge_group(guard, task, pid, arg.set == USE_SIGNALS);
	return guard_has(guard, pid) && shares_pids(guard, task)
		   ? GUARD_REFUSES
		   : GUARD_NOTHING;
}

/* Whoever is not dumpable is closed to who records it, too. It is told that it
 * is, and stays open. */
static enum guarding judge_dumpable(struct task *task)
{
	const uint64_t *args = task->call.args;

	if ((uint32_t)args[0] == PR_GET_DUMPABLE)
		return task->process->hides ? GUARD_HIDES : GUARD_NOTHING;
	if ((uint32_t)args[0] != PR_SET_DUMPABLE)
		return GUARD_NOTHING;
	task->process->hides = args[1] == 0;
	return task->process->hides ? GUARD_HIDES : GUARD_NOTHING;
}

void guard_at_entry(struct supervisor *supervisor, struct task *task)
{
	const struct guard *guard = &supervisor->guard;
	const struct sysdesc_row *row = task->call.row;

	task->guarding = GUARD_NOTHING;
	if (!guard->count || !row || !supervisor->started ||
	    !guard_is_by(row) || asks_only(&task->call))
		return;
	if (row->effect == EFFECT_COMM)
		task->guarding = judge_dumpable(task);
	for (unsigned i = 0; !task->guarding && i < row->narg; i++)
		task->guarding = judge(guard, task, i);
}

void guard_exec(struct process *process)
{
	process->hides = false;
}

/* ---- what becomes of it ---- */

/* As kill(2) has it. */
static bool may_signal(const struct proc_status *from,
		       const struct proc_status *to)
{
	return from->uid[1] == 0 || from->uid[1] == to->uid[0] ||
	       from->uid[1] == to->uid[2] || from->uid[0] == to->uid[0] ||
	       from->uid[0] == to->uid[2];
}

static int send(const struct proc_status *from, pid_t pid, int signal_number)
{
	struct proc_status to;

	if (proc_status(pid, &to) < 0)
		return -ESRCH;
	if (!may_signal(from, &to))
		return -EPERM;
	return kill(pid, signal_number) < 0 ? -errno : 0;
}

/* To all of the group (0: to all there are) who are recorded; to itself at
 * last, if it is one of them. Where only those are left who are guarded, it is
 * not permitted. */
static int64_t narrow(struct supervisor *supervisor, const struct task *task,
		      pid_t group, int signal_number)
{
	struct process *process, *next;
	pid_t own = task->process->pid;
	struct proc_status from;
	int64_t result = proc_status(own, &from);

	if (result < 0)
		return result;
	result = -EPERM;
	HASH_ITER (hh, supervisor->tasks.processes, process, next) {
		if (process->pid == own ||
		    (group && getpgid(process->pid) != group))
			continue;
		if (result)
			result = send(&from, process->pid, signal_number);
		else
			send(&from, process->pid, signal_number);
	}
	if (group && getpgid(own) == group)
		result = send(&from, own, signal_number);
	return result;
}

static int64_t send_narrowed(struct supervisor *supervisor,
			     const struct task *task)
{
	const struct capture_call *call = &task->call;
	int32_t whom = -1;
	int number = 0;

	for (unsigned i = 0; i < call->row->narg; i++) {
		if (call->row->arg[i].set == USE_SIGNALS)
			whom = (int32_t)call->args[i];
		if (call->row->arg[i].kind == KIND_SIGNAL)
			number = (int32_t)call->args[i];
	}
	if (number < 0 || number > TRACEE_SIGNAL_MAX)
		return -EINVAL;
	if (whom == -1)
		return narrow(supervisor, task, 0, number);
	return narrow(supervisor, task,
		      whom ? -whom : getpgid(task->process->pid), number);
}

void guard_settle(struct supervisor *supervisor, struct task *task)
{
	enum guarding guarding = (enum guarding)task->guarding;
	int64_t result;

	task->guarding = GUARD_NOTHING;
	switch (guarding) {
	case GUARD_NOTHING:
		return;
	case GUARD_HIDES:
		tracee_answer_call(task->tid, 0);
		return;
	case GUARD_REFUSES:
		violation_of_guard(supervisor, task, "refuse");
		tracee_answer_call(task->tid, -EPERM);
		return;
	case GUARD_NARROWS:
		result = send_narrowed(supervisor, task);
		violation_of_guard(supervisor, task,
				   result == -EPERM ? "refuse" : "narrow");
		tracee_answer_call(task->tid, result);
		return;
	}
}
