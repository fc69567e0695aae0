/*
 * Effects of calls on what is remembered of a process. Must write no record of
 * the call itself.
 */
#include "supervisor/effect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>

#include "base/proc.h"
#include "supervisor/escape.h"
#include "supervisor/path.h"
#include "supervisor/psig.h"
#include "supervisor/recording.h"
#include "supervisor/scribe.h"
#include "supervisor/stack.h"
#include "supervisor/state.h"
#include "tracee/memory.h"

/* Whoever cannot be told may share whatever there is. */
#define UNREAD_FLAGS                                                           \
	(EFFECT_SPAWN_UNREAD | CLONE_VM | CLONE_FS | CLONE_FILES |             \
	 CLONE_SIGHAND)

/* Those are the first word of clone_args. With a size that no kernel takes,
 * nobody reads any: that is how programs ask whether there is such a call. */
static uint64_t clone3_flags(pid_t tid, const uint64_t *args)
{
	uint64_t flags = 0;
	struct memory_piece piece = { .address = args[0],
				      .to = &flags,
				      .length = sizeof(flags) };

	if (args[1] < CLONE_ARGS_SIZE_VER0)
		return 0;
	if (memory_read(tid, &piece, 1) < 0 || piece.got < sizeof(flags))
		return UNREAD_FLAGS;
	return flags & ~EFFECT_SPAWN_UNREAD;
}

uint64_t effect_spawn_flags(pid_t tid, const struct sysdesc_row *row,
			    const uint64_t *args)
{
	if (!row)
		return 0;
	if (row->effect == EFFECT_SPAWN && row->narg)
		return args[0] & ~EFFECT_SPAWN_UNREAD;
	return row->effect == EFFECT_SPAWN3 ? clone3_flags(tid, args) : 0;
}

/* The flags of the clone that the task is in. */
static uint64_t spawn_flags(const struct task *task)
{
	return effect_spawn_flags(task->tid, task->call.row, task->call.args);
}

/* Without -i a vfork is not told of, and so neither is a thread made by one. */
static void tell_lost_thread(struct task *task)
{
	const uint64_t lost = CLONE_THREAD | CLONE_VFORK;

	if (state_options(task->process).children ||
	    (spawn_flags(task) & lost) != lost)
		return;
	scribe_coverage(task->process->session, task, "thread",
			"made with CLONE_VFORK: followed only with -i");
}

bool effect_is_on_paths(const struct sysdesc_row *row)
{
	switch (row->effect) {
	case EFFECT_CWD:
	case EFFECT_ROOT:
	case EFFECT_SETNS:
	case EFFECT_RENAME:
	case EFFECT_UNLINKAT:
	case EFFECT_UNSHARE:
		return true;
	default:
		return false;
	}
}

bool effect_is_on_rights(const struct sysdesc_row *row)
{
	return row->effect == EFFECT_CREDS;
}

bool effect_is_on_memory(const struct sysdesc_row *row)
{
	return row->effect == EFFECT_FAULTS;
}

bool effect_is_sleep(const struct sysdesc_row *row)
{
	return row->effect == EFFECT_SLEEP;
}

static bool is_spawn(const struct sysdesc_row *row)
{
	return row->effect == EFFECT_SPAWN || row->effect == EFFECT_SPAWN3;
}

bool effect_wants_exit(const struct task *task)
{
	const struct sysdesc_row *row = task->call.row;

	if (!row)
		return false;
	if (row->effect == EFFECT_UNLINKAT)
		return task->call.args[2] & AT_REMOVEDIR;
	/* Who is alone takes the signal that woke it. */
	if (effect_is_sleep(task->call.inner ? task->call.inner->row : row))
		return task->process->task_count > 1;
	return effect_is_on_paths(row) || effect_is_on_rights(row) ||
	       escape_is_by(row) || is_spawn(row) || stack_is_on_maps(row);
}

static void share_fs(struct process *process)
{
	process->shares_fs = true;
	process->root_known = false;
	path_forget_cwd(process);
}

/* Threads share their working directory, and processes do not; or else what
 * becomes of it is not known any more. */
static void note_fs(struct task *task)
{
	uint64_t flags = spawn_flags(task);

	if (!(flags & CLONE_FS) != !(flags & CLONE_THREAD))
		share_fs(task->process);
}

/* Who waits until the other has its own, or is gone, shares nothing. */
static bool shares_memory(uint64_t flags)
{
	return (flags & CLONE_VM) && !(flags & (CLONE_VFORK | CLONE_THREAD));
}

/* Threads do, and who is born so. */
static bool shares_anything(uint64_t flags)
{
	return flags & (CLONE_VM | CLONE_FILES | CLONE_FS) &&
	       !(flags & CLONE_VFORK);
}

void effect_at_entry(struct task *task)
{
	if (task->call.row && effect_is_on_memory(task->call.row))
		task->process->serves_faults = true;
	if (!task->call.row || !is_spawn(task->call.row))
		return;
	note_fs(task);
	if (shares_anything(spawn_flags(task)))
		task->process->was_shared = true;
	if (shares_memory(spawn_flags(task)))
		task->process->shares_memory = true;
	if ((spawn_flags(task) & (CLONE_FILES | CLONE_THREAD)) == CLONE_FILES)
		task->process->shares_files = true;
	tell_lost_thread(task);
}

