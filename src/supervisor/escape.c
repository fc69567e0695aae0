/*
 * io_uring, filters and namespaces. Must not follow what escapes, only say it.
 */
#include "supervisor/escape.h"

#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "supervisor/effect.h"
#include "supervisor/scribe.h"
#include "supervisor/state.h"
#include "supervisor/telling.h"

/* Bits of process->escapes: said already. */
enum escape {
	ESCAPE_RINGS = 1,
	ESCAPE_FILTER = 2,
	ESCAPE_LISTENER = 4,
	ESCAPE_STRICT = 8,
};

static bool is_recorded(const struct task *task)
{
	return state_is_recorded(task->process) && task->process->session;
}

static void say_once(struct task *task, enum escape escape, const char *what,
		     const char *why)
{
	if (!is_recorded(task) || (task->process->escapes & escape))
		return;
	task->process->escapes |= (uint8_t)escape;
	scribe_coverage(task->process->session, task, what, why);
}

bool escape_is_by(const struct sysdesc_row *row)
{
	return row->effect == EFFECT_RINGS || row->effect == EFFECT_SECCOMP ||
	       row->effect == EFFECT_SETNS || row->effect == EFFECT_UNSHARE;
}

void escape_at_entry(struct task *task)
{
	const struct sysdesc_row *row = task->call.row;

	const struct plan *plan = task->process->plan;

	if (row && row->effect == EFFECT_RINGS && plan &&
	    plan->wish.refuses_rings)
		tracee_refuse_call(task->tid);
}

/* ---- namespaces ---- */

static const struct namespace
{
	uint64_t flag;
	const char *name;
}
namespaces[] = {
	{ CLONE_NEWNS, "mnt" },
	{ CLONE_NEWUTS, "uts" },
	{ CLONE_NEWIPC, "ipc" },
	{ CLONE_NEWUSER, "user" },
	{ CLONE_NEWPID, "pid" },
	{ CLONE_NEWNET, "net" },
	{ CLONE_NEWCGROUP, "cgroup" },
	{ CLONE_NEWTIME, "time" },
	{ EFFECT_SPAWN_UNREAD, "perhaps, for its flags cannot be read" },
};

/* What numbers and paths of this process, or of that which it made, mean is
 * another matter from here on. */
static void say_namespaces(struct task *task, const char *how, uint64_t flags)
{
	_cleanup_(text_done) struct text why = TEXT_INIT;
	bool any = false;

	text_put(&why, how);
	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++) {
		if (!(flags & namespaces[i].flag))
			continue;
		text_put(&why, any ? ", " : ": ");
		text_put(&why, namespaces[i].name);
		any = true;
	}
	if (any && is_recorded(task))
		scribe_coverage(task->process->session, task, "namespace",
				text_string(&why));
}

/* setns(2) without flags takes whatever the descriptor is. */
static void say_entered(struct task *task)
{
	uint64_t flags = (uint32_t)task->call.args[1];

	if (flags)
		say_namespaces(task, "entered", flags);
	else if (is_recorded(task))
		scribe_coverage(task->process->session, task, "namespace",
				"entered one");
}

static uint64_t flags_of(const struct task *task,
			 const struct tracee_syscall *at)
{
	const struct sysdesc_row *row = sysdesc_find(
	    sysdesc_abi_of(at->audit_arch, (uint64_t)at->number), at->number);
	uint64_t flags = effect_spawn_flags(task->tid, row, at->args);

	/* Of clone(2), that bit belongs to the exit signal. */
	if (row && row->effect == EFFECT_SPAWN)
		flags &= ~(uint64_t)CLONE_NEWTIME;
	return flags;
}

void escape_at_birth(struct task *task)
{
	struct tracee_syscall at;

	if (is_recorded(task) && tracee_last_call(task->tid, &at) == 0 &&
	    at.point != TRACEE_NOWHERE)
		say_namespaces(task, "a child has its own",
			       flags_of(task, &at));
}

/* Another thread may ask for CLONE_UNTRACED after we have looked. */
void escape_at_spawned(struct task *task)
{
	if (task->spawning && state_options(task->process).children &&
	    is_recorded(task))
		scribe_coverage(task->process->session, task, "child",
				"the kernel did not tell of one");
}

/* ---- calls ---- */

/* Our own filter is asked after, and the stricter of both decides. */
static void say_filter(struct task *task)
{
	if (task->process->is_filtered)
		say_once(task, ESCAPE_FILTER, "filter",
			 "calls that its own filter denies pass unseen");
}

/* Whom its filter asks may let the call go on: the kernel does not ask us then.
 */
static void say_listener(struct task *task)
{
	if (task->process->is_filtered)
		say_once(task, ESCAPE_LISTENER, "listener",
			 "calls that its own filter asks somebody about pass "
			 "unseen");
}

void escape_by_rings(struct task *task)
{
	say_once(task, ESCAPE_RINGS, "io_uring",
		 "what its rings do is not seen");
}

static bool asks_for_strict_mode(const struct capture_call *call)
{
	switch (call->row->effect) {
	case EFFECT_SECCOMP:
		return (uint32_t)call->args[0] == SECCOMP_SET_MODE_STRICT;
	case EFFECT_COMM:
		return (uint32_t)call->args[0] == PR_SET_SECCOMP &&
		       call->args[1] == SECCOMP_MODE_STRICT;
	default:
		return false;
	}
}

/* Who has a filter, ours as well, cannot have that: what the program means to
 * forbid itself is not forbidden. */
void escape_at_failure(struct task *task)
{
	if (task->call.row && task->process->is_filtered &&
	    asks_for_strict_mode(&task->call))
		say_once(task, ESCAPE_STRICT, "strict",
			 "seccomp's strict mode was refused, since our filter "
			 "is there: --seccomp=never lets it be");
}

void escape_at_exit(struct supervisor *supervisor, struct task *task)
{
	const struct capture_call *call = &task->call;

	if (!call->row)
		return;
	switch (call->row->effect) {
	case EFFECT_RINGS:
		escape_by_rings(task);
		break;
	case EFFECT_SECCOMP:
		if (call->args[0] != SECCOMP_SET_MODE_FILTER)
			break;
		say_filter(task);
		if (call->args[1] & SECCOMP_FILTER_FLAG_NEW_LISTENER) {
			say_listener(task);
			telling_unseen(supervisor);
		}
		break;
	case EFFECT_COMM:
		if (call->args[0] == PR_SET_SECCOMP)
			say_filter(task);
		break;
	case EFFECT_UNSHARE:
		say_namespaces(task, "has its own", call->args[0]);
		break;
	case EFFECT_SETNS:
		say_entered(task);
		break;
	default:
		break;
	}
}
