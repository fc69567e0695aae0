/*
 * The memory of readers: a table of processes, each with those of its threads
 * that differ from it. Learns from records; decides nothing about output.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "foreign/system.h"
#include "join/state.h"
#include "trace/fields.h"
#include "trace/record.h"

struct state_thread {
	int64_t tid;
	enum sysdesc_abi abi; /* when has_abi */
	bool has_abi;
	int64_t number; /* of its call, KTR_CODE_WIDE when there is none */
	UT_hash_handle hh;
};

struct state_process {
	int32_t pid;
	uint32_t sv_flags;
	enum sysdesc_abi abi; /* of a thread that does not differ */
	/* An exec was called in the former program, and returns in this one. */
	bool has_former;
	enum sysdesc_abi former; /* the ABI in which it was called */
	struct state_thread *threads;
	UT_hash_handle hh;
};

static void state_forget_threads(struct state *state,
				 struct state_process *process)
{
	struct state_thread *thread = process->threads;
	struct state_thread *next;

	/* Takes the table away and leaves the list that goes through it. */
	HASH_CLEAR(hh, process->threads);
	for (; thread; thread = next) {
		next = thread->hh.next;
		free(thread);
		state->entries--;
	}
}

static void state_forget(struct state *state, struct state_process *process)
{
	state_forget_threads(state, process);
	HASH_DEL(state->processes, process);
	free(process);
	state->entries--;
}

void state_done(struct state *state)
{
	struct state_process *process = state->processes;
	struct state_process *next;

	HASH_CLEAR(hh, state->processes);
	for (; process; process = next) {
		next = process->hh.next;
		state_forget_threads(state, process);
		free(process);
		state->entries--;
	}
}

static struct state_process *state_find(const struct state *state, int32_t pid)
{
	struct state_process *process;

	HASH_FIND(hh, state->processes, &pid, sizeof(pid), process);
	return process;
}

static struct state_thread *
state_find_thread(const struct state_process *process, int64_t tid)
{
	struct state_thread *thread = NULL;

	if (process && process->threads)
		HASH_FIND(hh, process->threads, &tid, sizeof(tid), thread);
	return thread;
}

/* uthash keeps the order of insertion: the first one is the oldest. */
static void state_make_room(struct state *state)
{
	while (state->entries >= STATE_ENTRIES_MAX && state->processes)
		state_forget(state, state->processes);
}

/* The entry of the record's process, which is made when it is new. NULL: out of
 * memory. */
static struct state_process *state_take(struct state *state,
					const struct record *record)
{
	struct state_process *process = state_find(state, record->pid);

	if (process)
		return process;
	state_make_room(state);
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->pid = record->pid;
	process->abi = system_abi(record->system, record->word);
	HASH_ADD(hh, state->processes, pid, sizeof(process->pid), process);
	if (!process->hh.tbl) {
		free(process);
		return NULL;
	}
	state->entries++;
	return process;
}

static struct state_thread *state_add_thread(struct state *state,
					     struct state_process *process,
					     int64_t tid)
{
	struct state_thread *thread = calloc(1, sizeof(*thread));

	if (!thread)
		return NULL;
	thread->tid = tid;
	thread->number = KTR_CODE_WIDE;
	HASH_ADD(hh, process->threads, tid, sizeof(thread->tid), thread);
	if (!thread->hh.tbl) {
		free(thread);
		return NULL;
	}
	state->entries++;
	return thread;
}

/* The entry of the record's thread, made when it is new. */
static struct state_thread *state_take_thread(struct state *state,
					      const struct record *record)
{
	struct state_process *process;
	struct state_thread *thread;

	thread = state_find_thread(state_find(state, record->pid), record->tid);
	if (thread)
		return thread;
	/* Room first: the process that is looked up must still be there. */
	state_make_room(state);
	process = state_take(state, record);
	if (!process)
		return NULL;
	return state_add_thread(state, process, record->tid);
}

/* What PROCCTOR says alone: x32 is known by its `process` record only. */
static enum sysdesc_abi state_abi_of_flags(const struct state *state,
					   const struct record *record)
{
	uint32_t sv_flags = record->procctor.sv_flags;

	if (record->system != RECORD_LINUX)
		return system_abi_of_flags(sv_flags);
	if ((sv_flags & KTR_SV_ABI_MASK) != KTR_SV_ABI_LINUX)
		return SYSDESC_ABI_UNKNOWN;
	if (sv_flags & KTR_SV_LP64)
		return state->machine;
	if ((sv_flags & KTR_SV_ILP32) && state->machine == SYSDESC_X86_64)
		return SYSDESC_I386;
	return SYSDESC_ABI_UNKNOWN;
}