void effect_share(struct task *task, struct process *child, bool waits)
{
	uint64_t flags = task->in_call ? spawn_flags(task) : 0;

	if (flags & CLONE_FS)
		share_fs(child);
	child->serves_faults = task->process->serves_faults;
	child->shares_files = flags & CLONE_FILES;
	child->shares_memory = shares_memory(flags);
	still_born(child, task->process, flags, waits);
	/* Handlers go, what is ignored stays: as in an exec. */
	if (flags & CLONE_CLEAR_SIGHAND)
		psig_exec(child);
	if (flags & CLONE_SIGHAND)
		task->process->signals.known = child->signals.known = false;
}

static void set_bit(uint64_t *bits, int signal_number, bool on)
{
	uint64_t bit = UINT64_C(1) << (signal_number - 1);

	*bits = on ? *bits | bit : *bits & ~bit;
}

static void set_action(struct task *task, uint64_t action, uint64_t flags)
{
	struct task_signals *signals = &task->process->signals;
	int signal_number = (int)task->call.args[0];

	if (signal_number < 1 || signal_number > TRACEE_SIGNAL_MAX)
		return;
	signals->action[signal_number] = action;
	set_bit(&signals->resets, signal_number, flags & SA_RESETHAND);
	set_bit(&signals->restarts, signal_number, flags & SA_RESTART);
}

/*
 * struct sigaction as the kernel takes it: handler, then flags, each a word;
 * i386's first sigaction(2), the one with three arguments, has the mask between
 * them.
 */
static void note_sigaction(struct task *task)
{
	unsigned word = task->call.word;
	unsigned flags_at = task->call.row->narg == 3 ? 2 * word : word;
	uint64_t action = 0, flags = 0;
	struct memory_piece pieces[] = {
		{ .address = task->call.args[1],
		  .to = &action,
		  .length = word },
		{ .address = task->call.args[1] + flags_at,
		  .to = &flags,
		  .length = word },
	};

	if (!task->call.args[1])
		return;
	if (memory_read(task->tid, pieces, 2) < 0 || pieces[0].got < word ||
	    pieces[1].got < word)
		task->process->signals.known = false;
	else
		set_action(task, action, flags);
}

/* i386's signal(2): the handler itself, with the old semantics. */
static void note_signal(struct task *task)
{
	set_action(task, task->call.args[1], SA_RESETHAND);
}

/* The thread shares less than it did: what is remembered per process may now
 * be wrong for one of its threads. */
static void note_unshare(struct task *task)
{
	if (task->call.args[0] & (CLONE_FS | CLONE_NEWNS | CLONE_NEWUSER))
		share_fs(task->process);
}

/* A working directory, of any process, may be below the one that was renamed or
 * be the one that was removed. */
static void note_rename(struct supervisor *supervisor)
{
	struct process *process, *next;

	HASH_ITER (hh, supervisor->tasks.processes, process, next)
		path_forget_cwd(process);
}

void effect_at_exit(struct supervisor *supervisor, struct task *task)
{
	struct process *process = task->process;

	if (!task->call.row)
		return;
	switch (task->call.row->effect) {
	case EFFECT_CWD:
		path_forget_cwd(process);
		break;
	case EFFECT_ROOT:
	case EFFECT_SETNS:
		process->root_known = false;
		path_forget_cwd(process);
		break;
	case EFFECT_RENAME:
		note_rename(supervisor);
		break;
	case EFFECT_UNLINKAT:
		if (task->call.args[2] & AT_REMOVEDIR)
			note_rename(supervisor);
		break;
	case EFFECT_SIGACTION:
		note_sigaction(task);
		break;
	case EFFECT_SIGNAL:
		note_signal(task);
		break;
	case EFFECT_UNSHARE:
		note_unshare(task);
		break;
	case EFFECT_CREDS:
		recording_check(supervisor, process);
		break;
	case EFFECT_COMM:
		proc_comm(task->tid, task->comm);
		break;
	default:
		break;
	}
}

/* A process has one tracer, and that is us: what a debugger among the traced
 * does not get to see is not seen because of us. */
static bool is_refused_for_us(struct supervisor *supervisor,
			      const struct task *task)
{
	switch ((uint32_t)task->call.args[0]) {
	case PTRACE_TRACEME:
		return true;
	case PTRACE_ATTACH:
	case PTRACE_SEIZE:
		return task_find(&supervisor->tasks,
				 (pid_t)task->call.args[1]) != NULL;
	default:
		return false;
	}
}

void effect_at_failure(struct supervisor *supervisor, struct task *task)
{
	const struct sysdesc_row *row = task->call.row;

	if (row && row->effect == EFFECT_PTRACE && task->is_recorded &&
	    task->call.result == -EPERM && is_refused_for_us(supervisor, task))
		scribe_coverage(task->process->session, task, "ptrace",
				"the thread has a tracer already: this one");
}
