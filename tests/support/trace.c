/*
 * Traces in memory. Trusts the reader with the bytes; remembers for itself
 * which ABI each thread speaks.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uthash.h>

#include "base/cleanup.h"
#include "support/trace.h"

/* What is known of a thread; tid 0: of the whole process. */
struct trace_key {
	int64_t tid;
	int64_t pid;
};

struct trace_thread {
	struct trace_key key;
	enum sysdesc_abi abi;
	bool has_number;
	int64_t number;
	UT_hash_handle hh;
};

struct trace_memory {
	struct trace_thread *threads;
};

static struct trace_thread *find_thread(struct trace_memory *memory,
					int32_t pid, int64_t tid)
{
	struct trace_key key = { .tid = tid, .pid = pid };
	struct trace_thread *thread;

	HASH_FIND(hh, memory->threads, &key, sizeof(key), thread);
	return thread;
}

static enum sysdesc_abi abi_of(struct trace_memory *memory, int32_t pid,
			       int64_t tid)
{
	struct trace_thread *thread = find_thread(memory, pid, tid);

	if (!thread || thread->abi == SYSDESC_ABI_UNKNOWN)
		thread = find_thread(memory, pid, 0);
	return thread ? thread->abi : SYSDESC_ABI_UNKNOWN;
}

static struct trace_thread *take_thread(struct trace_memory *memory,
					int32_t pid, int64_t tid)
{
	struct trace_thread *thread = find_thread(memory, pid, tid);

	if (thread)
		return thread;
	thread = calloc(1, sizeof(*thread));
	if (!thread)
		abort();
	thread->key.pid = pid;
	thread->key.tid = tid;
	thread->abi = SYSDESC_ABI_UNKNOWN;
	HASH_ADD(hh, memory->threads, key, sizeof(thread->key), thread);
	return thread;
}

/* A process begins, or executes another program. */
static void forget_process(struct trace_memory *memory, int32_t pid)
{
	struct trace_thread *thread, *next;

	HASH_ITER (hh, memory->threads, thread, next)
		if (thread->key.pid == pid) {
			HASH_DEL(memory->threads, thread);
			free(thread);
		}
}

static void forget_all(struct trace_memory *memory)
{
	struct trace_thread *thread, *next;

	HASH_ITER (hh, memory->threads, thread, next) {
		HASH_DEL(memory->threads, thread);
		free(thread);
	}
}

static void learn_structure(struct trace_memory *memory,
			    const struct trace_item *item)
{
	const struct record *record = &item->record;
	const char *name = record->structure.name;
	const char *abi = trace_text(item, "abi");
	struct trace_thread *thread;

	if (!strcmp(name, KTR_STRUCT_PROCESS) && abi) {
		take_thread(memory, record->pid, 0)->abi =
		    sysdesc_abi_by_name(abi);
	} else if (!strcmp(name, KTR_STRUCT_ABI) && abi) {
		take_thread(memory, record->pid, record->tid)->abi =
		    sysdesc_abi_by_name(abi);
	} else if (!strcmp(name, KTR_STRUCT_SYSCALL_NUMBER)) {
		thread = take_thread(memory, record->pid, record->tid);
		thread->has_number = trace_number(item, "number",
						  &thread->number);
	}
}

static void learn_procctor(struct trace_memory *memory,
			   const struct record *record)
{
	bool narrow = record->procctor.sv_flags & KTR_SV_ILP32;

	forget_process(memory, record->pid);
	take_thread(memory, record->pid, 0)->abi = narrow
						       ? SYSDESC_I386
						       : sysdesc_abi_native();
}

/* Which call a SYSCALL or SYSRET is about. */
static void resolve_call(struct trace_memory *memory, struct trace_item *item,
			 int32_t code)
{
	struct trace_thread *thread;

	item->number = code;
	if (code == KTR_CODE_WIDE) {
		thread = take_thread(memory, item->record.pid,
				     item->record.tid);
		if (thread->has_number)
			item->number = thread->number;
		thread->has_number = false;
	}
	item->row = sysdesc_find(item->abi, item->number);
}

static void learn(struct trace_memory *memory, struct trace_item *item)
{
	item->abi = abi_of(memory, item->record.pid, item->record.tid);
	switch (item->record.kind) {
	case KTR_PROCCTOR:
		learn_procctor(memory, &item->record);
		break;
	case KTR_STRUCT:
		learn_structure(memory, item);
		break;
	case KTR_SYSCALL:
		resolve_call(memory, item, item->record.syscall.code);
		break;
	case KTR_SYSRET:
		resolve_call(memory, item, item->record.sysret.code);
		break;
	default:
		break;
	}
}

