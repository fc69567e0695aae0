/*
 * Calls and records as rows; processes are sqlite_process.c's.
 */
#include "report/sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/name.h"
#include "foreign/system.h"
#include "join/call.h"
#include "join/descriptor.h"
#include "join/state.h"
#include "report/database.h"
#include "report/sqlite_process.h"
#include "report/sqlite_schema.h"
#include "show/arguments.h"
#include "show/json.h"
#include "show/json_value.h"
#include "show/view.h"
#include "trace/facility.h"

#define RESULT_ARGUMENT (-1) /* in names: what the call gave */

struct sqlite {
	struct view view; /* whatever the terminal is like */
	const struct state *state;
	struct database *database;
	struct sqlite3_stmt *inserts[SQLITE_TABLES];
	struct sqlite_processes living;
	struct text text; /* of a value at a time */
	int64_t calls, records;
};

static void close_sqlite(void *report)
{
	struct sqlite *sqlite = report;

	if (!sqlite)
		return;
	sqlite_process_done(&sqlite->living);
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
	sqlite->living.database = sqlite->database;
	sqlite->living.insert = sqlite->inserts[SQLITE_PROCESSES];
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

/* ---- records that are neither entry, return nor data ---- */

static int add_exec(struct sqlite *sqlite, const struct sqlite_process *process,
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
	database_put_string(&row,
			    text_string(&sqlite->text) + strlen("{\"\":"));
	return database_add(&row);
}

static int add_record(struct sqlite *sqlite,
		      const struct sqlite_process *process,
		      const struct record *record, int64_t call)
{
	struct database_row row = row_of(sqlite, SQLITE_RECORDS);

	text_clear(&sqlite->text);
	json_put(&sqlite->text, &sqlite->view, sqlite->state, record);
	database_put_integer(&row, ++sqlite->records);
	database_put_known(&row, call != 0, call);
	database_put_known(&row, process != NULL, process ? process->id : 0);
	database_put_integer(&row, record->tid);
	database_put_integer(&row, (int64_t)record->time_ns);
	database_put_string(&row, facility_name(record->kind));
	/* Without its newline. */
	database_put_text(&row, sqlite->text.data, sqlite->text.length - 1);
	return database_add(&row);
}

static int add_data(struct sqlite *sqlite, const struct sqlite_process *process,
		    const struct record *record, int64_t call)
{
	struct database_row row = row_of(sqlite, SQLITE_DATA);

	database_put_known(&row, call != 0, call);
	database_put_integer(&row, process->id);
	database_put_integer(&row, (int64_t)record->time_ns);
	database_put_integer(&row, record->genio.fd);
	database_put_string(&row, record->genio.rw == KTR_GENIO_READ ? "read"
								     : "write");
	database_put_bytes(&row, record->genio.data, record->genio.length);
	return database_add(&row);
}

/* ran: what it executes is executed, and not only tried. */
static int take(struct sqlite *sqlite, struct sqlite_process *process,
		const struct record *record, int64_t call, bool ran)
{
	int r = 0;

	if (record->kind == KTR_GENIO)
		return add_data(sqlite, process, record, call);
	if (record->kind == KTR_ARGS && ran)
		r = add_exec(sqlite, process, record);
	if (record_is_struct(record, KTR_STRUCT_PROCESS))
		sqlite_process_learn(&sqlite->living, process, record);
	if (record_is_struct(record, KTR_STRUCT_EXIT_STATUS))
		sqlite_process_end(process, record);
	return r ?: add_record(sqlite, process, record, call);
}

/* Whose process is the recorder, of which the trace does not tell. */
static bool is_of_recorder(const struct sqlite *sqlite,
			   const struct record *record)
{
	return !sqlite_process_find(&sqlite->living, record->pid) &&
	       (record_is_struct(record, KTR_STRUCT_SESSION) ||
		record_is_struct(record, KTR_STRUCT_END) ||
		record_is_struct(record, KTR_STRUCT_MESSAGE) ||
		record_is_struct(record, KTR_STRUCT_CLOCK) ||
		record_is_struct(record, KTR_STRUCT_LOSS));
}

static int add(void *report, const struct record *record)
{
	struct sqlite *sqlite = report;
	struct sqlite_process *process = NULL;
	int r;

	if (is_of_recorder(sqlite, record))
		return add_record(sqlite, NULL, record, 0);
	r = sqlite_process_of(&sqlite->living, record, &process);
	if (!r)
		r = take(sqlite, process, record, 0, true);
	if (!r && record->kind == KTR_PROCDTOR)
		r = sqlite_process_forget(&sqlite->living, process);
	return r;
}

/* ---- calls ---- */

static void put_result(struct database_row *row, const struct call *call)
{
	int32_t error = call->has_returned ? call->exit.sysret.error : 0;
	const char *name = error ? json_errno_name(call->exit.system, error)
				 : NULL;

	database_put_known(row, call->has_returned && !error,
			   call->exit.sysret.retval);
	database_put_known(row, error != 0, error);
	database_put_string(row, name);
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

static int add_call_row(struct sqlite *sqlite,
			const struct sqlite_process *process,
			const struct call *call)
{
	struct database_row row = row_of(sqlite, SQLITE_CALLS);
	size_t name_length = put_call_text(sqlite, call);
	const char *text = text_string(&sqlite->text);

	database_put_integer(&row, sqlite->calls);
	database_put_integer(&row, process->id);
	database_put_integer(&row, call->entry.tid);
	database_put_integer(&row, (int64_t)call->entry.time_ns);
	database_put_known(&row, call->has_returned,
			   (int64_t)call_duration_ns(call));
	database_put_string(&row, system_abi_name(call->abi));
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
	database_put_string(&row, kind);
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

static int add_parts(struct sqlite *sqlite, struct sqlite_process *process,
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
	struct sqlite_process *process = NULL;
	int r = sqlite_process_of(&sqlite->living, &call->entry, &process);

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
	int r = sqlite_process_finish(&sqlite->living);

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
