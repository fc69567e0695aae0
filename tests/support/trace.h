/*
 * A whole trace in memory, for tests: every record with a payload of its own,
 * the system call it belongs to by the ABI that the thread speaks then, and
 * look-ups. A second opinion: shares with kdump-u the reader only.
 */
#ifndef SUPPORT_TRACE_H
#define SUPPORT_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "sysdesc/sysdesc.h"
#include "trace/fields.h"
#include "trace/reader.h"

struct trace_item {
	struct record record; /* payload is the item's own */
	enum sysdesc_abi abi; /* of its thread's calls */
	/* Of SYSCALL and SYSRET: */
	int64_t number;                /* the whole one, if KTR_CODE_WIDE */
	const struct sysdesc_row *row; /* NULL: nobody knows the number */
};

struct trace {
	struct trace_item *items;
	size_t count;
	size_t room;
	enum reader_result ended; /* READER_END when all of it was read */
	enum record_fault fault;  /* with READER_FAULT */
	uint64_t offset;          /* of the fault */
};

/* Reads all of it; 0 or -errno (not for a fault in the trace). The trace is to
 * be given to trace_done() in any case. */
int trace_read(struct trace *ret, int fd);
int trace_load(struct trace *ret, const char *path);
void trace_done(struct trace *trace);

/* What to look for: fields that are 0 (NULL) match everything. */
struct trace_match {
	int32_t pid;
	int64_t tid;
	unsigned kind;    /* enum ktr_kind */
	const char *call; /* SYSCALL, SYSRET: the call's name */
	const char *name; /* STRUCT: its name */
};

/* The first item behind `after` (NULL: of all) that matches, or NULL. */
const struct trace_item *trace_find(const struct trace *trace,
				    const struct trace_item *after,
				    struct trace_match match);
size_t trace_count(const struct trace *trace, struct trace_match match);

/* "openat", or "#123" in a static buffer of the item's for an unknown one. */
const char *trace_call_name(const struct trace_item *item);

/* The SYSRET of a SYSCALL: the next of the same thread before its next call;
 * NULL when there is none. */
const struct trace_item *trace_return(const struct trace *trace,
				      const struct trace_item *call);

/* A field of a STRUCT record of ours: its number (or text); false: not there.
 * The text is NUL-terminated. */
bool trace_number(const struct trace_item *item, const char *name,
		  int64_t *ret);
const char *trace_text(const struct trace_item *item, const char *name);

/* The pid of the recorder, whose own records are about no process: 0 if the
 * trace does not begin with `session`. */
int32_t trace_recorder(const struct trace *trace);

/* The pids that the trace is about, in order of appearance. Returns how many
 * there are, which is right up to `size`: so many are stored. */
size_t trace_pids(const struct trace *trace, int32_t *pids, size_t size);

/*
 * Whether the trace is whole, by what it says itself: read to the end, begins
 * with `session`, ends with `session_end`, no loss; PROCCTOR is the first
 * and PROCDTOR the last record of each pid, one of the latter. Otherwise false
 * with one line about the first thing that is wrong.
 */
bool trace_is_whole(const struct trace *trace, struct text *ret_why);

/* One line about a record, for messages. */
void trace_describe(const struct trace_item *item, struct text *text);

#endif