static enum sysdesc_abi state_abi_in(const struct state_process *process,
				     int64_t tid)
{
	const struct state_thread *thread = state_find_thread(process, tid);

	return thread && thread->has_abi ? thread->abi : process->abi;
}

static int state_learn_process(struct state *state, const struct record *record)
{
	bool is_new = !state_find(state, record->pid);
	struct state_process *process = state_take(state, record);

	if (!process)
		return -ENOMEM;
	process->former = state_abi_in(process, record->tid);
	process->has_former = !is_new;
	state->may_return |= !is_new;
	state_forget_threads(state, process);
	process->sv_flags = record->procctor.sv_flags;
	process->abi = state_abi_of_flags(state, record);
	return 0;
}

/* Whoever calls again has returned. */
static void state_learn_call(struct state *state, const struct record *record)
{
	struct state_process *process;

	if (!state->may_return)
		return;
	process = state_find(state, record->pid);
	if (process)
		process->has_former = false;
}

static void state_forget_process(struct state *state,
				 const struct record *record)
{
	struct state_process *process = state_find(state, record->pid);

	if (process)
		state_forget(state, process);
}

static enum sysdesc_abi state_abi_of(const struct field *field)
{
	return system_abi_by_name(field->data, field->length);
}

static int state_learn_session(struct state *state, const struct field *field,
			       const struct record *record)
{
	(void)record;
	state->machine = state_abi_of(field);
	return 0;
}

static int state_learn_process_abi(struct state *state,
				   const struct field *field,
				   const struct record *record)
{
	struct state_process *process = state_take(state, record);

	if (!process)
		return -ENOMEM;
	process->abi = state_abi_of(field);
	return 0;
}

static int state_learn_abi(struct state *state, const struct field *field,
			   const struct record *record)
{
	struct state_thread *thread = state_take_thread(state, record);

	if (!thread)
		return -ENOMEM;
	thread->abi = state_abi_of(field);
	thread->has_abi = true;
	return 0;
}

static int state_learn_number(struct state *state, const struct field *field,
			      const struct record *record)
{
	struct state_thread *thread = state_take_thread(state, record);

	if (!thread)
		return -ENOMEM;
	thread->number = field->number;
	return 0;
}

/* The structures to learn from, by the one field that matters. */
static const struct state_lesson {
	const char *structure;
	const char *field;
	bool is_number;
	int (*learn)(struct state *state, const struct field *field,
		     const struct record *record);
} state_lessons[] = {
	{ KTR_STRUCT_SESSION, "arch", false, state_learn_session },
	{ KTR_STRUCT_PROCESS, "abi", false, state_learn_process_abi },
	{ KTR_STRUCT_ABI, "abi", false, state_learn_abi },
	{ KTR_STRUCT_SYSCALL_NUMBER, "number", true, state_learn_number },
};

static int state_learn_structure(struct state *state,
				 const struct record *record)
{
	const struct state_lesson *lesson = state_lessons;
	const struct state_lesson *end = lesson + ARRAY_LEN(state_lessons);
	struct field field;

	while (lesson < end &&
	       strcmp(lesson->structure, record->structure.name) != 0)
		lesson++;
	if (lesson == end ||
	    !fields_find(record->structure.data, record->structure.length,
			 lesson->field, &field) ||
	    field.is_number != lesson->is_number)
		return 0;
	return lesson->learn(state, &field, record);
}

int state_learn(struct state *state, const struct record *record)
{
	switch (record->kind) {
	case KTR_PROCCTOR:
		return state_learn_process(state, record);
	case KTR_PROCDTOR:
		state_forget_process(state, record);
		return 0;
	case KTR_STRUCT:
		return state_learn_structure(state, record);
	case KTR_SYSCALL:
		state_learn_call(state, record);
		return 0;
	default:
		return 0;
	}
}

void state_shown(struct state *state, const struct record *record)
{
	if (!state->has_times)
		state->first_ns = record->time_ns;
	state->has_times = true;
	state->previous_ns = record->time_ns;
}

uint32_t state_flags(const struct state *state, const struct record *record)
{
	const struct state_process *process = state_find(state, record->pid);

	return process ? process->sv_flags : 0;
}

enum sysdesc_abi state_abi(const struct state *state,
			   const struct record *record)
{
	const struct state_process *process;

	if (state->shown)
		return state->shown->abi;
	process = state_find(state, record->pid);
	if (!process)
		return system_abi(record->system, record->word);
	if (process->has_former && record->kind == KTR_SYSRET)
		return process->former;
	return state_abi_in(process, record->tid);
}

int64_t state_number(const struct state *state, const struct record *record,
		     int32_t code)
{
	const struct state_thread *thread;

	if (code != KTR_CODE_WIDE)
		return code;
	if (state->shown)
		return state->shown->number;
	thread = state_find_thread(state_find(state, record->pid), record->tid);
	return thread ? thread->number : code;
}
