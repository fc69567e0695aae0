/*
 * Who did what: points and records by thread. Knows calls by what the table
 * says of them, never by number. Compares nothing.
 */
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "support/witness_threads.h"

/* How often the command's pid executes something before the command: us. */
#define OWN_EXECS 1

struct entry {
	struct witness_thread thread;
	UT_hash_handle hh;
};

struct witness_threads {
	struct entry *entries;
	struct witness_thread *first;
};

static void list_add(struct witness_list *list, const void *item)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		list->items = reallocarray(list->items, list->room,
					   sizeof(*list->items));
		if (!list->items)
			abort();
	}
	list->items[list->count++] = item;
}

/* Moves what is there from an index on to the end of another list. */
static void list_cut(struct witness_list *list, size_t from,
		     struct witness_list *to)
{
	for (size_t i = from; to && i < list->count; i++)
		list_add(to, list->items[i]);
	list->count = from;
}

const struct witness_point *
witness_thread_point(const struct witness_thread *thread, size_t i)
{
	return i < thread->points.count ? thread->points.items[i] : NULL;
}

const struct trace_item *
witness_thread_record(const struct witness_thread *thread, size_t i)
{
	return i < thread->records.count ? thread->records.items[i] : NULL;
}

struct witness_thread *witness_threads_all(const struct witness_threads *all)
{
	return all->first;
}

struct witness_thread *witness_threads_find(const struct witness_threads *all,
					    pid_t tid)
{
	struct entry *entry;

	HASH_FIND(hh, all->entries, &tid, sizeof(tid), entry);
	return entry ? &entry->thread : NULL;
}

static struct witness_thread *take(struct witness_threads *all, pid_t tid)
{
	struct witness_thread *thread = witness_threads_find(all, tid);
	struct entry *entry;

	if (thread)
		return thread;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		abort();
	entry->thread.tid = tid;
	entry->thread.next = all->first;
	all->first = &entry->thread;
	HASH_ADD(hh, all->entries, thread.tid, sizeof(tid), entry);
	return &entry->thread;
}

/* Where a newborn comes out of the call that made it, aarch64's kernel has no
 * point. */
static bool is_untold(const struct witness_thread *thread,
		      const struct record *record)
{
#ifdef __aarch64__
	return thread->records.count == 0 && record->kind == KTR_SYSRET;
#else
	(void)thread;
	(void)record;
	return false;
#endif
}

static void sort(struct witness_threads *all,
		 const struct witness_points *points, const struct trace *trace)
{
	for (size_t i = 0; i < points->count; i++)
		list_add(&take(all, points->items[i].tid)->points,
			 &points->items[i]);
	for (size_t i = 0; i < trace->count; i++) {
		const struct record *record = &trace->items[i].record;
		struct witness_thread *thread;

		if (record->kind != KTR_SYSCALL && record->kind != KTR_SYSRET)
			continue;
		thread = take(all, (pid_t)record->tid);
		thread->pid = record->pid;
		if (!is_untold(thread, record))
			list_add(&thread->records, &trace->items[i]);
	}
}

static bool has_effect(const struct witness_point *point,
		       enum sysdesc_effect effect)
{
	const struct sysdesc_row *row = sysdesc_find(sysdesc_abi_native(),
						     point->number);

	return row && row->effect == effect;
}

bool witness_point_is_spawn(const struct witness_point *point)
{
	return has_effect(point, EFFECT_SPAWN) ||
	       has_effect(point, EFFECT_SPAWN3);
}

/* All that was started by the first `count` events of the thread. */
static void mark_started(struct witness_threads *all,
			 const struct witness_thread *thread, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct witness_point *point = witness_thread_point(thread,
									 i);
		struct witness_thread *child;

		if (!point->is_exit || point->result <= 0 ||
		    !witness_point_is_spawn(point))
			continue;
		child = witness_threads_find(all, (pid_t)point->result);
		if (!child || child->is_ours)
			continue;
		child->is_ours = true;
		mark_started(all, child, child->points.count);
	}
}

/* Cuts off what was before the command's exec. */
static bool cut_start(struct witness_threads *all,
		      struct witness_thread *command)
{
	struct witness_list kept = { 0 };
	unsigned execs = 0;
	size_t count = 0;

	for (; count < command->points.count; count++) {
		const struct witness_point *point =
		    witness_thread_point(command, count);

		if (!point->is_exit && has_effect(point, EFFECT_EXEC) &&
		    execs++ == OWN_EXECS)
			break;
	}
	mark_started(all, command, count);
	list_cut(&command->points, count, &kept);
	free(command->points.items);
	command->points = kept;
	return kept.count > 0;
}

/* Where an execve returns that was not made under this tid; or the count. */
static size_t find_taken_over(const struct witness_thread *thread)
{
	size_t i = 0;

	for (; i < thread->points.count; i++) {
		const struct witness_point *point = witness_thread_point(thread,
									 i);
		const struct witness_point *before =
		    i ? witness_thread_point(thread, i - 1) : NULL;

		if (point->is_exit && has_effect(point, EFFECT_EXEC) &&
		    (!before || before->is_exit ||
		     before->number != point->number))
			break;
	}
	return i;
}

/* The same in our records. */
static size_t find_taken_over_in_records(const struct witness_thread *thread)
{
	size_t i = 0;

	for (; i < thread->records.count; i++) {
		const struct trace_item *item = witness_thread_record(thread,
								      i);
		const struct trace_item *before =
		    i ? witness_thread_record(thread, i - 1) : NULL;

		if (item->record.kind == KTR_SYSRET && item->row &&
		    item->row->effect == EFFECT_EXEC &&
		    (!before || before->record.kind == KTR_SYSRET ||
		     before->row != item->row))
			break;
	}
	return i;
}

static void split(struct witness_thread *thread)
{
	size_t point = find_taken_over(thread);
	size_t record = find_taken_over_in_records(thread);
	struct witness_thread *later;

	if (point == thread->points.count)
		return;
	later = calloc(1, sizeof(*later));
	if (!later)
		abort();
	later->tid = thread->tid;
	later->pid = thread->pid;
	list_cut(&thread->points, point, &later->points);
	list_cut(&thread->records, record, &later->records);
	thread->later = later;
}

struct witness_threads *witness_threads_new(const struct witness_points *points,
					    const struct trace *trace,
					    pid_t command)
{
	struct witness_threads *all = calloc(1, sizeof(*all));
	struct witness_thread *thread;

	if (!all)
		abort();
	sort(all, points, trace);
	if (!cut_start(all, take(all, command))) {
		witness_threads_free(all);
		return NULL;
	}
	for (thread = all->first; thread; thread = thread->next)
		if (!thread->is_ours)
			split(thread);
	return all;
}

static void free_thread(struct witness_thread *thread)
{
	free(thread->points.items);
	free(thread->records.items);
}

void witness_threads_free(struct witness_threads *all)
{
	struct entry *entry, *next;

	if (!all)
		return;
	HASH_ITER (hh, all->entries, entry, next) {
		HASH_DEL(all->entries, entry);
		if (entry->thread.later)
			free_thread(entry->thread.later);
		free(entry->thread.later);
		free_thread(&entry->thread);
		free(entry);
	}
	free(all);
}
