/* A process of the tree, and how it is told. */
#ifndef REPORT_TREE_PUT_H
#define REPORT_TREE_PUT_H

#include <stdbool.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/text.h"
#include "trace/record.h"

struct view;

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

/* A line for it and each of those below it, and for what they execute. */
void tree_put_root(struct text *text, const struct view *view,
		   const struct tree_process *root);

/* An object for it alone. */
void tree_put_object(struct text *text, const struct tree_process *process);

#endif
