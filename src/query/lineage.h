/*
 * Who is whose descendant, and what each process runs, as a trace tells it. Its
 * memory is bounded, whatever the file says.
 */
#ifndef QUERY_LINEAGE_H
#define QUERY_LINEAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record;

/* Processes remembered; the oldest goes first. */
#define LINEAGE_PROCESSES_MAX 65536u
/* Trees that may be asked about. */
#define LINEAGE_TREES_MAX 32u

struct lineage_process;

struct lineage {
	struct lineage_process *processes; /* a table */
	int32_t roots[LINEAGE_TREES_MAX];
	unsigned root_count;
};

void lineage_done(struct lineage *lineage);

/* From now on this process and its children are a tree. Its index, or -E2BIG.
 */
int lineage_add_root(struct lineage *lineage, int32_t pid);

/* 0 or -ENOMEM. */
int lineage_learn(struct lineage *lineage, const struct record *record);
void lineage_forget(struct lineage *lineage, int32_t pid);

bool lineage_is_in(const struct lineage *lineage, int32_t pid, unsigned tree);

/* What it executes; NULL when that is not known. *ret_length bytes. */
const char *lineage_executable(const struct lineage *lineage, int32_t pid,
			       size_t *ret_length);

#endif
