/*
 * System calls of traced threads. Must not resume anything: who stops where is
 * the loop's business.
 */
#include "supervisor/call.h"

#include <errno.h>
#include <linux/sched.h>

#include <ktrace-u/format.h>

#include "supervisor/answer.h"
#include "supervisor/effect.h"
#include "supervisor/escape.h"
#include "supervisor/given.h"
#include "supervisor/guard.h"
#include "supervisor/life.h"
#include "supervisor/made.h"
#include "supervisor/opened.h"
#include "supervisor/path.h"
#include "supervisor/peer.h"
#include "supervisor/pidfd.h"
#include "supervisor/scribe.h"
#include "supervisor/stack.h"
#include "supervisor/state.h"
#include "supervisor/sysctl.h"
#include "supervisor/telling.h"
#include "supervisor/untraced.h"

/* So often in a row a call that fails with EINTR is made to go on. */
#define CUT_SHORT_MAX 1000

struct call_naming {
	struct supervisor *supervisor;
	struct task *task;
};

static void call_named(void *context, unsigned arg, int64_t dirfd,
		       const char *path, size_t length)
{
	struct call_naming *naming = context;

	path_named(naming->supervisor, naming->task, arg, dirfd, path, length);
	telling_at_path(naming->task, path, length);
}

static uint8_t call_needs(const struct plan *plan,
			  const struct capture_call *call)
{
	uint8_t needs, inner;

	if (!plan || plan_leaves_out(plan, call->row, call->args))
		return 0;
	needs = plan_needs(plan, call->row);
	/* A record of its own, whether the call is recorded or not. */
	if (capture_is_user(call))
		return needs;
	inner = call->inner ? plan_needs(plan, call->inner->row) : 0;
	/* Where its arguments are read is the entry. */
	return inner ? needs | inner | CAPTURE_AT_ENTRY : needs;
}

/* A process may call through several ABIs; the reader is told of each change.
 */
static void note_abi(struct task *task, enum sysdesc_abi abi)
{
	struct session *session = task->process->session;
	struct fields_writer *fields;

	if (task->abi == abi)
		return;
	task->abi = abi;
	fields = scribe_fields(session, task, KTR_STRUCT_ABI);
	if (!fields)
		return;
	fields_string(fields, "abi", sysdesc_abi_name(abi));
	scribe_fields_end(session);
}

static void take_call(struct task *task, const struct tracee_syscall *at,
		      enum sysdesc_abi abi)
{
	struct capture_call *call = &task->call;

	call->number = (int32_t)at->number;
	call->row = sysdesc_find(abi, call->number);
	call->inner = sysdesc_inner_find(call->row, at->args[0]);
	call->abi = (uint8_t)abi;
	call->word = (uint8_t)sysdesc_word(abi);
	call->unread_paths = 0;
	for (unsigned i = 0; i < 6; i++)
		call->args[i] = at->args[i];
}

/* Runs one of capture's two halves with a sink for the task. */
static void call_capture(struct supervisor *supervisor, struct task *task,
			 void (*half)(const struct capture_policy *,
				      struct capture_call *,
				      const struct capture_memory *,
				      const struct capture_sink *))
{
	struct call_naming naming = { supervisor, task };
	struct scribe scribe = {
		.session = task->process->session,
		.task = task,
		.named = call_named,
		.context = &naming,
	};
	struct capture_sink sink = scribe_sink(&scribe);
	struct capture_memory memory = given_memory(task);
	struct capture_policy policy = task->process->plan->policy;

	if (half == capture_exit)
		answer_at_exit(supervisor, task, &policy);
	half(&policy, &task->call, &memory, &sink);
	answer_end(task);
	if (task->process->unreadable && !task->process->unreadable_told) {
		task->process->unreadable_told = true;
		scribe_coverage(task->process->session, task, "memory",
				"the kernel does not let us read it");
	}
}

