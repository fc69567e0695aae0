/*
 * A table of processes. One that has executed nothing is what its parent is; an
 * exec in a child makes it one below it, another exec takes its place.
 */
#include "compare/program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "compare/stable.h"
#include "trace/fields.h"
#include "trace/record.h"

#define BELOW " > "

struct program_process {
	struct program program;
	struct text above;   /* the chain without its own name */
	bool is_its_parents; /* it runs what its parent does */
	enum { WORDS_NONE, WORDS_AWAITED, WORDS_COME } words; /* of an exec */
	UT_hash_handle hh;
};

static void process_free(struct program_process *process)
{
	text_done(&process->program.chain);
	text_done(&process->program.name);
	text_done(&process->program.words);
	text_done(&process->above);
	free(process);
}

void programs_done(struct programs *programs)
{
	struct program_process *process = programs->processes, *next;

	HASH_CLEAR(hh, programs->processes);
	for (; process; process = next) {
		next = process->hh.next;
		process_free(process);
	}
	programs->words = 0;
}

static struct program_process *find(const struct programs *programs,
				    int32_t pid)
{
	struct program_process *process;

	HASH_FIND(hh, programs->processes, &pid, sizeof(pid), process);
	return process;
}

struct program *programs_find(const struct programs *programs, int32_t pid)
{
	struct program_process *process = find(programs, pid);

	return process ? &process->program : NULL;
}

static void forget(struct programs *programs, int32_t pid)
{
	struct program_process *process = find(programs, pid);

	if (!process)
		return;
	programs->words -= process->program.words.length;
	HASH_DEL(programs->processes, process);
	process_free(process);
}

/* ---- texts ---- */

static void set(struct text *text, const struct text *from)
{
	text_clear(text);
	text_bytes(text, from->data, from->length);
}

/* Of a chain that is too long the outermost names go. */
static void cut_front(struct text *text)
{
	size_t gone;

	if (text->length <= PROGRAM_CHAIN_MAX)
		return;
	gone = text->length - PROGRAM_CHAIN_MAX;
	memmove(text->data, text->data + gone, PROGRAM_CHAIN_MAX);
	text->length = PROGRAM_CHAIN_MAX;
}

static void make_chain(struct program_process *process)
{
	struct text *chain = &process->program.chain;

	set(chain, &process->above);
	if (chain->length > 0)
		text_put(chain, BELOW);
	text_bytes(chain, process->program.name.data,
		   process->program.name.length);
	cut_front(chain);
}

static bool failed(const struct program_process *process)
{
	return process->program.chain.failed || process->program.name.failed ||
	       process->program.words.failed || process->above.failed;
}

/* The last component of a path. */
static void set_name(struct program_process *process, const char *path,
		     size_t length)
{
	const char *slash = memrchr(path, '/', length);
	size_t head = slash ? (size_t)(slash + 1 - path) : 0;

	text_clear(&process->program.name);
	stable_put(&process->program.name, path + head, length - head,
		   process->program.pid, process->program.ppid);
	make_chain(process);
}

/* ---- records ---- */

/* Of those with too many words all have to go. */
static void make_room(struct programs *programs)
{
	if (programs->words > PROGRAMS_WORDS_MAX)
		programs_done(programs);
	if (HASH_COUNT(programs->processes) >= PROGRAMS_MAX)
		forget(programs, programs->processes->program.pid);
}

static struct program_process *add(struct programs *programs, int32_t pid)
{
	struct program_process *process;

	make_room(programs);
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->program.pid = pid;
	HASH_ADD(hh, programs->processes, program.pid, sizeof(pid), process);
	if (process->hh.tbl)
		return process;
	free(process);
	return NULL;
}

static void be_as_parent(struct program_process *process,
			 const struct program_process *parent)
{
	set(&process->above, &parent->above);
	set(&process->program.name, &parent->program.name);
	set(&process->program.chain, &parent->program.chain);
	process->is_its_parents = true;
}

/* An exec: what it was until now, its parent still is. */
static void begin_anew(struct programs *programs,
		       struct program_process *process)
{
	if (process->is_its_parents)
		set(&process->above, &process->program.chain);
	process->is_its_parents = false;
	programs->words -= process->program.words.length;
	text_clear(&process->program.words);
}

static int learn_process(struct programs *programs, const struct record *record)
{
	struct program_process *process = find(programs, record->pid);
	const struct program_process *parent;
	bool is_new = !process;
	int64_t ppid = 0;
	struct field exe;

	if (is_new)
		process = add(programs, record->pid);
	if (!process)
		return -ENOMEM;
	fields_find_number(record->structure.data, record->structure.length,
			   "ppid", &ppid);
	process->program.ppid = (int32_t)ppid;
	parent = find(programs, process->program.ppid);
	process->words = WORDS_AWAITED;
	if (is_new && parent && parent != process) {
		be_as_parent(process, parent);
		return failed(process) ? -ENOMEM : 0;
	}
	begin_anew(programs, process);
	if (fields_find(record->structure.data, record->structure.length, "exe",
			&exe))
		set_name(process, exe.data, exe.length);
	return failed(process) ? -ENOMEM : 0;
}

/* What it calls itself is what a person knows it by. A list may be in several
 * records, of which nothing is in between. */
static int learn_words(struct programs *programs,
		       struct program_process *process,
		       const struct record *record)
{
	const char *data = (const char *)record->raw.data;
	struct text *words = &process->program.words;
	size_t length = MIN(record->raw.length, PROGRAM_WORDS_MAX);
	size_t before;

	if (process->words == WORDS_NONE || length == 0 ||
	    words->length > PROGRAM_WORDS_MAX)
		return 0;
	if (process->is_its_parents)
		begin_anew(programs, process);
	before = words->length;
	if (process->words == WORDS_AWAITED && data[0])
		set_name(process, data, strnlen(data, length));
	process->words = WORDS_COME;
	stable_put(words, data, length, process->program.pid,
		   process->program.ppid);
	programs->words += words->length - before;
	return failed(process) ? -ENOMEM : 0;
}

int programs_learn(struct programs *programs, const struct record *record)
{
	struct program_process *process;

	if (record_is_struct(record, KTR_STRUCT_PROCESS))
		return learn_process(programs, record);
	process = find(programs, record->pid);
	if (!process)
		return 0;
	if (record->kind == KTR_ARGS)
		return learn_words(programs, process, record);
	if (record->kind == KTR_SYSCALL || process->words == WORDS_COME)
		process->words = WORDS_NONE;
	if (record->kind == KTR_PROCDTOR)
		forget(programs, record->pid);
	return 0;
}
