/*
 * Two tables of sums, and how they are told.
 */
#include "report/stats.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"
#include "decode/name.h"
#include "foreign/system.h"
#include "join/call.h"
#include "report/stats_row.h"
#include "show/json_value.h"
#include "show/view.h"

/* So many calls or processes have a row; the rest share one. */
#define ROWS_MAX 12000u

struct stats_rows {
	struct stats_row *first; /* a table */
	struct stats_row *rest;  /* when it is full */
};

struct stats {
	const struct view *view;
	bool json;
	struct stats_rows by_call;
	struct stats_rows by_process;
	uint64_t total_ns;
};

static int open_stats(void **ret, const struct report_context *context)
{
	struct stats *stats = calloc(1, sizeof(*stats));

	if (!stats)
		return -ENOMEM;
	stats->view = context->view;
	stats->json = context->json;
	*ret = stats;
	return 0;
}

static void free_rows(struct stats_row *row)
{
	struct stats_row *first = row, *next;

	HASH_CLEAR(hh, first);
	for (; row; row = next) {
		next = row->hh.next;
		free(row);
	}
}

static void close_stats(void *report)
{
	struct stats *stats = report;

	if (!stats)
		return;
	free_rows(stats->by_call.first);
	free_rows(stats->by_process.first);
	free(stats);
}

/* ---- counting ---- */

static struct stats_row *add_row(struct stats_rows *rows, uint64_t key,
				 const struct call *call)
{
	struct stats_row *row = calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	row->key = key;
	row->abi = call->abi;
	row->number = call->number;
	row->row = call->row;
	row->pid = call->entry.pid;
	HASH_ADD(hh, rows->first, key, sizeof(row->key), row);
	if (row->hh.tbl)
		return row;
	free(row);
	return NULL;
}

static struct stats_row *row_of(struct stats_rows *rows, uint64_t key,
				const struct call *call)
{
	struct stats_row *row;

	HASH_FIND(hh, rows->first, &key, sizeof(key), row);
	if (row)
		return row;
	if (rows->rest)
		return rows->rest;
	row = add_row(rows, key, call);
	if (row && HASH_COUNT(rows->first) > ROWS_MAX) {
		row->is_rest = true;
		rows->rest = row;
	}
	return row;
}

static int add_call(void *report, const struct call *call)
{
	struct stats *stats = report;
	uint64_t key = (uint64_t)call->abi << 56 ^ (uint64_t)call->number;
	struct stats_row *row = row_of(&stats->by_call, key, call);
	struct stats_row *process;

	process = row_of(&stats->by_process, (uint32_t)call->entry.pid, call);
	if (!row || !process)
		return -ENOMEM;
	stats_row_count(row, call);
	stats_row_count(process, call);
	stats->total_ns += call_duration_ns(call);
	return 0;
}

/* ---- telling ---- */

/* Those that took longest first, then the most, then by name. */
static int compare(const struct stats_row *one, const struct stats_row *other)
{
	if (one->total_ns != other->total_ns)
		return one->total_ns < other->total_ns ? 1 : -1;
	if (one->calls != other->calls)
		return one->calls < other->calls ? 1 : -1;
	return one->key < other->key ? -1 : one->key > other->key;
}

static void put_micros(struct text *text, uint64_t ns)
{
	text_format(text, " %10" PRIu64 ".%01" PRIu64, ns / 1000,
		    ns % 1000 / 100);
}

/* How many took how long, as columns of eight heights. */
static void put_picture(struct text *text, const struct view *view,
			const struct stats_row *row)
{
	static const char *const heights[][2] = {
		{ ".", " " }, { "1", "▁" }, { "2", "▂" },
		{ "3", "▃" }, { "4", "▄" }, { "5", "▅" },
		{ "6", "▆" }, { "7", "▇" }, { "8", "█" },
	};
	uint64_t columns[STATS_COLUMNS], most = 1;
	double height;

	stats_row_columns(row, columns);
	for (unsigned i = 0; i < STATS_COLUMNS; i++)
		most = MAX(most, columns[i]);
	for (unsigned i = 0; i < STATS_COLUMNS; i++) {
		height = 1 + 7 * ((double)columns[i] / (double)most);
		text_put(text, heights[columns[i] ? (unsigned)height : 0]
				      [view->style.utf8]);
	}
	text_char(text, ' ');
}

static void put_numbers(struct text *text, const struct stats *stats,
			const struct stats_row *row)
{
	double share = stats->total_ns ? 100.0 * (double)row->total_ns /
					     (double)stats->total_ns
				       : 0;

	text_format(text, "%6.2f %11.6f", share, (double)row->total_ns / 1e9);
	put_micros(text, stats_row_mean_ns(row));
	put_micros(text, stats_row_share_ns(row, 50));
	put_micros(text, stats_row_share_ns(row, 99));
	put_micros(text, row->max_ns);
	text_format(text, " %9" PRIu64 " %8" PRIu64 " %12" PRIu64 " ",
		    row->calls, row->errors, row->bytes);
}

