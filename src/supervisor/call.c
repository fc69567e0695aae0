/*
 * System calls of traced threads. Must not resume anything: who stops where is
 * the loop's business.
 */
#include "supervisor/call.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "supervisor/effect.h"
#include "supervisor/follow.h"
#include "supervisor/life.h"
#include "supervisor/path.h"
#include "supervisor/state.h"
#include "tracee/proc.h"

struct call_naming {
	struct supervisor *supervisor;
	struct task *task;
};

/* Takes a last component off: false when it is another. */
static bool ends_in(const char *path, size_t *length, const char *name)
{
	size_t size = strlen(name);

	if (*length < size || memcmp(path + *length - size, name, size) ||
	    (*length > size && path[*length - size - 1] != '/'))
		return false;
	*length -= size;
	return true;
}

static void call_named(void *context, unsigned arg, int64_t dirfd,
		       const char *path, size_t length)
{
	struct call_naming *naming = context;

	path_named(naming->supervisor, naming->task, arg, dirfd, path, length);
	if (ends_in(path, &length, "status"))
		naming->task->names_status = true;
}

/* Whether it is a /proc/PID/status, by its name, wherever /proc is mounted: a
 * file system asked for more might have to be answered by a thread of ours. */
static bool is_status(pid_t tid, int fd)
{
	char link[16], path[PATH_MAX];
	ssize_t got;
	size_t length;

	snprintf(link, sizeof(link), "fd/%d", fd);
	got = proc_link(tid, link, path, sizeof(path));
	if (got < 0)
		return true;
	length = (size_t)got;
	return ends_in(path, &length, "status") && length > 1 &&
	       isdigit((unsigned char)path[length - 2]);
}

/* Affinities show in a /proc/PID/status, to whoever has one open. */
static void note_status(struct supervisor *supervisor, struct task *task)
{
	const struct capture_call *call = &task->call;

	if (!task->names_status || call->failed || !call->row ||
	    call->row->result != RESULT_FD)
		return;
	if (is_status(task->tid, (int)call->result))
		life_reads_status(supervisor, task->process);
}

static uint8_t row_needs(const struct supervisor *supervisor,
			 const struct sysdesc_row *row)
{
	return supervisor->needs[row ? sysdesc_index(row) : SELECT_ROWS_MAX];
}

static uint8_t call_needs(const struct supervisor *supervisor,
			  const struct capture_call *call)
{
	uint8_t needs = row_needs(supervisor, call->row);

	/* Where its arguments are read is the entry. */
	if (call->inner && row_needs(supervisor, call->inner->row))
		needs |= row_needs(supervisor, call->inner->row) |
			 CAPTURE_AT_ENTRY;
	return needs;
}

/* A process may call through several ABIs; the reader is told of each change.
 */
static void note_abi(struct supervisor *supervisor, struct task *task,
		     enum sysdesc_abi abi)
{
	struct fields_writer *fields;

	if (task->abi == abi)
		return;
	task->abi = abi;
	fields = session_fields(supervisor->session, task, KTR_STRUCT_ABI);
	if (!fields)
		return;
	fields_string(fields, "abi", sysdesc_abi_name(abi));
	session_fields_end(supervisor->session);
}

static void take_call(struct task *task, const struct tracee_syscall *at,
		      enum sysdesc_abi abi)
{
	struct capture_call *call = &task->call;

	call->number = (int32_t)at->number;
	call->row = sysdesc_find(abi, call->number);
	call->inner = sysdesc_inner_find(call->row, at->args[0]);
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
	struct session_scribe scribe = {
		.session = supervisor->session,
		.task = task,
		.named = call_named,
		.context = &naming,
	};
	struct capture_sink sink = session_sink(&scribe);
	struct capture_memory memory = state_memory(task);

	half(&supervisor->policy, &task->call, &memory, &sink);
	if (task->process->unreadable && !task->process->unreadable_told) {
		task->process->unreadable_told = true;
		session_coverage(supervisor->session, task, "memory",
				 "the kernel does not let us read it");
	}
}

