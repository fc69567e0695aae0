/*
 * Finds what a kernel makes of a kind of record, tells it of each process which
 * ABI that has, and keeps count of what is left out.
 */
#include "foreign/export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "foreign/export_part.h"
#include "foreign/format.h"
#include "foreign/system.h"
#include "trace/facility.h"
#include "trace/fields.h"

/* More than live at a time; when there are, all are told again. */
#define PROCESSES_MAX 65536u

struct export_process {
	int32_t pid;
	enum sysdesc_abi abi;
	UT_hash_handle hh;
};

static const struct format *format_of(enum record_system system)
{
	const struct format *format = format_at(0);

	/* The first of each is that of amd64. */
	for (unsigned i = 0; i < format_count(); i++) {
		format = format_at(i);
		if (format->system == system)
			break;
	}
	return format;
}

int export_open(struct export **ret, enum record_system system)
{
	struct export *export = calloc(1, sizeof(*export));

	if (!export)
		return -ENOMEM;
	export->kernel = system == RECORD_NETBSD ? export_netbsd_kernel()
						 : export_freebsd_kernel();
	export->format = format_of(export->kernel->system);
	renumber_open(&export->renumber, export->kernel->system);
	*ret = export;
	return 0;
}

static void forget_processes(struct export *export)
{
	struct export_process *process = export->processes, *next;

	HASH_CLEAR(hh, export->processes);
	for (; process; process = next) {
		next = process->hh.next;
		free(process);
	}
}

void export_close(struct export *export)
{
	if (!export)
		return;
	forget_processes(export);
	text_done(&export->payload);
	free(export);
}

/* ---- which ABI a process has ---- */

static struct export_process *find_process(const struct export *export)
{
	struct export_process *process;

	HASH_FIND(hh, export->processes, &export->record->pid,
		  sizeof(export->record->pid), process);
	return process;
}

static void forget_process(struct export *export)
{
	struct export_process *process = find_process(export);

	if (!process)
		return;
	HASH_DEL(export->processes, process);
	free(process);
}

static int remember_process(struct export *export)
{
	struct export_process *process = find_process(export);

	if (!process) {
		if (HASH_COUNT(export->processes) >= PROCESSES_MAX)
			forget_processes(export);
		process = calloc(1, sizeof(*process));
		if (!process)
			return -ENOMEM;
		process->pid = export->record->pid;
		HASH_ADD(hh, export->processes, pid, sizeof(process->pid),
			 process);
		if (!process->hh.tbl) {
			free(process);
			return -ENOMEM;
		}
	}
	process->abi = export->call->abi;
	return 0;
}

/* These kernels know it of processes, not of calls: one that a thread makes
 * through another ABI is told of all. */
static int announce(struct export *export, bool *ret_is_known)
{
	const struct export_process *process = find_process(export);

	*ret_is_known = true;
	if (process && process->abi == export->call->abi)
		return 0;
	*ret_is_known = export->kernel->announce(export);
	return *ret_is_known ? remember_process(export) : 0;
}

static int put_birth(struct export *export)
{
	bool is_known;

	forget_process(export);
	return announce(export, &is_known);
}

static bool is_call(const struct record *record)
{
	return record->kind == KTR_SYSCALL || record->kind == KTR_SYSRET;
}

/* ---- records ---- */

static bool is_told(const struct export *export)
{
	const struct record *record = export->record;

	if (record->kind != KTR_STRUCT)
		return false;
	for (unsigned i = 0; export->kernel->told[i]; i++)
		if (record_is_struct(record, export->kernel->told[i]))
			return true;
	return false;
}

/* Its name for a structure, else its kind's. */
static const char *name_of(const struct record *record)
{
	if (record->kind == KTR_STRUCT || record->kind == KTR_STRUCT_ARRAY)
		return record->structure.name;
	return facility_name(record->kind);
}

static void put_record(struct export *export)
{
	const struct export_row *row = export->kernel->rows;

	while (row->kind && row->kind != export->record->kind)
		row++;
	if (row->kind)
		row->put(export);
	else
		export_part_leave(export, name_of(export->record));
}

static int put_call(struct export *export)
{
	bool is_known;
	int r = announce(export, &is_known);

	if (r < 0)
		return r;
	if (!is_known)
		export_part_leave(export, "call of another ABI");
	else if (export->call->number < 0 || export->call->number > INT16_MAX)
		export_part_leave(export, "call of a large number");
	else
		put_record(export);
	return 0;
}

int export_put(struct export *export, struct text *text,
	       const struct record *record, const struct export_call *call)
{
	int r = 0;

	export->record = record;
	export->call = call;
	export->out = text;
	export->all++;
	text_clear(&export->payload);
	if (record->kind == KTR_PROCCTOR)
		r = put_birth(export);
	else if (is_call(record))
		r = put_call(export);
	else if (!is_told(export))
		put_record(export);
	else if (record_is_struct(record, KTR_STRUCT_LABEL))
		export_part_label(export);
	if (record->kind == KTR_PROCDTOR)
		forget_process(export);
	return r ?: export->payload.failed || text->failed ? -ENOMEM : 0;
}

/* ---- what was left out ---- */

static int compare(const void *one, const void *other)
{
	const struct export_left *first = one, *second = other;

	if (first->count != second->count)
		return first->count < second->count ? 1 : -1;
	return strcmp(first->what, second->what);
}

void export_tell(const struct export *export, struct text *text)
{
	struct export_left left[EXPORT_LEFT_MAX];
	uint64_t count = 0;

	if (!export->left_count)
		return;
	memcpy(left, export->left, sizeof(left));
	qsort(left, export->left_count, sizeof(*left), compare);
	for (unsigned i = 0; i < export->left_count; i++)
		count += left[i].count;
	text_format(text,
		    "%s has no form for %" PRIu64 " of %" PRIu64 " records:",
		    export->kernel->name, count, export->all);
	for (unsigned i = 0; i < export->left_count; i++)
		text_format(text, "%s %s %" PRIu64, i ? "," : "", left[i].what,
			    left[i].count);
}
