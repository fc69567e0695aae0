/*
 * Processes, in the order in which they began. A pid may come again: then it is
 * another process. What is told of them is tree_put.c's.
 */
#include "report/tree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "foreign/system.h"
#include "report/tree_put.h"
#include "trace/fields.h"
#include "trace/record.h"

#define EXEC_MAX  2048 /* bytes of what one executes that are kept, */
#define EXECS_MAX 8192 /* and of all that it does */

struct tree {
	const struct view *view;
	bool json;
	struct tree_process *living; /* a table */
	struct tree_process *first, *last;
	uint64_t count, left_out;
};

static int open_tree(void **ret, const struct report_context *context)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return -ENOMEM;
	tree->view = context->view;
	tree->json = context->json;
	*ret = tree;
	return 0;
}

static void close_tree(void *report)
{
	struct tree_process *process, *next;
	struct tree *tree = report;

	if (!tree)
		return;
	HASH_CLEAR(hh, tree->living);
	for (process = tree->first; process; process = next) {
		next = process->next;
		text_done(&process->execs);
		free(process);
	}
	free(tree);
}

/* ---- taking ---- */

static struct tree_process *find(const struct tree *tree, int32_t pid)
{
	struct tree_process *process;

	HASH_FIND(hh, tree->living, &pid, sizeof(pid), process);
	return process;
}

static void append(struct tree *tree, struct tree_process *process)
{
	if (tree->last)
		tree->last->next = process;
	else
		tree->first = process;
	tree->last = process;
	tree->count++;
}

/* NULL: there is no memory, or are too many. */
static struct tree_process *begin(struct tree *tree, int32_t pid,
				  uint64_t time_ns)
{
	struct tree_process *process;

	if (tree->count >= TREE_PROCESSES_MAX) {
		tree->left_out++;
		return NULL;
	}
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->pid = pid;
	process->first_ns = time_ns;
	process->last_ns = time_ns;
	HASH_ADD(hh, tree->living, pid, sizeof(process->pid), process);
	if (!process->hh.tbl) {
		free(process);
		return NULL;
	}
	append(tree, process);
	return process;
}

static bool find_number(const struct record *record, const char *name,
			int64_t *ret)
{
	return fields_find_number(record->structure.data,
				  record->structure.length, name, ret);
}

/* Nobody is put below one that comes later. */
static void settle(struct tree *tree, struct tree_process *process,
		   int32_t parent_pid)
{
	struct tree_process *parent = find(tree, parent_pid);

	process->parent_pid = parent_pid;
	if (!parent || parent == process)
		return;
	process->parent = parent;
	if (parent->last_child)
		parent->last_child->sibling = process;
	else
		parent->child = process;
	parent->last_child = process;
}

static int add_process(struct tree *tree, struct tree_process *process,
		       const struct record *record)
{
	int64_t number = 0;

	process->awaits_exec = true;
	if (process->parent_pid || !find_number(record, "ppid", &number))
		return 0;
	settle(tree, process, (int32_t)number);
	return 0;
}

static int add_end(struct tree *tree, struct tree_process *process,
		   const struct record *record)
{
	int64_t core = 0;

	(void)tree;
	process->was_killed = find_number(record, "signal", &process->status);
	process->has_status = process->was_killed ||
			      find_number(record, "status", &process->status);
	find_number(record, "core", &core);
	process->dumped_core = core != 0;
	find_number(record, "utime_us", &process->user_us);
	find_number(record, "stime_us", &process->system_us);
	find_number(record, "maxrss_kib", &process->memory_kib);
	return 0;
}

static int add_exec(struct tree_process *process, const struct record *record)
{
	size_t length = MIN(record->raw.length, (size_t)EXEC_MAX);
	size_t stored;

	/* Others write it at the call, which may fail yet. */
	if (record->system != RECORD_LINUX)
		process->committed = process->execs.length;
	else if (!process->awaits_exec)
		return 0;
	process->awaits_exec = record->system != RECORD_LINUX;
	if (length == 0 || process->execs.length > EXECS_MAX)
		return 0;
	/* The last string may have been cut. */
	stored = length + (record->raw.data[length - 1] != '\0');
	text_bytes(&process->execs, &stored, sizeof(stored));
	text_bytes(&process->execs, record->raw.data, length);
	if (stored > length)
		text_char(&process->execs, '\0');
	return process->execs.failed ? -ENOMEM : 0;
}

