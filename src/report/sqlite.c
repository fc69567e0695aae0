/*
 * Calls and records as rows. A process is a row of its own each time that a pid
 * comes again; it is written when it has ended, or at the end.
 */
#include "report/sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/name.h"
#include "foreign/system.h"
#include "join/call.h"
#include "join/descriptor.h"
#include "join/state.h"
#include "report/database.h"
#include "report/sqlite_schema.h"
#include "show/arguments.h"
#include "show/json.h"
#include "show/json_value.h"
#include "show/view.h"
#include "trace/facility.h"
#include "trace/fields.h"

#define RESULT_ARGUMENT (-1) /* in names: what the call gave */

struct process {
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

struct sqlite {
	struct view view; /* whatever the terminal is like */
	const struct state *state;
	struct database *database;
	struct sqlite3_stmt *inserts[SQLITE_TABLES];
	struct process *living; /* a table, oldest first */
	struct text text;       /* of a value at a time */
	int64_t processes, calls, records;
};

static void free_process(struct process *process)
{
	text_done(&process->exe);
	text_done(&process->end);
	free(process);
}

static void close_sqlite(void *report)
{
	struct process *process, *next;
	struct sqlite *sqlite = report;

	if (!sqlite)
		return;
	process = sqlite->living;
	HASH_CLEAR(hh, sqlite->living);
	for (; process; process = next) {
		next = process->hh.next;
		free_process(process);
	}
	database_close(sqlite->database);
	text_done(&sqlite->text);
	free(sqlite);
}

static int prepare(struct sqlite *sqlite)
{
	int r = 0;

	for (unsigned i = 0; !r && i < SQLITE_TABLES; i++)
		r = database_prepare(sqlite->database, sqlite_schema_inserts[i],
				     &sqlite->inserts[i]);
	return r;
}

static int open_sqlite(void **ret, const struct report_context *context)
{
	struct sqlite *sqlite = calloc(1, sizeof(*sqlite));
	int r;

	if (!sqlite)
		return -ENOMEM;
	sqlite->state = context->state;
	sqlite->view = *context->view;
	sqlite->view.style.utf8 = true;
	sqlite->view.colour = false;
	r = database_open(&sqlite->database, context->subject,
			  sqlite_schema_tables, context->error);
	if (!r)
		r = prepare(sqlite);
	if (r) {
		close_sqlite(sqlite);
		return r;
	}
	*ret = sqlite;
	return 0;
}

static struct database_row row_of(struct sqlite *sqlite,
				  enum sqlite_table table)
{
	return database_row(sqlite->database, sqlite->inserts[table]);
}

/* NULL is NULL. */
static void put_string(struct database_row *row, const char *string)
{
	if (string)
		database_put_text(row, string, strlen(string));
	else
		database_put_null(row);
}

static void put_known(struct database_row *row, bool is_known, int64_t value)
{
	if (is_known)
		database_put_integer(row, value);
	else
		database_put_null(row);
}

/* ---- processes ---- */

/* A field of its exit_status. */
static void put_end(struct database_row *row, const struct process *process,
		    const char *name)
{
	int64_t number = 0;
	bool is_known = fields_find_number((const uint8_t *)process->end.data,
					   process->end.length, name, &number);

	put_known(row, is_known, number);
}

static int write_process(struct sqlite *sqlite, const struct process *process)
{
	static const char *const ends[] = {
		"status", "signal", "core", "utime_us", "stime_us", "maxrss_kib"
	};
	struct database_row row = row_of(sqlite, SQLITE_PROCESSES);

	database_put_integer(&row, process->id);
	database_put_integer(&row, process->pid);
	put_known(&row, process->ppid != 0, process->ppid);
	put_known(&row, process->parent != 0, process->parent);
	put_string(&row, process->comm);
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

static struct process *find(const struct sqlite *sqlite, int32_t pid)
{
	struct process *process;

	HASH_FIND(hh, sqlite->living, &pid, sizeof(pid), process);
	return process;
}

static int forget(struct sqlite *sqlite, struct process *process)
{
	int r = write_process(sqlite, process);

	HASH_DEL(sqlite->living, process);
	free_process(process);
	return r;
}

static int begin(struct sqlite *sqlite, const struct record *record,
		 struct process **ret)
{
	struct process *process;
	int r = 0;

	if (HASH_COUNT(sqlite->living) >= SQLITE_LIVING_MAX)
		r = forget(sqlite, sqlite->living);
	if (r)
		return r;
	process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	process->pid = record->pid;
	process->id = ++sqlite->processes;
	process->first_ns = record->time_ns;
	HASH_ADD(hh, sqlite->living, pid, sizeof(process->pid), process);
	if (!process->hh.tbl) {
		free(process);
		return -ENOMEM;
	}
	*ret = process;
	return 0;
}

/* Whose record it is. */
static int process_of(struct sqlite *sqlite, const struct record *record,
		      struct process **ret)
{
	struct process *process = find(sqlite, record->pid);
	int r = process ? 0 : begin(sqlite, record, &process);

	if (r)
		return r;
	process->last_ns = MAX(process->last_ns, record->time_ns);
	memcpy(process->comm, record->comm, sizeof(process->comm));
	*ret = process;
	return 0;
}

static void learn_process(const struct sqlite *sqlite, struct process *process,
			  const struct record *record)
{
	const uint8_t *data = record->structure.data;
	size_t length = record->structure.length;
	const struct process *parent;
	struct field exe;

	if (!process->ppid &&
	    fields_find_number(data, length, "ppid", &process->ppid)) {
		parent = find(sqlite, (int32_t)process->ppid);
		if (parent && parent != process)
			process->parent = parent->id;
	}
	if (!fields_find(data, length, "exe", &exe))
		return;
	text_clear(&process->exe);
	text_bytes(&process->exe, exe.data, exe.length);
}

/* ---- records that are neither entry, return nor data ---- */

static int add_exec(struct sqlite *sqlite, const struct process *process,
		    const struct record *record)
{
	struct database_row row = row_of(sqlite, SQLITE_EXECS);

	text_clear(&sqlite->text);
	text_char(&sqlite->text, '{');
	json_value_strings(&sqlite->text, "", record->raw.data,
			   record->raw.length);
	database_put_null(&row);
	database_put_integer(&row, process->id);
	database_put_integer(&row, (int64_t)record->time_ns);
	/* Behind the member's name. */
	put_string(&row, text_string(&sqlite->text) + strlen("{\"\":"));
	return database_add(&row);
}

static int add_record(struct sqlite *sqlite, const struct process *process,
		      const struct record *record, int64_t call)
{
	struct database_row row = row_of(sqlite, SQLITE_RECORDS);

	text_clear(&sqlite->text);
	json_put(&sqlite->text, &sqlite->view, sqlite->state, record);
	database_put_integer(&row, ++sqlite->records);
	put_known(&row, call != 0, call);
	put_known(&row, process != NULL, process ? process->id : 0);
	database_put_integer(&row, record->tid);
	database_put_integer(&row, (int64_t)record->time_ns);
	put_string(&row, facility_name(record->kind));
	/* Without its newline. */
	database_put_text(&row, sqlite->text.data, sqlite->text.length - 1);
	return database_add(&row);
}

static int add_data(struct sqlite *sqlite, const struct process *process,
		    const struct record *record, int64_t call)
{
	struct database_row row = row_of(sqlite, SQLITE_DATA);

	put_known(&row, call != 0, call);
	database_put_integer(&row, process->id);
	database_put_integer(&row, (int64_t)record->time_ns);
	database_put_integer(&row, record->genio.fd);
	put_string(&row, record->genio.rw == KTR_GENIO_READ ? "read" : "write");
	database_put_bytes(&row, record->genio.data, record->genio.length);
	return database_add(&row);
}

/* ran: what it executes is executed, and not only tried. */
static int take(struct sqlite *sqlite, struct process *process,
		const struct record *record, int64_t call, bool ran)
{
	int r = 0;

	if (record->kind == KTR_GENIO)
		return add_data(sqlite, process, record, call);
	if (record->kind == KTR_ARGS && ran)
		r = add_exec(sqlite, process, record);
	if (record_is_struct(record, KTR_STRUCT_PROCESS))
		learn_process(sqlite, process, record);
	if (record_is_struct(record, KTR_STRUCT_EXIT_STATUS)) {
		text_clear(&process->end);
		text_bytes(&process->end, record->structure.data,
			   record->structure.length);
	}
	return r ?: add_record(sqlite, process, record, call);
}

/* Whose process is the recorder, of which the trace does not tell. */
static bool is_of_recorder(const struct sqlite *sqlite,
			   const struct record *record)
{
	return !find(sqlite, record->pid) &&
	       (record_is_struct(record, KTR_STRUCT_SESSION) ||
		record_is_struct(record, KTR_STRUCT_END) ||
		record_is_struct(record, KTR_STRUCT_MESSAGE) ||
		record_is_struct(record, KTR_STRUCT_CLOCK) ||
		record_is_struct(record, KTR_STRUCT_LOSS));
}

static int add(void *report, const struct record *record)
{
	struct sqlite *sqlite = report;
	struct process *process = NULL;
	int r;

	if (is_of_recorder(sqlite, record))
		return add_record(sqlite, NULL, record, 0);
	r = process_of(sqlite, record, &process);
	if (!r)
		r = take(sqlite, process, record, 0, true);
	if (!r && record->kind == KTR_PROCDTOR)
		r = forget(sqlite, process);
	return r;
}

/* ---- calls ---- */

static void put_result(struct database_row *row, const struct call *call)
{
	int32_t error = call->has_returned ? call->exit.sysret.error : 0;
	const char *name = error ? json_errno_name(call->exit.system, error)
				 : NULL;

	put_known(row, call->has_returned && !error, call->exit.sysret.retval);
	put_known(row, error != 0, error);
	put_string(row, name);
}

/* Name and arguments, one behind the other in the text. */
static size_t put_call_text(struct sqlite *sqlite, const struct call *call)
{
	struct arguments arguments = {
		&sqlite->text, &sqlite->view, call, { false }
	};
	size_t name_length;

	text_clear(&sqlite->text);
	name_syscall(&sqlite->text, call->abi, call->number, false);
	name_length = sqlite->text.length;
	arguments_put(&arguments);
	return name_length;
}

static int add_call_row(struct sqlite *sqlite, const struct process *process,
			const struct call *call)
{
	struct database_row row = row_of(sqlite, SQLITE_CALLS);
	size_t name_length = put_call_text(sqlite, call);
	const char *text = text_string(&sqlite->text);

	database_put_integer(&row, sqlite->calls);
	database_put_integer(&row, process->id);
	database_put_integer(&row, call->entry.tid);
	database_put_integer(&row, (int64_t)call->entry.time_ns);
	put_known(&row, call->has_returned, (int64_t)call_duration_ns(call));
	put_string(&row, system_abi_name(call->abi));
	database_put_integer(&row, call->number);
	database_put_text(&row, text, name_length);
	database_put_text(&row, text + name_length,
			  sqlite->text.length - name_length);
	put_result(&row, call);
	for (unsigned i = 0; i < call->arg_count; i++)
		database_put_integer(&row, (int64_t)call->args[i]);
	return database_add(&row);
}

static int add_name(struct sqlite *sqlite, int argument, const char *kind,
		    const char *name, size_t length)
{
	struct database_row row = row_of(sqlite, SQLITE_NAMES);

	database_put_integer(&row, sqlite->calls);
	database_put_integer(&row, argument);
	put_string(&row, kind);
	database_put_text(&row, name, length);
	return database_add(&row);
}

static int add_descriptor(struct sqlite *sqlite, int argument,
			  const struct descriptor_name *name)
{
	return name ? add_name(sqlite, argument, "fd", name->text, name->length)
		    : 0;
}

static int add_names(struct sqlite *sqlite, const struct call *call)
{
	unsigned count = call->row ? MIN(call->arg_count, call->row->narg) : 0;
	const char *path;
	size_t length;
	int r = 0;

	for (unsigned i = 0; !r && i < count; i++) {
		if (call->row->arg[i].kind != KIND_PATH)
			r = add_descriptor(sqlite, (int)i, call->names[i]);
		else if (call_path(call, i, &path, &length))
			r = add_name(sqlite, (int)i, "path", path, length);
	}
	return r ?: add_descriptor(sqlite, RESULT_ARGUMENT, call->result_name);
}

static int add_parts(struct sqlite *sqlite, struct process *process,
		     const struct call *call)
{
	bool ran = !call->has_returned || call->exit.sysret.error <= 0;
	struct record record;
	int r = 0;

	for (unsigned i = 0; !r && i < call->part_count; i++)
		if (call_part(call, i, &record))
			r = take(sqlite, process, &record, sqlite->calls, ran);
	return r;
}

static int add_call(void *report, const struct call *call)
{
	struct sqlite *sqlite = report;
	struct process *process = NULL;
	int r = process_of(sqlite, &call->entry, &process);

	if (r)
		return r;
	sqlite->calls++;
	if (call->has_returned)
		process->last_ns = MAX(process->last_ns, call->exit.time_ns);
	return add_call_row(sqlite, process, call)
		   ?: add_names(sqlite, call)
		   ?: add_parts(sqlite, process, call);
}

static int finish(void *report)
{
	struct sqlite *sqlite = report;
	int r = 0;

	while (!r && sqlite->living)
		r = forget(sqlite, sqlite->living);
	return r ?: database_keep(sqlite->database, sqlite_schema_rest);
}

const struct report_kind sqlite_report = {
	.is_document = true,
	.wants_names = true,
	.add_call = add_call,
	.add = add,
	.open = open_sqlite,
	.close = close_sqlite,
	.finish = finish,
};
