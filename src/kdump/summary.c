/*
 * Counts records, and keeps what a few of them say. Judges nothing but whether
 * every session in the trace has its end.
 */
#include "kdump/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"
#include "kdump/json_value.h"
#include "kdump/options.h"
#include "trace/fields.h"
#include "trace/record.h"

#define COMMAND_MAX 4096 /* bytes of a command that are kept */

/* What could not be seen, or was lost. */
struct gap {
	struct text what; /* "memory: not dumpable", as it was written */
	uint64_t count;
	int32_t pid; /* of the first */
	char comm[KTR_COMM_SIZE + 1];
};

struct summary {
	const struct options *options;
	struct text command; /* words, each with a NUL behind it */
	uint64_t records, calls, processes, sessions, ended;
	uint64_t first_ns, last_ns;
	struct gap gaps[SUMMARY_GAPS_MAX + 1]; /* the last one: all others */
	unsigned gap_count;
	bool has_drops; /* the mark of a loss, whatever else tells of it */
};

static int open_summary(void **ret, const struct report_context *context)
{
	struct summary *summary = calloc(1, sizeof(*summary));

	if (!summary)
		return -ENOMEM;
	summary->options = context->options;
	*ret = summary;
	return 0;
}

static void close_summary(void *report)
{
	struct summary *summary = report;

	if (!summary)
		return;
	for (unsigned i = 0; i < summary->gap_count; i++)
		text_done(&summary->gaps[i].what);
	text_done(&summary->command);
	free(summary);
}

/* ---- taking ---- */

static bool is_same(const struct gap *gap, const struct text *what)
{
	return gap->what.length == what->length &&
	       !memcmp(gap->what.data, what->data, what->length);
}

/* Its gap, which is made when it is new; *what is taken over then. */
static struct gap *find_gap(struct summary *summary, struct text *what)
{
	struct gap *gap = summary->gaps;

	for (unsigned i = 0; i < summary->gap_count; i++, gap++)
		if (is_same(gap, what))
			return gap;
	if (summary->gap_count == ARRAY_LEN(summary->gaps))
		return gap - 1;
	if (summary->gap_count++ == SUMMARY_GAPS_MAX) {
		text_put(&gap->what, "others");
		return gap;
	}
	gap->what = *what;
	*what = (struct text)TEXT_INIT;
	return gap;
}

static int add_gap(struct summary *summary, const struct record *record,
		   struct text *what, uint64_t count)
{
	struct gap *gap = what->failed ? NULL : find_gap(summary, what);

	text_done(what);
	if (!gap)
		return -ENOMEM;
	if (!gap->count) {
		gap->pid = record->pid;
		memcpy(gap->comm, record->comm, sizeof(gap->comm));
	}
	gap->count += count;
	return 0;
}

static int add_coverage(struct summary *summary, const struct record *record)
{
	static const char *const names[] = { "what", "why", "path" };
	struct text what = TEXT_INIT;
	struct field field;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!fields_find(record->structure.data,
				 record->structure.length, names[i], &field))
			continue;
		if (what.length)
			text_put(&what, ": ");
		text_bytes(&what, field.data, field.length);
	}
	return add_gap(summary, record, &what, 1);
}

/* "genio records lost" */
static int add_loss(struct summary *summary, const struct record *record)
{
	size_t position = 0;
	bool malformed;
	struct field field;
	int r = 0;

	while (!r &&
	       fields_next(record->structure.data, record->structure.length,
			   &position, &field, &malformed)) {
		struct text what = TEXT_INIT;

		if (!field.is_number || field.number <= 0)
			continue;
		text_bytes(&what, field.name, field.name_length);
		text_put(&what, " records lost");
		r = add_gap(summary, record, &what, (uint64_t)field.number);
	}
	return r;
}

/* The first session says what was run. */
static int add_session(struct summary *summary, const struct record *record)
{
	size_t position = 0;
	bool malformed;
	struct field field;

	if (summary->sessions++ > 0)
		return 0;
	while (fields_next(record->structure.data, record->structure.length,
			   &position, &field, &malformed)) {
		if (field.name_length != strlen("command") ||
		    memcmp(field.name, "command", field.name_length) != 0 ||
		    summary->command.length > COMMAND_MAX)
			continue;
		text_bytes(&summary->command, field.data, field.length);
		text_char(&summary->command, '\0');
	}
	return summary->command.failed ? -ENOMEM : 0;
}

static int add_end(struct summary *summary, const struct record *record)
{
	(void)record;
	summary->ended++;
	return 0;
}

