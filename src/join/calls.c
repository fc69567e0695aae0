/*
 * A table of the threads that are in a call. Must show nothing, and judge no
 * record beyond where it belongs.
 */
#include "join/calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "foreign/system.h"
#include "join/descriptor.h"
#include "join/state.h"
#include "trace/fields.h"

struct call_thread {
	uint64_t key; /* of both ids: not every file has those of threads */
	struct call call;
	UT_hash_handle hh;
};

/* ---- threads ---- */

static void thread_free(struct call_thread *thread)
{
	if (!thread)
		return;
	call_done(&thread->call);
	free(thread);
}

void calls_done(struct calls *calls)
{
	struct call_thread *thread = calls->threads, *next;

	HASH_CLEAR(hh, calls->threads);
	for (; thread; thread = next) {
		next = thread->hh.next;
		thread_free(thread);
	}
	thread_free(calls->given);
	thread_free(calls->spare);
	*calls = (struct calls)CALLS_INIT;
}

static uint64_t key_of(const struct record *record)
{
	return (uint64_t)(uint32_t)record->pid << 32 | (uint32_t)record->tid;
}

/* The next record is often of the same thread. */
static struct call_thread *find(struct calls *calls,
				const struct record *record)
{
	uint64_t key = key_of(record);
	struct call_thread *thread = calls->last;

	if (thread && thread->key == key)
		return thread;
	HASH_FIND(hh, calls->threads, &key, sizeof(key), thread);
	if (thread)
		calls->last = thread;
	return thread;
}

/* What was given out last has room for the next. */
static struct call_thread *add(struct calls *calls, const struct record *record)
{
	struct call_thread *thread = calls->spare;

	calls->spare = NULL;
	if (!thread)
		thread = calloc(1, sizeof(*thread));
	if (!thread)
		return NULL;
	thread->key = key_of(record);
	HASH_ADD(hh, calls->threads, key, sizeof(thread->key), thread);
	if (thread->hh.tbl) {
		calls->last = thread;
		return thread;
	}
	thread_free(thread);
	return NULL;
}

/* ---- records ---- */

static bool is_descriptor(const struct call *call, unsigned index)
{
	return call->row && index < call->row->narg &&
	       (call->row->arg[index].kind == KIND_FD ||
		call->row->arg[index].kind == KIND_DIRFD);
}

static void hold_names(struct call *call, const struct descriptors *descriptors)
{
	for (unsigned i = 0; i < call->arg_count; i++)
		if (is_descriptor(call, i))
			call->names[i] = descriptor_name_hold(
			    descriptors_find(descriptors, call->entry.pid,
					     (int32_t)call->args[i]));
}

static bool gives_descriptor(const struct call *call)
{
	return call->row && !call->exit.sysret.error &&
	       (call->row->result == RESULT_FD ||
		call->row->effect == EFFECT_FCNTL);
}

/* What is closed has no name, whatever was there before. */
static int leave(const struct calls *calls, struct call *call)
{
	int r = descriptors_leave(calls->descriptors, call);

	if (r < 0)
		return r;
	if (call->exit.sysret.error == EBADF) {
		call_drop_names(call);
	}
	if (gives_descriptor(call))
		call->result_name = descriptor_name_hold(
		    descriptors_find(calls->descriptors, call->entry.pid,
				     (int32_t)call->exit.sysret.retval));
	return 0;
}

/* The caller has it until the next time. */
static void give(struct calls *calls, struct call_thread *thread,
		 struct call **ret)
{
	HASH_DEL(calls->threads, thread);
	calls->last = NULL;
	calls->given = thread;
	*ret = &thread->call;
}

static int take_entry(struct calls *calls, const struct state *state,
		      const struct record *record, struct call **ret)
{
	struct call_thread *left = find(calls, record);
	struct call_thread *thread;

	if (!left && HASH_COUNT(calls->threads) >= CALLS_PENDING_MAX)
		left = calls->threads;
	if (left)
		give(calls, left, ret);
	thread = add(calls, record);
	if (!thread)
		return -ENOMEM;
	call_begin(&thread->call, state, record);
	if (calls->descriptors) {
		hold_names(&thread->call, calls->descriptors);
		descriptors_enter(calls->descriptors, &thread->call);
	}
	return left ? CALL_DONE : CALL_KEPT;
}

/* An exec by a thread that is no leader returns in the leader's name. */
static struct call_thread *find_exec(const struct calls *calls,
				     const struct record *record)
{
	struct call_thread *thread = calls->threads;

	for (; thread; thread = thread->hh.next)
		if (thread->call.entry.pid == record->pid && thread->call.row &&
		    thread->call.row->effect == EFFECT_EXEC)
			break;
	return thread;
}

static void rename_thread(struct calls *calls, struct call_thread *thread,
			  uint64_t key)
{
	HASH_DEL(calls->threads, thread);
	thread->key = key;
	HASH_ADD(hh, calls->threads, key, sizeof(thread->key), thread);
	if (!thread->hh.tbl)
		thread_free(thread);
}