static int add_structure(struct tree *tree, struct tree_process *process,
			 const struct record *record)
{
	if (record_is_struct(record, KTR_STRUCT_PROCESS))
		return add_process(tree, process, record);
	if (record_is_struct(record, KTR_STRUCT_EXIT_STATUS))
		return add_end(tree, process, record);
	return 0;
}

/* ---- what others do not tell, but by their calls ---- */

static void end_exec(struct tree_process *process, int error)
{
	if (process->awaits_exec && error && error != KTR_EJUSTRETURN &&
	    !process->execs.failed)
		process->execs.length = process->committed;
	process->awaits_exec = false;
}

/* One that has children already is not put below anybody. */
static int add_child(struct tree *tree, struct tree_process *process,
		     const struct record *record)
{
	int32_t pid = (int32_t)record->sysret.retval;
	uint64_t left_out = tree->left_out;
	struct tree_process *child = find(tree, pid);

	if (!child)
		child = begin(tree, pid, record->time_ns);
	if (!child)
		return tree->left_out == left_out ? -ENOMEM : 0;
	if (!child->parent_pid && !child->child && child != process)
		settle(tree, child, process->pid);
	return 0;
}

static int add_return(struct tree *tree, struct tree_process *process,
		      const struct record *record)
{
	enum sysdesc_effect effect = system_effect(record);
	int error = record->sysret.error;

	if (effect == EFFECT_EXEC)
		end_exec(process, error);
	if (effect == EFFECT_SPAWN && !error && record->sysret.retval > 0)
		return add_child(tree, process, record);
	return 0;
}

static int add_call(struct tree_process *process, const struct record *record)
{
	process->awaits_exec = false;
	process->has_ended |= system_effect(record) == EFFECT_EXIT_GROUP;
	return 0;
}

static int add_to(struct tree *tree, struct tree_process *process,
		  const struct record *record)
{
	process->last_ns = MAX(process->last_ns, record->time_ns);
	memcpy(process->comm, record->comm, sizeof(process->comm));
	switch (record->kind) {
	case KTR_SYSCALL:
		return add_call(process, record);
	case KTR_SYSRET:
		return add_return(tree, process, record);
	case KTR_ARGS:
		return add_exec(process, record);
	case KTR_STRUCT:
		return add_structure(tree, process, record);
	case KTR_PROCDTOR:
		process->has_ended = true;
		HASH_DEL(tree->living, process);
		return 0;
	default:
		return 0;
	}
}

/* Not all of the others tell when a process begins. */
static bool begins(const struct record *record)
{
	return record->kind == KTR_PROCCTOR ||
	       (record->system != RECORD_LINUX && record->pid > 0 &&
		record->kind != KTR_PROCDTOR);
}

static int add(void *report, const struct record *record)
{
	struct tree *tree = report;
	struct tree_process *process = find(tree, record->pid);
	uint64_t left_out = tree->left_out;

	if (!process && begins(record)) {
		process = begin(tree, record->pid, record->time_ns);
		if (!process && tree->left_out == left_out)
			return -ENOMEM;
	}
	return process ? add_to(tree, process, record) : 0;
}

/* ---- telling ---- */

static void put_tree(void *report, struct text *text)
{
	const struct tree *tree = report;
	const struct view *view = tree->view;
	const struct tree_process *process;

	for (process = tree->first; process; process = process->next) {
		if (tree->json)
			tree_put_object(text, process);
		else if (!process->parent)
			tree_put_root(text, view, process);
	}
	if (tree->left_out && !tree->json)
		text_format(text, "and %" PRIu64 " more\n", tree->left_out);
}

const struct report_kind tree_report = {
	.is_of_all = true,
	.add = add,
	.open = open_tree,
	.close = close_tree,
	.put = put_tree,
};
