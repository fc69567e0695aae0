/*
 * A table of those that live, which is bounded: the oldest is written early for
 * a new one.
 */
#include "report/sqlite_process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "report/database.h"
#include "report/sqlite.h"
#include "trace/fields.h"

static void free_process(struct sqlite_process *process)
{
	text_done(&process->exe);
	text_done(&process->end);
	free(process);
}

/* A field of its exit_status. */
static void put_end(struct database_row *row,
		    const struct sqlite_process *process, const char *name)
{
	int64_t number = 0;
	bool is_known = fields_find_number((const uint8_t *)process->end.data,
					   process->end.length, name, &number);

	database_put_known(row, is_known, number);
}

static int write_process(struct sqlite_processes *living,
			 const struct sqlite_process *process)
{
	static const char *const ends[] = {
		"status", "signal", "core", "utime_us", "stime_us", "maxrss_kib"
	};
	struct database_row row = database_row(living->database,
					       living->insert);

	database_put_integer(&row, process->id);
	database_put_integer(&row, process->pid);
	database_put_known(&row, process->ppid != 0, process->ppid);
	database_put_known(&row, process->parent != 0, process->parent);
	database_put_string(&row, process->comm);
	if (process->exe.length)
		database_put_text(&row, process->exe.data, process->exe.length);
	else
		database_put_null(&row);
	database_put_integer(&row, (int64_t)process->first_ns);
	database_put_integer(&row, (int64_t)process->last_ns);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		put_end(&row, process, ends[i]);
	return database_add(&row);
}

struct sqlite_process *
sqlite_process_find(const struct sqlite_processes *living, int32_t pid)
{
	struct sqlite_process *process;

	HASH_FIND(hh, living->first, &pid, sizeof(pid), process);
	return process;
}

int sqlite_process_forget(struct sqlite_processes *living,
			  struct sqlite_process *process)
{
	int r = write_process(living, process);

	HASH_DEL(living->first, process);
	free_process(process);
	return r;
}

static int begin(struct sqlite_processes *living, const struct record *record,
		 struct sqlite_process **ret)
{
	struct sqlite_process *process;
	int r = 0;

	if (HASH_COUNT(living->first) >= SQLITE_LIVING_MAX)
		r = sqlite_process_forget(living, living->first);
	if (r)
		return r;
	process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	process->pid = record->pid;
	process->id = ++living->count;
	process->first_ns = record->time_ns;
	HASH_ADD(hh, living->first, pid, sizeof(process->pid), process);
	if (!process->hh.tbl) {
		free(process);
		return -ENOMEM;
	}
	*ret = process;
	return 0;
}

int sqlite_process_of(struct sqlite_processes *living,
		      const struct record *record, struct sqlite_process **ret)
{
	struct sqlite_process *process = sqlite_process_find(living,
							     record->pid);
	int r = process ? 0 : begin(living, record, &process);

	if (r)
		return r;
	process->last_ns = MAX(process->last_ns, record->time_ns);
	memcpy(process->comm, record->comm, sizeof(process->comm));
	*ret = process;
	return 0;
}

void sqlite_process_learn(const struct sqlite_processes *living,
			  struct sqlite_process *process,
			  const struct record *record)
{
	const uint8_t *data = record->structure.data;
	size_t length = record->structure.length;
	const struct sqlite_process *parent;
	struct field exe;

	if (!process->ppid &&
	    fields_find_number(data, length, "ppid", &process->ppid)) {
		parent = sqlite_process_find(living, (int32_t)process->ppid);
		if (parent && parent != process)
			process->parent = parent->id;
	}
	if (!fields_find(data, length, "exe", &exe))
		return;
	text_clear(&process->exe);
	text_bytes(&process->exe, exe.data, exe.length);
}

void sqlite_process_end(struct sqlite_process *process,
			const struct record *record)
{
	text_clear(&process->end);
	text_bytes(&process->end, record->structure.data,
		   record->structure.length);
}

int sqlite_process_finish(struct sqlite_processes *living)
{
	int r = 0;

	while (!r && living->first)
		r = sqlite_process_forget(living, living->first);
	return r;
}

void sqlite_process_done(struct sqlite_processes *living)
{
	struct sqlite_process *process = living->first, *next;

	HASH_CLEAR(hh, living->first);
	for (; process; process = next) {
		next = process->hh.next;
		free_process(process);
	}
}
