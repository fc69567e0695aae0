/*
 * Mappings by process, and the walk through a stack. Shows nothing.
 */
#include "show/stacks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/cleanup.h"
#include "symbol/symbol.h"
#include "trace/fields.h"
#include "trace/record.h"

#define FRAMES_MAX 4096u /* of one stack that are looked at */

struct stacks_mapping {
	uint64_t start;
	uint64_t end;
	uint64_t base; /* what to take from an address for one of the file */
	char *path;
	char *build_id; /* "" when it has none */
	int64_t size;
	int64_t changed_ns;
};

struct stacks_maps {
	struct stacks_mapping *mappings;
	size_t count;
};

/* An exec is shown when it has returned, with the stack from before. */
struct stacks_process {
	int32_t pid;
	struct stacks_maps maps;
	struct stacks_maps former; /* those of stacks before this: */
	uint64_t since_ns;
	UT_hash_handle hh;
};

struct stacks {
	const char *debug_directories;
	struct symbol_finder *finder; /* NULL: nothing was named yet */
	struct stacks_process *processes;
	size_t mappings; /* of all */
};

/* ---- what is there ---- */

static void stacks_free_mapping(struct stacks_mapping *mapping)
{
	free(mapping->path);
	free(mapping->build_id);
}

static void stacks_free_maps(struct stacks *stacks, struct stacks_maps *maps)
{
	stacks->mappings -= maps->count;
	for (size_t i = 0; i < maps->count; i++)
		stacks_free_mapping(&maps->mappings[i]);
	free(maps->mappings);
	*maps = (struct stacks_maps){ .count = 0 };
}

static void stacks_free_process(struct stacks *stacks,
				struct stacks_process *process)
{
	stacks_free_maps(stacks, &process->maps);
	stacks_free_maps(stacks, &process->former);
	free(process);
}

static void stacks_forget(struct stacks *stacks, struct stacks_process *process)
{
	HASH_DEL(stacks->processes, process);
	stacks_free_process(stacks, process);
}

static void stacks_forget_all(struct stacks *stacks)
{
	struct stacks_process *process = stacks->processes, *next;

	/* Takes the table away and leaves the list that goes through it. */
	HASH_CLEAR(hh, stacks->processes);
	for (; process; process = next) {
		next = process->hh.next;
		stacks_free_process(stacks, process);
	}
}

int stacks_open(struct stacks **ret, const char *debug_directories)
{
	struct stacks *stacks = calloc(1, sizeof(*stacks));

	if (!stacks)
		return -ENOMEM;
	stacks->debug_directories = debug_directories;
	*ret = stacks;
	return 0;
}

void stacks_close(struct stacks *stacks)
{
	if (!stacks)
		return;
	stacks_forget_all(stacks);
	symbol_close(stacks->finder);
	free(stacks);
}

static struct stacks_process *stacks_find(const struct stacks *stacks,
					  int32_t pid)
{
	struct stacks_process *process = NULL;

	HASH_FIND(hh, stacks->processes, &pid, sizeof(pid), process);
	return process;
}

static struct stacks_process *stacks_take(struct stacks *stacks, int32_t pid)
{
	struct stacks_process *process = stacks_find(stacks, pid);

	if (process)
		return process;
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->pid = pid;
	HASH_ADD(hh, stacks->processes, pid, sizeof(process->pid), process);
	if (process->hh.tbl)
		return process;
	free(process);
	return NULL;
}

/* ---- mappings ---- */

static int64_t number_of(const struct record *record, const char *name,
			 int64_t otherwise)
{
	fields_find_number(record->structure.data, record->structure.length,
			   name, &otherwise);
	return otherwise;
}

/* malloc'd; "" where there is none. */
static char *text_of(const struct record *record, const char *name)
{
	struct field field;

	if (!fields_find(record->structure.data, record->structure.length, name,
			 &field) ||
	    field.is_number)
		return strdup("");
	return strndup(field.data, field.length);
}

static int take_mapping(const struct record *record, struct stacks_mapping *ret)
{
	uint64_t start = (uint64_t)number_of(record, "start", 0);
	uint64_t offset = (uint64_t)number_of(record, "offset", 0);
	struct stacks_mapping mapping = {
		.start = start,
		.end = (uint64_t)number_of(record, "end", 0),
		.size = number_of(record, "size", -1),
		.changed_ns = number_of(record, "changed_ns", -1),
		.path = text_of(record, "path"),
		.build_id = text_of(record, "build_id"),
	};

	mapping.base = (uint64_t)number_of(record, "bias",
					   (int64_t)(start - offset));
	if (!mapping.path || !mapping.build_id) {
		stacks_free_mapping(&mapping);
		return -ENOMEM;
	}
	*ret = mapping;
	return 0;
}

/* What lies there is not there any more. */
static void stacks_unmap(struct stacks *stacks, struct stacks_maps *maps,
			 uint64_t start, uint64_t end)
{
	size_t kept = 0;

	for (size_t i = 0; i < maps->count; i++) {
		struct stacks_mapping *mapping = &maps->mappings[i];

		if (mapping->start < end && start < mapping->end)
			stacks_free_mapping(mapping);
		else
			maps->mappings[kept++] = *mapping;
	}
	stacks->mappings -= maps->count - kept;
	maps->count = kept;
}