static const struct lesson {
	const char *name;
	int (*add)(struct summary *summary, const struct record *record);
} lessons[] = {
	{ KTR_STRUCT_SESSION, add_session },
	{ KTR_STRUCT_END, add_end },
	{ KTR_STRUCT_COVERAGE, add_coverage },
	{ KTR_STRUCT_LOSS, add_loss },
};

static int add_structure(struct summary *summary, const struct record *record)
{
	for (size_t i = 0; i < ARRAY_LEN(lessons); i++)
		if (!strcmp(record->structure.name, lessons[i].name))
			return lessons[i].add(summary, record);
	return 0;
}

static int add(void *report, const struct record *record)
{
	struct summary *summary = report;

	if (!summary->records++)
		summary->first_ns = record->time_ns;
	summary->first_ns = MIN(summary->first_ns, record->time_ns);
	summary->last_ns = MAX(summary->last_ns, record->time_ns);
	summary->has_drops |= record->after_drop;
	summary->calls += record->kind == KTR_SYSCALL;
	summary->processes += record->kind == KTR_PROCDTOR;
	return record->kind == KTR_STRUCT ? add_structure(summary, record) : 0;
}

/* ---- telling ---- */

/* Nothing is lost, and every session that began has ended. */
static bool is_whole(const struct summary *summary)
{
	return summary->sessions > 0 && summary->sessions == summary->ended &&
	       !summary->gap_count && !summary->has_drops;
}

static const char *why_not_whole(const struct summary *summary)
{
	if (summary->sessions == 0)
		return "no: it does not say how it was recorded";
	if (summary->sessions != summary->ended)
		return "no: its end is missing";
	if (summary->has_drops && !summary->gap_count)
		return "no: records were lost";
	return "no: see above";
}

static void put_gap(struct text *text, const struct options *options,
		    const struct gap *gap)
{
	text_format(text, "%8" PRIu64 "  ", gap->count);
	data_escape(text, gap->what.data, gap->what.length, &options->style);
	text_format(text, " (first %d ", gap->pid);
	data_escape(text, gap->comm, strlen(gap->comm), &options->style);
	text_put(text, ")\n");
}

static void put_lines(struct text *text, const struct options *options,
		      const struct summary *summary)
{
	text_put(text, "command    ");
	data_quote_list(text, summary->command.data, summary->command.length,
			&options->style);
	text_format(text, "\nseconds    %.6f\n",
		    (double)(summary->last_ns - summary->first_ns) / 1e9);
	text_format(text, "ended      %" PRIu64 " processes\n",
		    summary->processes);
	text_format(text, "records    %" PRIu64 ", %" PRIu64 " system calls\n",
		    summary->records, summary->calls);
	if (summary->gap_count)
		text_put(text, "not seen\n");
	for (unsigned i = 0; i < summary->gap_count; i++)
		put_gap(text, options, &summary->gaps[i]);
	text_format(text, "whole      %s\n",
		    is_whole(summary) ? "yes" : why_not_whole(summary));
}

static void put_gap_object(struct text *text, const struct gap *gap)
{
	json_value_next(text);
	text_char(text, '{');
	json_value_open(text, "what");
	json_value_put_bytes(text, gap->what.data, gap->what.length);
	text_json_unsigned(text, "count", gap->count);
	json_value_integer(text, "pid", gap->pid);
	json_value_open(text, "comm");
	json_value_put_bytes(text, gap->comm, strlen(gap->comm));
	text_char(text, '}');
}

static void put_object(struct text *text, const struct summary *summary)
{
	text_put(text, "{\"v\":1,\"ev\":\"summary\"");
	json_value_strings(text, "command", summary->command.data,
			   summary->command.length);
	json_value_time(text, "first", summary->first_ns);
	json_value_time(text, "last", summary->last_ns);
	text_json_unsigned(text, "ended", summary->processes);
	text_json_unsigned(text, "records", summary->records);
	text_json_unsigned(text, "calls", summary->calls);
	json_value_open(text, "not_seen");
	text_char(text, '[');
	for (unsigned i = 0; i < summary->gap_count; i++)
		put_gap_object(text, &summary->gaps[i]);
	text_char(text, ']');
	text_json_bool(text, "whole", is_whole(summary));
	text_put(text, "}\n");
}

static void put_summary(void *report, struct text *text)
{
	const struct summary *summary = report;

	if (summary->options->json)
		put_object(text, summary);
	else
		put_lines(text, summary->options, summary);
}

const struct report_kind summary_report = {
	.is_of_all = true,
	.add = add,
	.open = open_summary,
	.close = close_summary,
	.put = put_summary,
};