static void put_call_name(struct text *text, const struct view *view,
			  const struct stats_row *row)
{
	if (row->is_rest) {
		text_put(text, "(others)");
		return;
	}
	name_syscall(text, row->abi, row->number, view->numbers);
	if (!sysdesc_abi_is_first(row->abi))
		text_format(text, " (%s)", system_abi_name(row->abi));
}

static void put_process_name(struct text *text, const struct view *view,
			     const struct stats_row *row)
{
	const char *comm = row->comm;

	if (row->is_rest) {
		text_put(text, "(others)");
		return;
	}
	text_decimal(text, row->pid);
	text_char(text, ' ');
	data_escape(text, comm, strlen(comm), &view->style);
}

typedef void put_name(struct text *text, const struct view *view,
		      const struct stats_row *row);

static void put_table(struct text *text, const struct view *view,
		      const struct stats *stats, struct stats_rows *rows,
		      put_name *name, const char *what)
{
	HASH_SORT(rows->first, compare);
	text_put(text, "% time       total         mean          50%"
		       "          99%          max     calls   errors"
		       "        bytes ");
	text_put(text, what);
	text_char(text, '\n');
	for (const struct stats_row *row = rows->first; row;
	     row = row->hh.next) {
		put_numbers(text, stats, row);
		put_picture(text, view, row);
		name(text, view, row);
		text_char(text, '\n');
	}
}

/* ---- JSON ---- */

/* How many took less than so long, and not less than the one before, where
 * there are any. */
static void put_histogram(struct text *text, const struct stats_row *row)
{
	uint64_t count, below;

	json_value_open(text, "histogram");
	text_char(text, '[');
	for (unsigned class = 0; class < STATS_CLASSES; class += STATS_STEPS) {
		count = 0;
		/* STATS_STEPS classes are a power of 2, at first of 1 ns each.
		 */
		below = (uint64_t)STATS_STEPS << class / STATS_STEPS;
		for (unsigned i = 0; i < STATS_STEPS; i++)
			count += row->classes[class + i];
		if (!count)
			continue;
		json_value_next(text);
		text_char(text, '{');
		json_value_integer(text, "below_ns", (int64_t)below);
		text_json_unsigned(text, "calls", count);
		text_char(text, '}');
	}
	text_char(text, ']');
}

static void put_members(struct text *text, const struct stats_row *row)
{
	text_json_unsigned(text, "calls", row->calls);
	text_json_unsigned(text, "errors", row->errors);
	text_json_unsigned(text, "unfinished", row->unfinished);
	text_json_unsigned(text, "bytes", row->bytes);
	text_json_unsigned(text, "total_ns", row->total_ns);
	text_json_unsigned(text, "mean_ns", stats_row_mean_ns(row));
	text_json_unsigned(text, "p50_ns", stats_row_share_ns(row, 50));
	text_json_unsigned(text, "p99_ns", stats_row_share_ns(row, 99));
	text_json_unsigned(text, "max_ns", row->max_ns);
	put_histogram(text, row);
}

static void put_call_object(struct text *text, const struct stats_row *row)
{
	text_put(text, "{\"v\":1,\"ev\":\"stats\",\"by\":\"syscall\"");
	if (!row->is_rest) {
		json_value_string(text, "abi", system_abi_name(row->abi));
		json_value_integer(text, "number", row->number);
	}
	if (!row->is_rest && row->row)
		json_value_string(text, "syscall", row->row->name);
	put_members(text, row);
	text_put(text, "}\n");
}

static void put_process_object(struct text *text, const struct stats_row *row)
{
	const char *comm = row->comm;

	text_put(text, "{\"v\":1,\"ev\":\"stats\",\"by\":\"process\"");
	if (!row->is_rest) {
		json_value_integer(text, "pid", row->pid);
		json_value_open(text, "comm");
		json_value_put_bytes(text, comm, strlen(comm));
	}
	put_members(text, row);
	text_put(text, "}\n");
}

static void put_objects(struct text *text, struct stats *stats)
{
	HASH_SORT(stats->by_call.first, compare);
	HASH_SORT(stats->by_process.first, compare);
	for (struct stats_row *row = stats->by_call.first; row;
	     row = row->hh.next)
		put_call_object(text, row);
	for (struct stats_row *row = stats->by_process.first; row;
	     row = row->hh.next)
		put_process_object(text, row);
}

static void put_stats(void *report, struct text *text)
{
	struct stats *stats = report;

	if (stats->json) {
		put_objects(text, stats);
		return;
	}
	put_table(text, stats->view, stats, &stats->by_call, put_call_name,
		  "call");
	text_char(text, '\n');
	put_table(text, stats->view, stats, &stats->by_process,
		  put_process_name, "process");
}

const struct report_kind stats_report = {
	.needs_no_parts = true,
	.add_call = add_call,
	.open = open_stats,
	.close = close_stats,
	.put = put_stats,
};