/* For one more: no process is kept without any. */
static void stacks_make_room(struct stacks *stacks)
{
	if (stacks->mappings >= STACKS_MAPPINGS_MAX && stacks->processes)
		stacks_forget(stacks, stacks->processes);
}

static int stacks_learn_mapping(struct stacks *stacks,
				const struct record *record)
{
	struct stacks_process *process;
	struct stacks_mapping mapping, *grown = NULL;
	int r = take_mapping(record, &mapping);

	if (r < 0)
		return r;
	stacks_make_room(stacks);
	process = stacks_take(stacks, record->pid);
	if (process) {
		stacks_unmap(stacks, &process->maps, mapping.start,
			     mapping.end);
		grown = reallocarray(process->maps.mappings,
				     process->maps.count + 1, sizeof(*grown));
	}
	if (!grown) {
		stacks_free_mapping(&mapping);
		return -ENOMEM;
	}
	process->maps.mappings = grown;
	process->maps.mappings[process->maps.count++] = mapping;
	stacks->mappings++;
	return 0;
}

int stacks_learn(struct stacks *stacks, const struct record *record)
{
	struct stacks_process *process;

	if (record_is_struct(record, KTR_STRUCT_MAPPING))
		return stacks_learn_mapping(stacks, record);
	if (record->kind != KTR_PROCCTOR && record->kind != KTR_PROCDTOR)
		return 0;
	process = stacks_find(stacks, record->pid);
	if (!process)
		return 0;
	if (record->kind == KTR_PROCDTOR) {
		stacks_forget(stacks, process);
		return 0;
	}
	stacks_free_maps(stacks, &process->former);
	process->former = process->maps;
	process->maps = (struct stacks_maps){ .count = 0 };
	process->since_ns = record->time_ns;
	return 0;
}

/* ---- stacks ---- */

bool stacks_is_one(const struct record *record)
{
	return record_is_struct(record, KTR_STRUCT_STACK);
}

static const struct stacks_mapping *
stacks_at(const struct stacks *stacks, const struct record *record, uint64_t pc)
{
	const struct stacks_process *process =
	    stacks ? stacks_find(stacks, record->pid) : NULL;
	const struct stacks_maps *maps;

	if (!process)
		return NULL;
	maps = record->time_ns < process->since_ns ? &process->former
						   : &process->maps;
	for (size_t i = 0; i < maps->count; i++)
		if (pc >= maps->mappings[i].start && pc < maps->mappings[i].end)
			return &maps->mappings[i];
	return NULL;
}

static struct symbol_module *stacks_module(struct stacks *stacks,
					   const struct stacks_mapping *mapping)
{
	const struct symbol_file file = {
		.path = mapping->path,
		.build_id = mapping->build_id,
		.size = mapping->size,
		.changed_ns = mapping->changed_ns,
	};

	if (!mapping->path[0] ||
	    (!stacks->finder &&
	     symbol_open(&stacks->finder, stacks->debug_directories) < 0))
		return NULL;
	return symbol_module(stacks->finder, &file);
}

/* One address: everybody who is there. */
static void stacks_visit_pc(struct stacks *stacks, const struct record *record,
			    struct stacks_frame frame, bool is_return,
			    stacks_visit *visit, void *context)
{
	const struct stacks_mapping *mapping = stacks_at(stacks, record,
							 frame.pc - is_return);
	struct symbol_module *module = NULL;
	const struct symbol_frame *symbols = NULL;
	size_t count = 0;

	if (mapping) {
		frame.path = mapping->path;
		frame.address = frame.pc - mapping->base;
		module = stacks_module(stacks, mapping);
	}
	if (module)
		frame.problem = symbol_problem(module);
	if (module && !frame.is_signal)
		count = symbol_find(module, frame.address, is_return, &symbols);
	for (size_t i = 0; i < count; i++) {
		frame.symbol = &symbols[i];
		visit(context, &frame);
	}
	if (count == 0)
		visit(context, &frame);
}

/* Bit by frame: those that a handler returns to. */
struct stacks_signals {
	uint64_t bits[FRAMES_MAX / 64];
};

static bool has_signal(const struct stacks_signals *signals, uint64_t index)
{
	return index < FRAMES_MAX &&
	       (signals->bits[index / 64] >> index % 64 & 1);
}

static bool is_number(const struct field *field, const char *name)
{
	return field->is_number && fields_is(field, name);
}

void stacks_each(struct stacks *stacks, const struct record *record,
		 stacks_visit *visit, void *context)
{
	const uint8_t *data = record->structure.data;
	struct stacks_signals signals = { 0 };
	bool malformed = false;
	size_t position = 0;
	uint64_t index = 0;
	struct field field;

	while (index < FRAMES_MAX &&
	       fields_next(data, record->structure.length, &position, &field,
			   &malformed)) {
		uint64_t number = (uint64_t)field.number;

		if (is_number(&field, "signal") && number < FRAMES_MAX)
			signals.bits[number / 64] |= UINT64_C(1) << number % 64;
		if (!is_number(&field, "pc"))
			continue;
		stacks_visit_pc(stacks, record,
				(struct stacks_frame){
				    .pc = number,
				    .is_signal = has_signal(&signals, index),
				},
				index > 0 && !has_signal(&signals, index - 1),
				visit, context);
		index++;
	}
}
