/*
 * Processes as rows: one each time that a pid comes again, which is written
 * when it has ended, or at the end.
 */
#ifndef REPORT_SQLITE_PROCESS_H
#define REPORT_SQLITE_PROCESS_H

#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/text.h"
#include "trace/record.h"

struct database;
struct sqlite3_stmt;

struct sqlite_process {
	int32_t pid;
	int64_t id;
	int64_t parent; /* 0: it is not in the trace */
	int64_t ppid;   /* 0: not known */
	char comm[RECORD_COMM_SIZE];
	struct text exe;
	uint64_t first_ns, last_ns;
	struct text end; /* the fields of its exit_status */
	UT_hash_handle hh;
};

struct sqlite_processes {
	struct database *database;
	struct sqlite3_stmt *insert;  /* what writes one */
	struct sqlite_process *first; /* a table, oldest first */
	int64_t count;                /* of all there have been */
};

/* Those that live; NULL: it is none of them. */
struct sqlite_process *
sqlite_process_find(const struct sqlite_processes *living, int32_t pid);
/* Whose record it is: of one that is new, if it must be. 0 or -errno. */
int sqlite_process_of(struct sqlite_processes *living,
		      const struct record *record, struct sqlite_process **ret);
/* From its process record, and from that of its end. */
void sqlite_process_learn(const struct sqlite_processes *living,
			  struct sqlite_process *process,
			  const struct record *record);
void sqlite_process_end(struct sqlite_process *process,
			const struct record *record);

/* Writes one, or all, and forgets it. 0 or -errno. */
int sqlite_process_forget(struct sqlite_processes *living,
			  struct sqlite_process *process);
int sqlite_process_finish(struct sqlite_processes *living);
/* Forgets all. */
void sqlite_process_done(struct sqlite_processes *living);

#endif
