/*
 * Births, execs and ends. Must not resume or detach anything.
 */
#include "supervisor/life.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/proc.h"
#include "hold/follow.h"
#include "supervisor/away.h"
#include "supervisor/call.h"
#include "supervisor/detach.h"
#include "supervisor/effect.h"
#include "supervisor/guard.h"
#include "supervisor/identity.h"
#include "supervisor/psig.h"
#include "supervisor/recording.h"
#include "supervisor/sampling.h"
#include "supervisor/scribe.h"
#include "supervisor/stack.h"
#include "supervisor/state.h"
#include "supervisor/telling.h"
#include "supervisor/untraced.h"
#include "tracee/stop.h"

/* Without /proc nobody has a name. */
static void life_name(struct task *task)
{
	static const char unknown[KTR_COMM_SIZE] = "?";

	if (proc_comm(task->tid, task->comm) < 0)
		memcpy(task->comm, unknown, sizeof(unknown));
}

struct process *life_adopt_process(struct supervisor *supervisor, pid_t pid)
{
	struct process *process;

	away_replace(supervisor, pid);
	process = task_add_process(&supervisor->tasks, pid);
	if (!process)
		return NULL;
	process->abi = SYSDESC_ABI_UNKNOWN;
	/* Whom else it shares what with, nobody told us. */
	process->shares_fs = process->shares_files = true;
	return process;
}

struct task *life_adopt_thread(struct supervisor *supervisor,
			       struct process *process, pid_t tid)
{
	struct task *task = task_add(&supervisor->tasks, tid, process);

	if (!task)
		return NULL;
	task->abi = process->abi;
	life_name(task);
	return task;
}

int life_adopt_command(struct supervisor *supervisor,
		       const struct recording_change *change)
{
	struct process *process = life_adopt_process(supervisor,
						     supervisor->command);
	struct task *task;
	int r;

	if (!process)
		return -ENOMEM;
	task = life_adopt_thread(supervisor, process, supervisor->command);
	if (!task)
		return -ENOMEM;
	process->abi = task->abi = sysdesc_abi_native();
	process->shares_fs = process->shares_files = false;
	process->is_filtered = supervisor->config->filtered;
	r = recording_set(supervisor, process, change);
	psig_start(supervisor, process);
	return r;
}

static void life_start(struct supervisor *supervisor, struct task *task)
{
	supervisor->started = true;
	identity_put_process(task);
}

void life_start_at_exec(struct supervisor *supervisor, struct task *task)
{
	if (task->process->pid == supervisor->command && task->call.row &&
	    task->call.row->effect == EFFECT_EXEC)
		life_start(supervisor, task);
}

/* A thread of the parent's process, or the first of a new one? The kernel
 * answers without a look into /proc: a thread is found through its group. */
static bool is_thread_of(const struct process *process, pid_t tid)
{
	return !syscall(SYS_tgkill, process->pid, tid, 0) || errno != ESRCH;
}

static void inherit(struct supervisor *supervisor, struct process *child,
		    struct process *parent)
{
	child->abi = parent->abi;
	child->shares_fs = parent->shares_fs;
	telling_inherit(supervisor, child, parent);
	child->hides = parent->hides;
	child->root_known = parent->root_known;
	child->rooted = parent->rooted;
	if (parent->cwd_known)
		child->cwd = strdup(parent->cwd);
	child->cwd_known = child->cwd != NULL;
	psig_fork(child, parent);
	child->is_filtered = parent->is_filtered;
	recording_fork(child, parent);
}

static struct process *life_process_of(struct supervisor *supervisor,
				       struct task *parent, pid_t tid,
				       bool waits)
{
	struct process *process;

	if (is_thread_of(parent->process, tid))
		return parent->process;
	away_replace(supervisor, tid);
	process = task_add_process(&supervisor->tasks, tid);
	if (process) {
		process->parent = parent->process->pid;
		inherit(supervisor, process, parent->process);
		effect_share(parent, process, waits);
	}
	return process;
}

static void claim(struct supervisor *supervisor, struct task *task,
		  struct process *process, const char *comm)
{
	task_claim(&supervisor->tasks, task, process);
	task->abi = process->abi;
	/* Those of its creator, which may have been changed behind the birth.
	 */
	task->has_old_options = supervisor->changes_options;
	memcpy(task->comm, comm, sizeof(task->comm));
	if (task->tid == process->pid && state_is_recorded(process))
		identity_put_birth(task);
}

