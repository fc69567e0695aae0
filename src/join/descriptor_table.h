/*
 * The descriptors of each process, with the names of those that are known.
 * Learns nothing by itself: see descriptor.c.
 */
#ifndef JOIN_DESCRIPTOR_TABLE_H
#define JOIN_DESCRIPTOR_TABLE_H

#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "join/descriptor_name.h"

struct descriptors;

struct descriptor {
	int32_t fd;
	struct descriptor_name *name;
	UT_hash_handle hh;
};

/* There is one from `descriptors` on, or that of the parent. */
struct descriptor_table {
	int32_t pid;
	struct descriptor *descriptors;
	UT_hash_handle hh;
};

/* NULL: there is none. */
struct descriptor_table *
descriptor_table_find(const struct descriptors *descriptors, int32_t pid);
/* One that is empty, where there is none; NULL: no memory. */
struct descriptor_table *descriptor_table_take(struct descriptors *descriptors,
					       int32_t pid);
/* A child's, from its parent's. 0 or -ENOMEM. */
int descriptor_table_inherit(struct descriptors *descriptors, int32_t pid,
			     int32_t ppid);

/* What it has is not known any more. */
void descriptor_table_forget(struct descriptors *descriptors,
			     struct descriptor_table *table);
void descriptor_table_forget_process(struct descriptors *descriptors,
				     int32_t pid);
void descriptor_table_forget_all(struct descriptors *descriptors);
/* It has nothing. */
void descriptor_table_clear(struct descriptors *descriptors,
			    struct descriptor_table *table);

/* NULL: not known. A table that is NULL has none. */
struct descriptor *descriptor_table_get(const struct descriptor_table *table,
					int32_t fd);
/* Takes the name over; NULL: where it leads is not known. 0 or -ENOMEM. */
int descriptor_table_set(struct descriptors *descriptors,
			 struct descriptor_table *table, int32_t fd,
			 struct descriptor_name *name);
void descriptor_table_close(struct descriptors *descriptors,
			    struct descriptor_table *table, int32_t fd);
void descriptor_table_close_range(struct descriptors *descriptors,
				  struct descriptor_table *table,
				  uint32_t first, uint32_t last);

/* All that share a name are the same, and lead elsewhere now. */
void descriptor_table_rename(struct descriptors *descriptors,
			     const struct descriptor_name *former,
			     struct descriptor_name *name);

#endif