/* A copy of the record that lives as long as the trace. */
static int add_item(struct trace *trace, const struct record *record)
{
	struct trace_item *item;
	uint8_t *payload;

	if (trace->count == trace->room) {
		size_t room = trace->room ? 2 * trace->room : 1024;

		item = reallocarray(trace->items, room, sizeof(*item));
		if (!item)
			return -ENOMEM;
		trace->items = item;
		trace->room = room;
	}
	payload = malloc(record->length + 1);
	if (!payload)
		return -ENOMEM;
	if (record->length)
		memcpy(payload, record->payload, record->length);
	item = &trace->items[trace->count++];
	*item = (struct trace_item){ .record = *record };
	record_decode_payload(&item->record, payload);
	return 0;
}

int trace_read(struct trace *ret, int fd)
{
	struct trace_memory memory = { 0 };
	struct record record;
	struct reader *reader;
	int r;

	*ret = (struct trace){ 0 };
	r = reader_open(&reader, fd);
	if (r < 0)
		return r;
	while (!r &&
	       (ret->ended = reader_next(reader, &record)) == READER_RECORD) {
		r = add_item(ret, &record);
		if (!r)
			learn(&memory, &ret->items[ret->count - 1]);
	}
	ret->fault = reader_fault(reader);
	ret->offset = reader_offset(reader);
	if (!r && ret->ended == READER_ERROR)
		r = -reader_errno(reader);
	reader_close(reader);
	forget_all(&memory);
	return r;
}

int trace_load(struct trace *ret, const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	*ret = (struct trace){ 0 };
	return fd < 0 ? -errno : trace_read(ret, fd);
}

void trace_done(struct trace *trace)
{
	for (size_t i = 0; i < trace->count; i++)
		free((void *)trace->items[i].record.payload);
	free(trace->items);
	*trace = (struct trace){ 0 };
}

static bool is_call(const struct record *record)
{
	return record->kind == KTR_SYSCALL || record->kind == KTR_SYSRET;
}

static bool matches(const struct trace_item *item,
		    const struct trace_match *match)
{
	const struct record *record = &item->record;

	if ((match->pid && record->pid != match->pid) ||
	    (match->tid && record->tid != match->tid) ||
	    (match->kind && record->kind != match->kind))
		return false;
	if (match->call &&
	    (!is_call(record) || strcmp(trace_call_name(item), match->call)))
		return false;
	return !match->name || (record->kind == KTR_STRUCT &&
				!strcmp(record->structure.name, match->name));
}

const struct trace_item *trace_find(const struct trace *trace,
				    const struct trace_item *after,
				    struct trace_match match)
{
	size_t i = after ? (size_t)(after - trace->items) + 1 : 0;

	for (; i < trace->count; i++)
		if (matches(&trace->items[i], &match))
			return &trace->items[i];
	return NULL;
}

size_t trace_count(const struct trace *trace, struct trace_match match)
{
	const struct trace_item *item = NULL;
	size_t count = 0;

	while ((item = trace_find(trace, item, match)))
		count++;
	return count;
}

const char *trace_call_name(const struct trace_item *item)
{
	return item->row ? item->row->name : "unknown";
}

const struct trace_item *trace_return(const struct trace *trace,
				      const struct trace_item *call)
{
	const struct trace_item *item = call;

	while ((item = trace_find(
		    trace, item,
		    (struct trace_match){ .tid = call->record.tid }))) {
		if (item->record.kind == KTR_SYSCALL)
			return NULL;
		if (item->record.kind == KTR_SYSRET)
			return item;
	}
	return NULL;
}

static bool find_field(const struct trace_item *item, const char *name,
		       struct field *ret)
{
	return item->record.kind == KTR_STRUCT &&
	       fields_find(item->record.structure.data,
			   item->record.structure.length, name, ret);
}

bool trace_number(const struct trace_item *item, const char *name, int64_t *ret)
{
	struct field field;

	if (!find_field(item, name, &field) || !field.is_number)
		return false;
	*ret = field.number;
	return true;
}

const char *trace_text(const struct trace_item *item, const char *name)
{
	struct field field;

	return find_field(item, name, &field) && !field.is_number ? field.data
								  : NULL;
}

int32_t trace_recorder(const struct trace *trace)
{
	const struct record *first;

	if (!trace->count)
		return 0;
	first = &trace->items[0].record;
	if (first->kind != KTR_STRUCT ||
	    strcmp(first->structure.name, KTR_STRUCT_SESSION))
		return 0;
	return first->pid;
}

/* Sets of pids: few enough to be searched. */
static bool add_pid(int32_t *pids, size_t *count, size_t size, int32_t pid)
{
	for (size_t i = 0; i < *count && i < size; i++)
		if (pids[i] == pid)
			return false;
	if (*count < size)
		pids[*count] = pid;
	(*count)++;
	return true;
}

size_t trace_pids(const struct trace *trace, int32_t *pids, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < trace->count; i++)
		if (trace->items[i].record.kind == KTR_PROCCTOR)
			add_pid(pids, &count, size, trace->items[i].record.pid);
	return count;
}