void life_born(struct supervisor *supervisor, struct task *parent, pid_t child,
	       bool waits, struct task **ret_newborn)
{
	struct task *task = task_find(&supervisor->tasks, child);
	struct process *process;

	*ret_newborn = NULL;
	parent->spawning = 0;
	if (task && task->process)
		return; /* adopted already */
	if (!task && !tracee_is_ours(child)) {
		scribe_coverage(parent->process->session, parent, "child",
				"a newborn ended before its creator told of "
				"it");
		return;
	}
	process = life_process_of(supervisor, parent, child, waits);
	if (task)
		*ret_newborn = task;
	else
		task = task_add(&supervisor->tasks, child, NULL);
	hint_note(&supervisor->hint, child);
	if (!process || !task) {
		scribe_coverage(parent->process->session, parent, "child",
				"out of memory");
		return;
	}
	sampling_born(parent, task);
	untraced_at_birth(parent, task);
	claim(supervisor, task, process, parent->comm);
	call_return_in_child(parent, task);
}

void life_unclaimed(struct supervisor *supervisor, pid_t tid)
{
	struct task *task = task_add(&supervisor->tasks, tid, NULL);

	if (task)
		task->born_after = supervisor->births;
}

/* Whether somebody is left who will tell of the newborn: who is in a call that
 * may have made it. Who its parent is now says nothing: that may be a traced
 * process that adopted it. */
static bool has_teller(struct supervisor *supervisor,
		       const struct task *newborn)
{
	const struct task *task;

	for (task = supervisor->tasks.tasks; task; task = task->hh.next)
		if (task->spawning && task->spawning <= newborn->born_after)
			return true;
	return false;
}

/* Whose children are recorded. */
static struct process *some_inheriting(struct supervisor *supervisor)
{
	struct process *process = supervisor->tasks.processes;

	while (process && !(process->facilities & KTRFAC_INHERIT))
		process = process->hh.next;
	return process;
}

/* The process of a newborn that nobody will tell of. */
static struct process *orphan_process(struct supervisor *supervisor, pid_t tid)
{
	struct task_table *table = &supervisor->tasks;
	struct proc_status status = { .tgid = tid };
	struct process *process;
	struct process *parent;

	proc_status(tid, &status);
	process = task_process(table, status.tgid);
	if (process)
		return process;
	process = task_add_process(table, status.tgid);
	if (!process)
		return NULL;
	parent = task_process(table, status.parent);
	process->abi = parent ? parent->abi : sysdesc_abi_native();
	process->is_filtered = supervisor->config->filtered;
	if (parent || (parent = some_inheriting(supervisor)))
		recording_fork(process, parent);
	return process;
}

bool life_adopt(struct supervisor *supervisor, struct task *task)
{
	char comm[KTR_COMM_SIZE] = { 0 };
	struct process *process;

	if (has_teller(supervisor, task))
		return false;
	process = orphan_process(supervisor, task->tid);
	if (!process)
		return false;
	proc_comm(task->tid, comm);
	claim(supervisor, task, process, comm);
	return true;
}

static void life_forget(struct supervisor *supervisor, struct task *task)
{
	telling_end(supervisor, task);
	await_met(supervisor, task);
	detach_forget(supervisor, task);
	still_forget(supervisor, task);
	follow_leave(&supervisor->follow, task->tid);
	task_remove(&supervisor->tasks, task);
}

/* The other threads died in the exec; those whose end was not seen yet will not
 * be heard of again. */
static void forget_siblings(struct supervisor *supervisor, struct task *task)
{
	struct task *other, *next;

	if (task->process->task_count == 1)
		return;
	TASK_EACH_KIN (task->process->tasks, other, next)
		if (other != task)
			life_forget(supervisor, other);
}

/* The thread that called execve takes the leader's id. */
static struct task *find_executing(struct supervisor *supervisor, pid_t tid)
{
	unsigned long former = (unsigned long)tid;
	struct task *leader = task_find(&supervisor->tasks, tid);
	struct task *task;