static void record_entry(struct supervisor *supervisor, struct task *task,
			 enum sysdesc_abi abi, uint8_t needs)
{
	note_abi(supervisor, task, abi);
	if (needs & CAPTURE_AT_ENTRY)
		call_capture(supervisor, task, capture_entry);
	/* A path that faulted may be there when the call returns. */
	if ((needs & CAPTURE_AT_EXIT) || task->call.unread_paths)
		task->wants_exit = true;
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

/* Whether affinities show in the call, or are handed on, or it decides who may
 * set them, or under which id the thread goes on. */
static bool tells(const struct task *task)
{
	if (!task->call.row)
		return true;
	switch ((enum sysdesc_effect)task->call.row->effect) {
	case EFFECT_SPAWN:
	case EFFECT_SPAWN3:
	case EFFECT_UNSHARE:
	case EFFECT_CREDS:
	case EFFECT_AFFINITY:
		return true;
	case EFFECT_EXEC:
		return task->process->task_count > 1;
	default:
		return false;
	}
}

static void note_telling(struct supervisor *supervisor, struct task *task)
{
	if (task->is_telling || !tells(task))
		return;
	task->is_telling = true;
	follow_telling(&supervisor->follow);
}

void call_told(struct supervisor *supervisor, struct task *task)
{
	if (!task->is_telling)
		return;
	task->is_telling = false;
	follow_told(&supervisor->follow);
}

void call_entry(struct supervisor *supervisor, struct task *task,
		const struct tracee_syscall *at)
{
	enum sysdesc_abi abi = sysdesc_abi_of(at->audit_arch, at->number);
	uint8_t needs;

	take_call(task, at, abi);
	task->in_call = true;
	needs = call_needs(supervisor, &task->call);
	effect_at_entry(supervisor, task);
	if (!supervisor->started)
		life_start_at_exec(supervisor, task);
	task->is_recorded = needs && supervisor->started &&
			    state_is_recorded(task->process);
	task->wants_exit = effect_wants_exit(task);
	task->names_status = false;
	if (task->is_recorded)
		record_entry(supervisor, task, abi, needs);
	note_spawning(supervisor, task);
	if (supervisor->may_hold)
		note_telling(supervisor, task);
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

static void put_return(struct supervisor *supervisor, struct task *task,
		       int32_t error)
{
	struct session_scribe scribe = {
		.session = supervisor->session,
		.task = task,
	};
	struct capture_sink sink = session_sink(&scribe);

	capture_return(&supervisor->policy, &task->call, error, &sink);
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

void call_exit(struct supervisor *supervisor, struct task *task,
	       const struct tracee_syscall *at)
{
	int32_t error = call_error(at->result, at->failed);
	bool returns_nothing = task->call.row &&
			       task->call.row->effect == EFFECT_SIGRETURN;

	if (!task->in_call)
		return; /* entered before we saw it, or an exec's other half */
	task->in_call = false;
	task->spawning = 0;
	call_told(supervisor, task);
	task->call.result = at->result;
	task->call.failed = at->failed;
	if (at->failed)
		effect_at_failure(supervisor, task);
	else
		effect_at_exit(supervisor, task);
	if (!task->is_recorded)
		return;
	call_capture(supervisor, task, capture_exit);
	note_status(supervisor, task);
	if (returns_nothing)
		put_return(supervisor, task, KTR_EJUSTRETURN);
	else if (is_interrupted(error))
		hold_return(task, error);
	else
		put_return(supervisor, task, error);
}

void call_end_interrupted(struct supervisor *supervisor, struct task *task,
			  int32_t seen)
{
	if (!task->interrupted.pending)
		return;
	task->interrupted.pending = false;
	put_return(supervisor, task, seen);
}

void call_restart_interrupted(struct task *task)
{
	bool restarted = false;

	tracee_restart_interrupted(task->tid, &restarted);
	if (restarted)
		task->interrupted.error = KTR_ERESTART;
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

void call_return_in_child(struct supervisor *supervisor,
			  const struct task *parent, struct task *child)
{
	if (!parent->in_call || !parent->is_recorded ||
	    !state_is_recorded(child->process))
		return;
	child->call = parent->call;
	child->call.result = 0;
	child->call.failed = false;
	put_return(supervisor, child, 0);
}

void call_abandon(struct supervisor *supervisor, struct task *task)
{
	call_end_interrupted(supervisor, task, task->interrupted.error);
	call_told(supervisor, task);
	task->in_call = false;
	task->spawning = 0;
}