static void record_entry(struct supervisor *supervisor, struct task *task,
			 enum sysdesc_abi abi, uint8_t needs)
{
	note_abi(task, abi);
	if (needs & CAPTURE_AT_ENTRY)
		call_capture(supervisor, task, capture_entry);
	if (needs & CAPTURE_AT_ENTRY)
		pidfd_at_entry(supervisor, task);
	if (needs & CAPTURE_AT_ENTRY)
		stack_at_call(supervisor, task);
	/* A path that faulted may be there when the call returns. */
	if ((needs & CAPTURE_AT_EXIT) || task->call.unread_paths)
		task->wants_exit = true;
}

/* It is for us: the kernel would only refuse it. */
static void answer_user(struct supervisor *supervisor, struct task *task)
{
	const struct plan *plan = task->process->plan;

	if (!plan || !(plan->policy.facilities & KTRFAC(KTR_USER)) ||
	    !supervisor->started || supervisor->is_paused)
		return;
	call_capture(supervisor, task, capture_user);
	tracee_answer_call(task->tid, task->call.result);
}

/* A newborn is told of by whoever is in such a call. */
static void note_spawning(struct supervisor *supervisor, struct task *task)
{
	const struct sysdesc_row *row = task->call.row;
	bool seen_to_its_end = supervisor->sees_all || task->wants_exit;

	task->spawning = 0;
	if (row && seen_to_its_end &&
	    (row->effect == EFFECT_SPAWN || row->effect == EFFECT_SPAWN3))
		task->spawning = ++supervisor->births;
}

static bool opens(const struct task *task)
{
	return task->call.row && task->call.row->result == RESULT_FD;
}

void call_entry(struct supervisor *supervisor, struct task *task,
		const struct tracee_syscall *at)
{
	enum sysdesc_abi abi = sysdesc_abi_of(at->audit_arch, at->number);
	uint8_t needs;

	take_call(task, at, abi);
	task->in_call = true;
	task->names_setting = false;
	needs = call_needs(task->process->plan, &task->call);
	given_at_entry(supervisor, task);
	effect_at_entry(task);
	opened_at_entry(task);
	if (supervisor->config->resolves)
		made_at_entry(task);
	escape_at_entry(task);
	guard_at_entry(supervisor, task);
	telling_at_entry(supervisor, task);
	if (!supervisor->started)
		life_start_at_exec(supervisor, task);
	task->is_recorded = needs && supervisor->started &&
			    !supervisor->is_paused;
	task->wants_exit = effect_wants_exit(task) || task->is_telling ||
			   task->hands_on || supervisor->still.whose == task;
	task->restarted = -1;
	if (task->is_recorded)
		record_entry(supervisor, task, abi, needs);
	else if (supervisor->started && supervisor->may_hold && opens(task))
		telling_unseen(supervisor);
	untraced_at_entry(task);
	if (capture_is_user(&task->call))
		answer_user(supervisor, task);
	guard_settle(supervisor, task);
	note_spawning(supervisor, task);
}

/* What SYSRET's error is for a result of the kernel. */
static int32_t call_error(int64_t result, bool failed)
{
	if (!failed)
		return 0;
	switch (-result) {
	case TRACEE_ERESTARTSYS:
	case TRACEE_ERESTARTNOINTR:
	case TRACEE_ERESTARTNOHAND:
	case TRACEE_ERESTART_RESTARTBLOCK:
		return KTR_ERESTART;
	default:
		return (int32_t)-result;
	}
}

static void put_return(struct task *task, int32_t error)
{
	const struct plan *plan = task->process->plan;
	struct scribe scribe = {
		.session = task->process->session,
		.task = task,
	};
	struct capture_sink sink = scribe_sink(&scribe);

	if (plan)
		capture_return(&plan->policy, &task->call, error, &sink);
}

/* Whether a signal decides what the program will see of this result. */
static bool is_interrupted(int32_t error)
{
	return error == KTR_ERESTART || error == EINTR;
}

static void hold_return(struct task *task, int32_t error)
{
	task->interrupted.pending = true;
	task->interrupted.error = error;
	task->interrupted.result = task->call.result;
}

static void record_exit(struct supervisor *supervisor, struct task *task)
{
	int32_t error = call_error(task->call.result, task->call.failed);
	bool returns_nothing = task->call.row &&
			       task->call.row->effect == EFFECT_SIGRETURN;

	call_capture(supervisor, task, capture_exit);
	path_opened(supervisor, task);
	peer_at_exit(supervisor, task);
	given_at_exit(task);
	still_tell(supervisor, task);
	sysctl_at_exit(task);
	telling_at_exit(supervisor, task);
	if (returns_nothing)
		put_return(task, KTR_EJUSTRETURN);
	else if (is_interrupted(error))
		hold_return(task, error);
	else
		put_return(task, error);
}

