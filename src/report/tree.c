/*
 * Processes, in the order in which they began. A pid may come again: then it is
 * another process.
 */
#include "report/tree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"
#include "decode/name.h"
#include "foreign/system.h"
#include "show/json_value.h"
#include "show/view.h"
#include "trace/fields.h"
#include "trace/record.h"

#define EXEC_MAX     2048 /* bytes of what one executes that are kept, */
#define EXECS_MAX    8192 /* and of all that it does */
#define INDENT       2
#define NANOSECONDS  1e9
#define MICROSECONDS 1e6

struct tree_process {
	int32_t pid;
	int32_t parent_pid;
	struct tree_process *parent; /* NULL: it is not in the trace */
	struct tree_process *child, *last_child, *sibling;
	struct tree_process *next; /* that began after it */
	char comm[RECORD_COMM_SIZE];
	struct text execs; /* of each: how long its strings are, and they */
	bool awaits_exec;  /* what comes now is what it runs */
	size_t committed;  /* of execs: what it runs for sure */
	bool has_ended, has_status, was_killed, dumped_core;
	int64_t status; /* or the signal */
	int64_t user_us, system_us, memory_kib;
	uint64_t first_ns, last_ns;
	UT_hash_handle hh; /* among those that live */
};

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

/* The strings of the exec at a position, which moves behind them; NULL: that
 * was all. */
static const char *next_exec(const struct tree_process *process,
			     size_t *position, size_t *ret_length)
{
	const char *strings;

	if (*position == process->execs.length)
		return NULL;
	strings = process->execs.data + *position + sizeof(size_t);
	memcpy(ret_length, process->execs.data + *position, sizeof(size_t));
	*position += sizeof(size_t) + *ret_length;
	return strings;
}

/* Words with blanks between; those that have some, or nothing, in quotes. */
static void put_words(struct text *text, const struct view *view,
		      const char *words, size_t length)
{
	const char *end = words + length;

	for (; words < end; words += strlen(words) + 1) {
		text_char(text, ' ');
		if (*words && !strpbrk(words, " \t\n\"\\"))
			data_escape(text, words, strlen(words), &view->style);
		else
			data_quote(text, words, strlen(words), &view->style);
	}
}

static void put_status(struct text *text, const struct tree_process *process)
{
	if (!process->has_status) {
		text_put(text, process->has_ended ? "ended" : "lives");
	} else if (process->was_killed) {
		text_put(text, "killed by ");
		/* Only ktrace-u's own traces tell. */
		name_signal(text, RECORD_LINUX, (int)process->status);
		text_put(text, process->dumped_core ? ", core dumped" : "");
	} else {
		text_format(text, "exit %" PRId64, process->status);
	}
}

static double seconds_of(const struct tree_process *process)
{
	return (double)(process->last_ns - process->first_ns) / NANOSECONDS;
}

static void put_numbers(struct text *text, const struct tree_process *process)
{
	text_put(text, " [");
	put_status(text, process);
	text_format(text, ", %.3f s", seconds_of(process));
	if (process->has_status)
		text_format(text, ", %.3f+%.3f s, %" PRId64 " KiB",
			    (double)process->user_us / MICROSECONDS,
			    (double)process->system_us / MICROSECONDS,
			    process->memory_kib);
	text_put(text, "]");
}

static void put_indent(struct text *text, unsigned depth)
{
	for (unsigned i = 0; i < depth * INDENT; i++)
		text_char(text, ' ');
}

/* What it executed later stands below. */
static void put_process(struct text *text, const struct view *view,
			const struct tree_process *process, unsigned depth)
{
	size_t position = 0, length = 0;
	const char *words = next_exec(process, &position, &length);

	put_indent(text, depth);
	text_decimal(text, process->pid);
	if (words) {
		put_words(text, view, words, length);
	} else {
		text_put(text, " (");
		data_escape(text, process->comm, strlen(process->comm),
			    &view->style);
		text_char(text, ')');
	}
	put_numbers(text, process);
	text_char(text, '\n');
	while ((words = next_exec(process, &position, &length))) {
		put_indent(text, depth);
		text_put(text, "  then");
		put_words(text, view, words, length);
		text_char(text, '\n');
	}
}

static void put_object(struct text *text, const struct tree_process *process)
{
	size_t position = 0, length = 0;
	const char *words;

	text_put(text, "{\"v\":1,\"ev\":\"tree\"");
	json_value_integer(text, "pid", process->pid);
	json_value_integer(text, "ppid", process->parent_pid);
	json_value_open(text, "comm");
	json_value_put_bytes(text, process->comm, strlen(process->comm));
	json_value_open(text, "execs");
	text_char(text, '[');
	while ((words = next_exec(process, &position, &length))) {
		json_value_next(text);
		text_char(text, '{');
		json_value_strings(text, "args", words, length);
		text_char(text, '}');
	}
	text_char(text, ']');
	json_value_time(text, "first", process->first_ns);
	json_value_time(text, "last", process->last_ns);
	if (process->has_status) {
		json_value_integer(text,
				   process->was_killed ? "signal" : "status",
				   process->status);
		json_value_integer(text, "utime_us", process->user_us);
		json_value_integer(text, "stime_us", process->system_us);
		json_value_integer(text, "maxrss_kib", process->memory_kib);
	}
	text_put(text, "}\n");
}

/* The next one below a root, depth first; NULL behind the last. */
static const struct tree_process *walk(const struct tree_process *process,
				       unsigned *depth)
{
	if (process->child) {
		(*depth)++;
		return process->child;
	}
	while (process && !process->sibling) {
		process = process->parent;
		if (*depth == 0 || --*depth == 0)
			return NULL;
	}
	return process ? process->sibling : NULL;
}

static void put_root(struct text *text, const struct view *view,
		     const struct tree_process *root)
{
	const struct tree_process *process = root;
	unsigned depth = 0;

	do {
		put_process(text, view, process, depth);
		process = walk(process, &depth);
	} while (process && process != root);
}

static void put_tree(void *report, struct text *text)
{
	const struct tree *tree = report;
	const struct view *view = tree->view;
	const struct tree_process *process;

	for (process = tree->first; process; process = process->next) {
		if (tree->json)
			put_object(text, process);
		else if (!process->parent)
			put_root(text, view, process);
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
