/*
 * Gaps are few, and so found one by one. Judges nothing but whether every
 * session in the trace has its end.
 */
#include "join/whole.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "trace/fields.h"
#include "trace/record.h"

#define COMMAND_MAX 4096 /* bytes of a command that are kept */

void whole_done(struct whole *whole)
{
	for (unsigned i = 0; i < whole->gap_count; i++)
		text_done(&whole->gaps[i].what);
	text_done(&whole->command);
}

static bool is_same(const struct whole_gap *gap, const struct text *what)
{
	return gap->what.length == what->length &&
	       !memcmp(gap->what.data, what->data, what->length);
}

/* Its gap, which is made when it is new; *what is taken over then. */
static struct whole_gap *find_gap(struct whole *whole, struct text *what)
{
	struct whole_gap *gap = whole->gaps;

	for (unsigned i = 0; i < whole->gap_count; i++, gap++)
		if (is_same(gap, what))
			return gap;
	if (whole->gap_count == ARRAY_LEN(whole->gaps))
		return gap - 1;
	if (whole->gap_count++ == WHOLE_GAPS_MAX) {
		text_put(&gap->what, "others");
		return gap;
	}
	gap->what = *what;
	*what = (struct text)TEXT_INIT;
	return gap;
}

static int add_gap(struct whole *whole, const struct record *record,
		   struct text *what, uint64_t count)
{
	struct whole_gap *gap = what->failed ? NULL : find_gap(whole, what);

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

static int add_coverage(struct whole *whole, const struct record *record)
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
	return add_gap(whole, record, &what, 1);
}

/* "genio records lost" */
static int add_loss(struct whole *whole, const struct record *record)
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
		r = add_gap(whole, record, &what, (uint64_t)field.number);
	}
	return r;
}

static bool has_number(const struct record *record, const char *name)
{
	int64_t number;

	return fields_find_number(record->structure.data,
				  record->structure.length, name, &number);
}

/* The parts of one may stand in one file, one behind the other. */
static void add_continuation(struct whole *whole, const struct record *record)
{
	if (!has_number(record, "continues"))
		return;
	if (whole->unfinished)
		whole->unfinished--;
	else
		whole->headless++;
}

/* The first session says what was run. */
static int add_session(struct whole *whole, const struct record *record)
{
	size_t position = 0;
	bool malformed;
	struct field field;

	add_continuation(whole, record);
	if (whole->sessions++ > 0)
		return 0;
	while (fields_next(record->structure.data, record->structure.length,
			   &position, &field, &malformed)) {
		if (field.name_length != strlen("command") ||
		    memcmp(field.name, "command", field.name_length) != 0 ||
		    whole->command.length > COMMAND_MAX)
			continue;
		text_bytes(&whole->command, field.data, field.length);
		text_char(&whole->command, '\0');
	}
	return whole->command.failed ? -ENOMEM : 0;
}

static int add_end(struct whole *whole, const struct record *record)
{
	whole->ended++;
	whole->unfinished += has_number(record, "continued");
	return 0;
}

static const struct lesson {
	const char *name;
	int (*add)(struct whole *whole, const struct record *record);
} lessons[] = {
	{ KTR_STRUCT_SESSION, add_session },
	{ KTR_STRUCT_END, add_end },
	{ KTR_STRUCT_COVERAGE, add_coverage },
	{ KTR_STRUCT_LOSS, add_loss },
};

static int add_structure(struct whole *whole, const struct record *record)
{
	for (size_t i = 0; i < ARRAY_LEN(lessons); i++)
		if (!strcmp(record->structure.name, lessons[i].name))
			return lessons[i].add(whole, record);
	return 0;
}

int whole_learn(struct whole *whole, const struct record *record)
{
	whole->has_drops |= record->after_drop;
	return record->kind == KTR_STRUCT ? add_structure(whole, record) : 0;
}

bool whole_is(const struct whole *whole)
{
	return whole->sessions > 0 && whole->sessions == whole->ended &&
	       !whole->gap_count && !whole->has_drops && !whole->headless &&
	       !whole->unfinished;
}

const char *whole_why_not(const struct whole *whole)
{
	if (whole->sessions == 0)
		return "it does not say how it was recorded";
	if (whole->sessions != whole->ended)
		return "its end is missing";
	if (whole->gap_count)
		return NULL;
	if (whole->has_drops)
		return "records were lost";
	return whole->headless ? "it begins in another file"
			       : "it goes on in another file";
}
