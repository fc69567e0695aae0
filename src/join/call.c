/*
 * A table of the threads that are in a call. Must show nothing, and judge no
 * record beyond where it belongs.
 */
#include "join/call.h"

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

static void drop_names(struct call *call)
{
	for (unsigned i = 0; i < ARRAY_LEN(call->names); i++)
		descriptor_name_drop(call->names[i]);
	descriptor_name_drop(call->result_name);
}

static void thread_free(struct call_thread *thread)
{
	if (!thread)
		return;
	drop_names(&thread->call);
	free(thread->call.data);
	free(thread->call.parts);
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

/* ---- its parts ---- */

static bool make_room(struct call *call, size_t length)
{
	size_t room = MAX(call->room, (size_t)256);
	uint8_t *data;

	if (call->parts_room == call->part_count) {
		unsigned count = MAX(2 * call->parts_room, 8u);
		struct call_part *parts = reallocarray(call->parts, count,
						       sizeof(*parts));

		if (!parts)
			return false;
		call->parts = parts;
		call->parts_room = count;
	}
	while (room - call->length < length)
		room *= 2;
	if (room == call->room)
		return true;
	data = realloc(call->data, room);
	if (!data)
		return false;
	call->data = data;
	call->room = room;
	return true;
}

static int add_part(struct call *call, const struct record *record)
{
	size_t length = MIN(record->length, CALL_DATA_MAX - call->length);
	struct call_part *part;

	if (call->part_count == CALL_PARTS_MAX) {
		call->is_cut = true;
		return 0;
	}
	if (!make_room(call, length))
		return -ENOMEM;
	part = &call->parts[call->part_count++];
	*part = (struct call_part){ .record = *record, .offset = call->length };
	part->record.length = length;
	part->record.payload = NULL;
	memcpy(call->data + call->length, record->payload, length);
	call->length += length;
	call->is_cut |= length < record->length;
	return 0;
}

bool call_part(const struct call *call, unsigned index, struct record *ret)
{
	const struct call_part *part = &call->parts[index];

	*ret = part->record;
	return record_decode_payload(ret, call->data + part->offset) ==
	       RECORD_OK;
}

/* How many paths there are among the arguments before this one. */
static unsigned paths_before(const struct sysdesc_row *row, unsigned index)
{
	unsigned count = 0;

	for (unsigned i = 0; row && i < index && i < row->narg; i++)
		count += row->arg[i].kind == KIND_PATH;
	return count;
}

static bool is_told_of(const struct record *part, unsigned index)
{
	int64_t arg;

	return record_is_struct(part, KTR_STRUCT_PATH) &&
	       fields_find_number(part->structure.data, part->structure.length,
				  "arg", &arg) &&
	       arg == index;
}

static void take_told(struct call_told *ret, const struct record *part)
{
	const uint8_t *data = part->structure.data;
	size_t length = part->structure.length;
	struct field field;
	int64_t deleted = 0, made = 0;

	ret->how = "";
	ret->how_length = 0;
	if (fields_find(data, length, "how", &field)) {
		ret->how = field.data;
		ret->how_length = field.length;
	}
	ret->given = ret->path;
	ret->given_length = ret->length;
	ret->path = NULL;
	ret->length = 0;
	if (fields_find(data, length, "path", &field)) {
		ret->path = field.data;
		ret->length = field.length;
	}
	fields_find_number(data, length, "deleted", &deleted);
	fields_find_number(data, length, "made", &made);
	ret->is_deleted = deleted != 0;
	ret->is_made = made != 0;
}

bool call_told(const struct call *call, unsigned index, struct call_told *ret)
{
	unsigned left = paths_before(call->row, index);
	bool is_there = false;
	struct record part;

	for (unsigned i = 0; i < call->part_count; i++) {
		if (!call_part(call, i, &part))
			continue;
		if (part.kind == KTR_NAMEI && left-- == 0) {
			is_there = true;
			*ret = (struct call_told){
				.how = "",
				.path = (const char *)part.raw.data,
				.length = part.raw.length,
				.is_empty = part.raw.length == 0,
			};
		} else if (is_there && is_told_of(&part, index)) {
			take_told(ret, &part);
		}
	}
	return is_there;
}

bool call_path(const struct call *call, unsigned index, const char **ret,
	       size_t *ret_length)
{
	struct call_told told;

	if (!call_told(call, index, &told) || !told.length ||
	    told.path[0] != '/')
		return false;
	*ret = told.path;
	*ret_length = told.length;
	return true;
}

uint64_t call_duration_ns(const struct call *call)
{
	if (!call->has_returned || call->exit.time_ns < call->entry.time_ns)
		return 0;
	return call->exit.time_ns - call->entry.time_ns;
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
		drop_names(call);
		memset(call->names, 0, sizeof(call->names));
	}
	if (gives_descriptor(call))
		call->result_name = descriptor_name_hold(
		    descriptors_find(calls->descriptors, call->entry.pid,
				     (int32_t)call->exit.sysret.retval));
	return 0;
}

/* What the last call of the thread had room for, this one has. */
static void begin(struct call *call, const struct state *state,
		  const struct record *record)
{
	struct call fresh = { .data = call->data, .room = call->room };

	drop_names(call);
	fresh.parts = call->parts;
	fresh.parts_room = call->parts_room;
	fresh.entry = *record;
	fresh.entry.payload = NULL;
	fresh.entry.syscall.args = NULL;
	fresh.abi = state_abi(state, record);
	fresh.number = state_number(state, record, record->syscall.code);
	fresh.row = system_call(fresh.abi, fresh.number);
	fresh.arg_count = MIN(record->syscall.narg,
			      (unsigned)ARRAY_LEN(fresh.args));
	for (unsigned i = 0; i < fresh.arg_count; i++)
		fresh.args[i] = record_arg(record, i);
	*call = fresh;
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

	if (!left && HASH_COUNT(calls->threads) >= CALL_PENDING_MAX)
		left = calls->threads;
	if (left)
		give(calls, left, ret);
	thread = add(calls, record);
	if (!thread)
		return -ENOMEM;
	begin(&thread->call, state, record);
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
	r = calls->skips_parts ? 0 : add_part(&thread->call, record);
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
