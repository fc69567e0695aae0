/* Hashes of hashes. The oldest process goes for a new one. */
#include "join/descriptor_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "join/descriptor.h"

void descriptor_table_clear(struct descriptors *descriptors,
			    struct descriptor_table *table)
{
	struct descriptor *descriptor = table->descriptors, *next;

	HASH_CLEAR(hh, table->descriptors);
	for (; descriptor; descriptor = next) {
		next = descriptor->hh.next;
		descriptor_name_drop(descriptor->name);
		free(descriptor);
		descriptors->count--;
	}
}

void descriptor_table_forget(struct descriptors *descriptors,
			     struct descriptor_table *table)
{
	descriptor_table_clear(descriptors, table);
	HASH_DEL(descriptors->tables, table);
	free(table);
	descriptors->count--;
}

void descriptor_table_forget_all(struct descriptors *descriptors)
{
	struct descriptor_table *table = descriptors->tables, *next;

	HASH_CLEAR(hh, descriptors->tables);
	for (; table; table = next) {
		next = table->hh.next;
		descriptor_table_clear(descriptors, table);
		free(table);
	}
	descriptors->count = 0;
}

struct descriptor_table *
descriptor_table_find(const struct descriptors *descriptors, int32_t pid)
{
	struct descriptor_table *table;

	HASH_FIND(hh, descriptors->tables, &pid, sizeof(pid), table);
	return table;
}

void descriptor_table_forget_process(struct descriptors *descriptors,
				     int32_t pid)
{
	struct descriptor_table *table = descriptor_table_find(descriptors,
							       pid);

	if (table)
		descriptor_table_forget(descriptors, table);
}

/* uthash keeps the order of insertion: the first one is the oldest. */
static void make_room(struct descriptors *descriptors)
{
	while (descriptors->count >= DESCRIPTORS_MAX && descriptors->tables)
		descriptor_table_forget_process(descriptors,
						descriptors->tables->pid);
}

struct descriptor_table *descriptor_table_take(struct descriptors *descriptors,
					       int32_t pid)
{
	struct descriptor_table *table = descriptor_table_find(descriptors,
							       pid);

	if (table)
		return table;
	make_room(descriptors);
	table = calloc(1, sizeof(*table));
	if (!table)
		return NULL;
	table->pid = pid;
	HASH_ADD(hh, descriptors->tables, pid, sizeof(table->pid), table);
	if (!table->hh.tbl) {
		free(table);
		return NULL;
	}
	descriptors->count++;
	return table;
}

struct descriptor *descriptor_table_get(const struct descriptor_table *table,
					int32_t fd)
{
	struct descriptor *descriptor = NULL;

	if (table && table->descriptors)
		HASH_FIND(hh, table->descriptors, &fd, sizeof(fd), descriptor);
	return descriptor;
}

void descriptor_table_close(struct descriptors *descriptors,
			    struct descriptor_table *table, int32_t fd)
{
	struct descriptor *descriptor = descriptor_table_get(table, fd);

	if (!descriptor)
		return;
	HASH_DEL(table->descriptors, descriptor);
	descriptor_name_drop(descriptor->name);
	free(descriptor);
	descriptors->count--;
}

/* Those that stay go into a hash of their own. */
void descriptor_table_close_range(struct descriptors *descriptors,
				  struct descriptor_table *table,
				  uint32_t first, uint32_t last)
{
	struct descriptor *descriptor = table->descriptors, *next;

	HASH_CLEAR(hh, table->descriptors);
	for (; descriptor; descriptor = next) {
		bool stays = descriptor->fd < 0 ||
			     (uint32_t)descriptor->fd < first ||
			     (uint32_t)descriptor->fd > last;

		next = descriptor->hh.next;
		if (stays)
			HASH_ADD(hh, table->descriptors, fd,
				 sizeof(descriptor->fd), descriptor);
		if (stays && descriptor->hh.tbl)
			continue;
		descriptor_name_drop(descriptor->name);
		free(descriptor);
		descriptors->count--;
	}
}

static struct descriptor *add_to(struct descriptors *descriptors,
				 struct descriptor_table *table, int32_t fd)
{
	struct descriptor *descriptor;

	descriptor = calloc(1, sizeof(*descriptor));
	if (!descriptor)
		return NULL;
	descriptor->fd = fd;
	HASH_ADD(hh, table->descriptors, fd, sizeof(descriptor->fd),
		 descriptor);
	if (!descriptor->hh.tbl) {
		free(descriptor);
		return NULL;
	}
	descriptors->count++;
	return descriptor;
}

int descriptor_table_set(struct descriptors *descriptors,
			 struct descriptor_table *table, int32_t fd,
			 struct descriptor_name *name)
{
	struct descriptor *descriptor = descriptor_table_get(table, fd);

	/* Where there are too many, those that come are not known. */
	if (!name || (!descriptor && descriptors->count >= DESCRIPTORS_MAX)) {
		descriptor_name_drop(name);
		descriptor_table_close(descriptors, table, fd);
		return 0;
	}
	if (!descriptor)
		descriptor = add_to(descriptors, table, fd);
	if (!descriptor) {
		descriptor_name_drop(name);
		return -ENOMEM;
	}
	descriptor_name_drop(descriptor->name);
	descriptor->name = name;
	return 0;
}

int descriptor_table_inherit(struct descriptors *descriptors, int32_t pid,
			     int32_t ppid)
{
	const struct descriptor_table *parent =
	    descriptor_table_find(descriptors, ppid);
	const struct descriptor *descriptor;
	struct descriptor_table *table;
	int r = 0;

	/* To make room may cost the parent its own. */
	if (!parent || descriptors->count + HASH_COUNT(parent->descriptors) >=
			   DESCRIPTORS_MAX)
		return 0;
	table = descriptor_table_take(descriptors, pid);
	if (!table)
		return -ENOMEM;
	for (descriptor = parent->descriptors; !r && descriptor;
	     descriptor = descriptor->hh.next)
		r = descriptor_table_set(
		    descriptors, table, descriptor->fd,
		    descriptor_name_hold(descriptor->name));
	return r;
}

void descriptor_table_rename(struct descriptors *descriptors,
			     const struct descriptor_name *former,
			     struct descriptor_name *name)
{
	struct descriptor_table *table = descriptors->tables;
	struct descriptor *descriptor;

	for (; table; table = table->hh.next)
		for (descriptor = table->descriptors; descriptor;
		     descriptor = descriptor->hh.next)
			if (descriptor->name == former) {
				descriptor_name_drop(descriptor->name);
				descriptor->name = descriptor_name_hold(name);
			}
}