/* Where each call stops, the last one tells: a handler's return leads behind a
 * call that the handler has ended. */
static void note_settled(struct task *task)
{
	const struct sysdesc_row *row = task->call.row;

	if (!task->runs_free && !task->process->is_filtered)
		task->is_settled = row && row->effect == EFFECT_SIGRETURN;
}

void call_exit(struct supervisor *supervisor, struct task *task,
	       const struct tracee_syscall *at)
{
	if (!task->in_call) {
		/* Entered before we saw it, or an exec's other half. */
		still_end(supervisor, task);
		return;
	}
	task->in_call = false;
	untraced_put_back(task);
	if (!at->failed)
		escape_at_spawned(task);
	task->spawning = 0;
	opened_at_exit(task);
	note_settled(task);
	telling_end(supervisor, task);
	task->call.result = at->result;
	task->call.failed = at->failed;
	if (at->failed) {
		effect_at_failure(supervisor, task);
		escape_at_failure(task);
	} else {
		effect_at_exit(supervisor, task);
		escape_at_exit(supervisor, task);
	}
	stack_at_exit(task);
	/* What is wanted may have changed since. */
	if (task->is_recorded && state_is_recorded(task->process))
		record_exit(supervisor, task);
	still_end(supervisor, task);
}

void call_met(struct supervisor *supervisor, struct task *task,
	      const struct tracee_syscall *at)
{
	enum sysdesc_abi abi = sysdesc_abi_of(at->audit_arch, at->number);
	uint8_t needs;

	take_call(task, at, abi);
	given_at_none(task);
	needs = call_needs(task->process->plan, &task->call);
	task->is_recorded = needs && !supervisor->is_paused;
	if (!task->is_recorded)
		return;
	record_entry(supervisor, task, abi, needs);
	task->call.result = at->result;
	task->call.failed = at->failed;
	record_exit(supervisor, task);
}

bool call_is_cut_short(struct task *task, const struct tracee_syscall *at)
{
	if (!at->failed || at->result != -EINTR) {
		task->cut_short = 0;
		return false;
	}
	return ++task->cut_short < CUT_SHORT_MAX;
}

void call_end_interrupted(struct task *task, int32_t seen)
{
	if (!task->interrupted.pending)
		return;
	task->interrupted.pending = false;
	put_return(task, seen);
}

void call_restart_interrupted(struct task *task)
{
	int64_t number = -1;

	tracee_restart_interrupted(task->tid, task->is_settled, &number);
	if (number < 0)
		return;
	task->interrupted.error = KTR_ERESTART;
	task->restarted = number;
}

void call_keep_interrupted(struct task *task)
{
	if (tracee_keep_interrupted(task->tid, task->restarted) > 0) {
		task->interrupted.error = EINTR;
		task->is_settled = true;
	}
	task->restarted = -1;
}

void call_settle_interrupted(struct task *task)
{
	tracee_end_restarted(task->tid, task->restarted);
	task->is_settled = true;
}

int32_t call_seen_by_handler(const struct task *task, bool restarts)
{
	switch (-task->interrupted.result) {
	case TRACEE_ERESTARTNOINTR:
		return KTR_ERESTART;
	case TRACEE_ERESTARTSYS:
		return restarts ? KTR_ERESTART : EINTR;
	default:
		return EINTR;
	}
}

void call_return_in_child(const struct task *parent, struct task *child)
{
	if (!parent->in_call || !parent->is_recorded ||
	    !state_is_recorded(child->process))
		return;
	child->call = parent->call;
	child->call.result = 0;
	child->call.failed = false;
	put_return(child, 0);
}

void call_abandon(struct supervisor *supervisor, struct task *task)
{
	call_end_interrupted(task, task->interrupted.error);
	telling_end(supervisor, task);
	still_end(supervisor, task);
	task->in_call = false;
	task->spawning = 0;
}
