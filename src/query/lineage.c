/*
 * A table of processes, learnt from `process` records. A child is in the trees
 * that its parent is in when it is born; it stays there when its parent ends.
 */
#include "query/lineage.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "trace/fields.h"
#include "trace/record.h"

struct lineage_process {
	int32_t pid;
	uint32_t trees; /* a bit for each it is in */
	char *executable;
	size_t length;
	UT_hash_handle hh;
};

static void process_free(struct lineage_process *process)
{
	free(process->executable);
	free(process);
}

void lineage_done(struct lineage *lineage)
{
	struct lineage_process *process = lineage->processes, *next;

	HASH_CLEAR(hh, lineage->processes);
	for (; process; process = next) {
		next = process->hh.next;
		process_free(process);
	}
}

static struct lineage_process *find(const struct lineage *lineage, int32_t pid)
{
	struct lineage_process *process;

	HASH_FIND(hh, lineage->processes, &pid, sizeof(pid), process);
	return process;
}

void lineage_forget(struct lineage *lineage, int32_t pid)
{
	struct lineage_process *process = find(lineage, pid);

	if (!process)
		return;
	HASH_DEL(lineage->processes, process);
	process_free(process);
}

static void make_room(struct lineage *lineage)
{
	if (HASH_COUNT(lineage->processes) >= LINEAGE_PROCESSES_MAX)
		lineage_forget(lineage, lineage->processes->pid);
}

static struct lineage_process *add(struct lineage *lineage, int32_t pid)
{
	struct lineage_process *process;

	make_room(lineage);
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->pid = pid;
	HASH_ADD(hh, lineage->processes, pid, sizeof(process->pid), process);
	if (process->hh.tbl)
		return process;
	process_free(process);
	return NULL;
}

int lineage_add_root(struct lineage *lineage, int32_t pid)
{
	if (lineage->root_count == LINEAGE_TREES_MAX)
		return -E2BIG;
	lineage->roots[lineage->root_count] = pid;
	return (int)lineage->root_count++;
}

static uint32_t trees_of_root(const struct lineage *lineage, int64_t pid)
{
	uint32_t trees = 0;

	for (unsigned i = 0; i < lineage->root_count; i++)
		if (lineage->roots[i] == pid)
			trees |= UINT32_C(1) << i;
	return trees;
}

static int set_executable(struct lineage_process *process,
			  const struct record *record)
{
	struct field field;
	char *copy;

	if (!fields_find(record->structure.data, record->structure.length,
			 "exe", &field) ||
	    field.length > PATH_MAX)
		return 0;
	copy = malloc(field.length + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, field.data, field.length);
	copy[field.length] = '\0';
	free(process->executable);
	process->executable = copy;
	process->length = field.length;
	return 0;
}

int lineage_learn(struct lineage *lineage, const struct record *record)
{
	const struct lineage_process *parent = NULL;
	struct lineage_process *process;
	int64_t ppid = 0;

	if (!record_is_struct(record, KTR_STRUCT_PROCESS))
		return 0;
	process = find(lineage, record->pid);
	if (fields_find_number(record->structure.data, record->structure.length,
			       "ppid", &ppid))
		parent = find(lineage, (int32_t)ppid);
	/* One that is told of again has executed: it stays where it is. */
	if (!process) {
		uint32_t trees = parent ? parent->trees
					: trees_of_root(lineage, ppid);

		process = add(lineage, record->pid);
		if (!process)
			return -ENOMEM;
		process->trees = trees | trees_of_root(lineage, record->pid);
	}
	return set_executable(process, record);
}

bool lineage_is_in(const struct lineage *lineage, int32_t pid, unsigned tree)
{
	const struct lineage_process *process = find(lineage, pid);

	if (process)
		return process->trees >> tree & 1;
	return lineage->roots[tree] == pid;
}

const char *lineage_executable(const struct lineage *lineage, int32_t pid,
			       size_t *ret_length)
{
	const struct lineage_process *process = find(lineage, pid);

	if (!process)
		return NULL;
	*ret_length = process->length;
	return process->executable;
}
