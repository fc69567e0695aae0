/*
 * Page by page, as they are read. What belongs to a file may still become so
 * later: a file that is made shorter takes the pages of all away, and what is
 * there next is the file's again.
 */
#include "supervisor/given.h"

#include <unistd.h>

#include <linux/sched.h>

#include <sys/param.h>
#include <sys/resource.h>

#include <ktrace-u/format.h>

#include "supervisor/scribe.h"
#include "supervisor/state.h"
#include "sysdesc/deeds.h"
#include "trace/fields.h"
#include "tracee/page.h"

/* Opening it costs more than all that is asked of it in a call, but there may
 * be more processes than descriptors: a quarter of these is for this, at most.
 */
#define KEPT_BELOW 256

static bool may_keep(int fd)
{
	struct rlimit limit;

	return fd < KEPT_BELOW && !getrlimit(RLIMIT_NOFILE, &limit) &&
	       (rlim_t)fd < limit.rlim_cur / 4;
}

static int pagemap_of(struct task *task)
{
	struct process *process = task->process;

	if (process->pagemap < 0) {
		process->pagemap = page_open(task->tid);
		process->keeps_pagemap = may_keep(process->pagemap);
	}
	return process->pagemap;
}

static void end_use(struct process *process)
{
	if (!process->keeps_pagemap)
		given_forget(process);
}

void given_forget(struct process *process)
{
	if (process->pagemap >= 0)
		close(process->pagemap);
	process->pagemap = -1;
}

/* ---- one page ---- */

/* Whether the page was not the process's own, but is now. */
static bool make_own(struct task *task, uint64_t page)
{
	switch (page_mapping(task->tid, page)) {
	case PAGE_PRIVATE:
		if (!page_make_own(task->tid, page))
			return true;
		break;
	case PAGE_COMMON:
		break;
	case PAGE_ANONYMOUS:
	case PAGE_UNMAPPED:
		return false;
	}
	task->given.is_common = true;
	return false;
}

static bool is_still_own(const struct task *task, int pagemap, uint64_t page)
{
	return page_is_own(pagemap, page) ||
	       page_mapping(task->tid, page) == PAGE_ANONYMOUS;
}

static bool is_known(const struct given *given, uint64_t page)
{
	for (unsigned i = 0; i < given->count; i++)
		if (given->pages[i] == page)
			return true;
	return false;
}

static void keep(struct task *task, uint64_t page)
{
	struct given *given = &task->given;

	if (given->count < GIVEN_PAGES)
		given->pages[given->count++] = page;
	else if (page_mapping(task->tid, page) != PAGE_ANONYMOUS)
		given->is_common = true;
}

/* Whether it has to be read again. At the end of a call it is too late to make
 * anything of it. */
static bool take_page(struct task *task, int pagemap, uint64_t page)
{
	bool was_made;

	if (is_known(&task->given, page))
		return false;
	if (!task->in_call) {
		task->given.is_common |= !is_still_own(task, pagemap, page);
		return false;
	}
	was_made = !page_is_own(pagemap, page) && make_own(task, page);
	keep(task, page);
	return was_made;
}

static bool take_piece(struct task *task, int pagemap,
		       const struct capture_piece *piece)
{
	uint64_t page = page_start(piece->address);
	uint64_t end = page + piece->address % page_size() + piece->got;
	bool was_made = false;

	for (; piece->got && page < end; page += page_size())
		was_made |= take_page(task, pagemap, page);
	return was_made;
}

/* ---- a call ---- */

/* What is opened or executed the kernel knows better. */
static bool is_asked_for(const struct sysdesc_row *row)
{
	if (row->effect == EFFECT_EXEC)
		return true;
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_BLOB)
			return false;
	return row->result == RESULT_FD;
}

static void read_given(void *context, struct capture_piece *pieces,
		       unsigned count)
{
	struct task *task = context;
	const struct capture_memory memory = state_memory(task);
	int pagemap = pagemap_of(task);
	bool was_made = false;

	memory.read(memory.context, pieces, count);
	for (unsigned i = 0; i < count; i++)
		was_made |= take_piece(task, pagemap, &pieces[i]);
	if (was_made)
		memory.read(memory.context, pieces, count);
	end_use(task->process);
}

struct capture_memory given_memory(struct task *task)
{
	if (!task->given.is_wanted)
		return state_memory(task);
	return (struct capture_memory){ .context = task, .read = read_given };
}

/* The flags of clone3(2) say what is shared from then on. */
static void take_clone_args(struct task *task)
{
	struct clone_args args;
	struct capture_piece piece = {
		.address = task->call.args[0],
		.to = &args,
		.length = (uint32_t)MIN(task->call.args[1], sizeof(args)),
	};

	read_given(task, &piece, 1);
}

void given_at_none(struct task *task)
{
	task->given.is_wanted = task->given.is_common = false;
	task->given.count = 0;
}

void given_at_entry(const struct supervisor *supervisor, struct task *task)
{
	const struct sysdesc_row *row = task->call.row;
	struct given *given = &task->given;

	given_at_none(task);
	given->is_wanted = supervisor->config->resolves && row &&
			   deeds_has(row) && !is_asked_for(row);
	if (given->is_wanted && row->effect == EFFECT_SPAWN3)
		take_clone_args(task);
}

/* ---- its end ---- */

static void look_again(struct task *task)
{
	struct given *given = &task->given;
	int pagemap = given->count ? pagemap_of(task) : -1;

	for (unsigned i = 0; i < given->count && !given->is_common; i++)
		given->is_common = !is_still_own(task, pagemap,
						 given->pages[i]);
	end_use(task->process);
}

void given_at_exit(struct task *task)
{
	struct fields_writer *fields;

	look_again(task);
	if (!task->given.is_common)
		return;
	if (task->call.row->effect == EFFECT_SPAWN3)
		scribe_coverage(task->process->session, task, "child",
				"clone3 with arguments that others can change");
	fields = scribe_fields(task->process->session, task, KTR_STRUCT_GIVEN);
	if (!fields)
		return;
	fields_number(fields, "common", 1);
	scribe_fields_end(task->process->session);
}