/* It has the leader's name already when the new program begins; the leader
 * ended in its call, whatever that was. */
static void take_program(struct calls *calls, const struct record *record)
{
	struct call_thread *thread = find_exec(calls, record);
	uint64_t key = key_of(record), former;
	struct call_thread *leader;

	if (!thread || thread->key == key)
		return;
	former = thread->key;
	leader = find(calls, record);
	calls->last = NULL;
	rename_thread(calls, thread, key);
	if (leader)
		rename_thread(calls, leader, former);
}

static struct call_thread *find_returning(struct calls *calls,
					  const struct state *state,
					  const struct record *record)
{
	struct call_thread *thread = find(calls, record);
	int64_t number = state_number(state, record, record->sysret.code);
	const struct sysdesc_row *row;

	if (thread)
		return thread->call.number == number ? thread : NULL;
	row = system_call(state_abi(state, record), number);
	if (row && row->effect == EFFECT_EXEC && record->tid == record->pid)
		return find_exec(calls, record);
	return NULL;
}

static int take_return(struct calls *calls, const struct state *state,
		       const struct record *record, struct call **ret)
{
	struct call_thread *thread = find_returning(calls, state, record);
	int r = 0;

	if (!thread)
		return CALL_ALONE;
	give(calls, thread, ret);
	thread->call.has_returned = true;
	thread->call.exit = *record;
	thread->call.exit.payload = NULL;
	if (calls->descriptors)
		r = leave(calls, &thread->call);
	return r < 0 ? r : CALL_DONE;
}

/* What tells of the thread or the process, and not of a call. */
static bool is_of_no_call(const struct record *record)
{
	static const char *const names[] = {
		KTR_STRUCT_SESSION, KTR_STRUCT_PROCESS,  KTR_STRUCT_EXIT_STATUS,
		KTR_STRUCT_LOSS,    KTR_STRUCT_COVERAGE, KTR_STRUCT_CLOCK,
		KTR_STRUCT_LABEL,   KTR_STRUCT_MESSAGE,  KTR_STRUCT_END
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (record_is_struct(record, names[i]))
			return true;
	return false;
}

/* Who reads has learnt from them all that they are for. */
static bool is_learnt(const struct record *record)
{
	return record_is_struct(record, KTR_STRUCT_ABI) ||
	       record_is_struct(record, KTR_STRUCT_DESCRIPTORS) ||
	       record_is_struct(record, KTR_STRUCT_MAPPING) ||
	       record_is_struct(record, KTR_STRUCT_SYSCALL_NUMBER);
}

static int take_part(struct calls *calls, const struct record *record)
{
	struct call_thread *thread = find(calls, record);
	int r;

	if (is_learnt(record))
		return CALL_KEPT;
	if (!thread || is_of_no_call(record))
		return CALL_ALONE;
	r = calls->skips_parts ? 0 : call_add_part(&thread->call, record);
	return r < 0 ? r : CALL_KEPT;
}

int calls_take(struct calls *calls, const struct state *state,
	       const struct record *record, struct call **ret)
{
	if (calls->given && !calls->spare)
		calls->spare = calls->given;
	else
		thread_free(calls->given);
	calls->given = NULL;
	switch (record->kind) {
	case KTR_PROCCTOR:
		take_program(calls, record);
		return CALL_ALONE;
	case KTR_SYSCALL:
		return take_entry(calls, state, record, ret);
	case KTR_SYSRET:
		return take_return(calls, state, record, ret);
	case KTR_NAMEI:
	case KTR_GENIO:
	case KTR_STRUCT:
	case KTR_STRUCT_ARRAY:
	case KTR_SYSCTL:
	case KTR_ARGS:
	case KTR_ENVS:
	case KTR_CAPFAIL:
		return take_part(calls, record);
	default:
		return CALL_ALONE;
	}
}

static bool is_of(const struct call_thread *thread, int32_t pid)
{
	return !pid || thread->call.entry.pid == pid;
}

/* Those that stay go into a table of their own. */
static void forget_those(struct calls *calls, int32_t pid)
{
	struct call_thread *thread = calls->threads, *next;

	calls->last = NULL;
	HASH_CLEAR(hh, calls->threads);
	for (; thread; thread = next) {
		next = thread->hh.next;
		if (!is_of(thread, pid))
			HASH_ADD(hh, calls->threads, key, sizeof(thread->key),
				 thread);
		if (is_of(thread, pid) || !thread->hh.tbl)
			thread_free(thread);
	}
}

void calls_pending(struct calls *calls, int32_t pid, bool forget,
		   calls_visit *visit, void *context)
{
	struct call_thread *thread = calls->threads;
	bool any = false;

	for (; thread; thread = thread->hh.next) {
		if (!is_of(thread, pid))
			continue;
		visit(context, &thread->call);
		any = true;
	}
	if (any && forget)
		forget_those(calls, pid);
}