	tracee_message(tid, &former);
	if ((pid_t)former == tid)
		return leader;
	task = task_find(&supervisor->tasks, (pid_t)former);
	if (!task)
		return leader;
	if (leader)
		life_forget(supervisor, leader);
	task_rename(&supervisor->tasks, task, tid);
	return task;
}

struct task *life_exec(struct supervisor *supervisor, pid_t tid)
{
	struct task *task = find_executing(supervisor, tid);
	struct tracee_syscall at;

	if (!task || !task->process)
		return task;
	forget_siblings(supervisor, task);
	/* The kernel gives it a table of its own. */
	task->process->shares_files = false;
	task->process->was_shared = false;
	task->process->memory = 0;
	/* No handler survives an exec, so from here on all are known. */
	if (task->process->signals.known)
		psig_exec(task->process);
	else
		psig_start(supervisor, task->process);
	stack_forget(task->process);
	given_forget(task->process);
	guard_exec(task->process);
	task->process->unreadable = false;
	task->process->serves_faults = false;
	task->process->is_disturbed = false;
	task->process->unreadable_told = false;
	if (!tracee_syscall(tid, &at))
		task->process->abi = sysdesc_abi_of(at.audit_arch, 0);
	task->abi = task->process->abi;
	life_name(task);
	if (!supervisor->started && task->process->pid == supervisor->command)
		supervisor->started = true;
	recording_check(supervisor, task->process);
	if (supervisor->started && state_is_recorded(task->process)) {
		identity_put_process(task);
		identity_put_descriptors(task);
		identity_put_image(task);
	}
	return task;
}

/* The ends of others that live will be seen by nobody: then the trace does not
 * say that it is whole. */
static void end_provisionally(struct supervisor *supervisor, struct task *task)
{
	struct session *session = task->process->session;

	if (!session)
		return;
	identity_put_provisional_end(task);
	if (session_users(session) == 1) {
		flight_ending(supervisor, session);
		identity_put_session_end(session);
	}
	session_flush(session);
	if (session_users(session) == 1)
		flight_ended(supervisor, session);
}

void life_exiting(struct supervisor *supervisor, struct task *task)
{
	if (task->exiting)
		return;
	call_abandon(supervisor, task);
	task->exiting = true;
	/* Nobody outlives the init of our own namespace, we neither. */
	if (task->process->pid == 1 && task->process->task_count == 1)
		end_provisionally(supervisor, task);
}

static void end_process(struct supervisor *supervisor, struct task *task,
			const struct stop *stop, const struct rusage *usage)
{
	struct session *session = task->process->session;

	if (!state_is_recorded(task->process))
		return;
	/* A command of no name is not even tried to be executed. */
	if (supervisor->started) {
		if (stop->kind == STOP_KILLED)
			psig_killed(supervisor, task, stop->signal);
		if (stop->kind == STOP_KILLED)
			flight_killed(supervisor, stop->signal);
		identity_put_end(task, stop, usage);
	}
	/* Whose parent is traced too is reaped by it: that one's own end comes
	 * later, and is flushed. So is the last one's, by its session. */
	if (session_users(session) > 1 &&
	    !task_process(&supervisor->tasks, task->process->parent))
		session_flush(session);
	recording_end(supervisor, task->process, true);
}

void life_end(struct supervisor *supervisor, struct task *task,
	      const struct stop *stop, const struct rusage *usage)
{
	struct process *process = task->process;
	bool is_last = !process || process->task_count == 1;

	if (process && !task->exiting)
		call_abandon(supervisor, task);
	if (process)
		sampling_end(supervisor, task,
			     stop->kind == STOP_KILLED ? stop->signal : 0);
	/* A leader that had ended before we came is not ours to see. */
	if (process && (task->tid == process->pid || is_last))
		end_process(supervisor, task, stop, usage);
	life_leave(supervisor, task);
	if (!is_last)
		detach_check(supervisor, process);
}

void life_leave(struct supervisor *supervisor, struct task *task)
{
	struct process *process = task->process;

	life_forget(supervisor, task);
	if (!process || process->task_count)
		return;
	telling_leave(supervisor, process);
	if (process->is_away)
		return;
	/* It lives on, unseen. */
	if (state_is_recorded(process))
		recording_end(supervisor, process, false);
	task_remove_process(&supervisor->tasks, process);
}
