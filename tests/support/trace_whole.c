/*
 * Does a trace claim to be whole, and keep its own rules? Looks at nothing but
 * the trace.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "support/trace.h"

struct whole_pid {
	int32_t pid;
	bool alive;
	UT_hash_handle hh;
};

struct whole {
	struct whole_pid *pids;
	int32_t recorder;
	unsigned alive;
	bool ended; /* session_end was the last record */
};

static struct whole_pid *whole_find(struct whole *whole, int32_t pid)
{
	struct whole_pid *entry;

	HASH_FIND(hh, whole->pids, &pid, sizeof(pid), entry);
	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		abort();
	entry->pid = pid;
	HASH_ADD(hh, whole->pids, pid, sizeof(entry->pid), entry);
	return entry;
}

static void whole_forget(struct whole *whole)
{
	struct whole_pid *entry, *next;

	HASH_ITER (hh, whole->pids, entry, next) {
		HASH_DEL(whole->pids, entry);
		free(entry);
	}
}

static bool is_struct(const struct record *record, const char *name)
{
	return record->kind == KTR_STRUCT &&
	       !strcmp(record->structure.name, name);
}

/* NULL, or what is wrong with the record after all those before it. */
static const char *whole_check(struct whole *whole, const struct record *record)
{
	struct whole_pid *entry;

	whole->ended = is_struct(record, KTR_STRUCT_END);
	if (record->after_drop)
		return "records were dropped before it";
	if (is_struct(record, KTR_STRUCT_LOSS))
		return "a loss";
	if (is_struct(record, KTR_STRUCT_SESSION))
		whole->recorder = record->pid;
	if (record->pid == whole->recorder)
		return NULL;
	entry = whole_find(whole, record->pid);
	if (record->kind == KTR_PROCCTOR) {
		whole->alive += !entry->alive;
		entry->alive = true;
	} else if (!entry->alive) {
		return "a record of a pid before PROCCTOR or after PROCDTOR";
	} else if (record->kind == KTR_PROCDTOR) {
		entry->alive = false;
		whole->alive--;
	}
	return NULL;
}

static bool check_end(const struct trace *trace, const struct whole *whole,
		      struct text *ret_why)
{
	if (trace->ended != READER_END)
		text_format(ret_why, "fault at %" PRIu64 ": %s", trace->offset,
			    record_fault_text(trace->fault));
	else if (!trace_recorder(trace))
		text_put(ret_why, "it does not begin with session");
	else if (!whole->ended)
		text_put(ret_why, "it does not end with session_end");
	else if (whole->alive)
		text_format(ret_why, "%u processes have no PROCDTOR",
			    whole->alive);
	else
		return true;
	return false;
}

bool trace_is_whole(const struct trace *trace, struct text *ret_why)
{
	struct whole whole = { 0 };
	const char *wrong = NULL;
	bool good;

	for (size_t i = 0; i < trace->count && !wrong; i++) {
		wrong = whole_check(&whole, &trace->items[i].record);
		if (!wrong)
			continue;
		text_format(ret_why, "%s: record %zu: ", wrong, i);
		trace_describe(&trace->items[i], ret_why);
	}
	good = !wrong && check_end(trace, &whole, ret_why);
	whole_forget(&whole);
	return good;
}
