/* Judges nothing but whether every session in the trace has its end. */
#include "join/whole.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "trace/fields.h"
#include "trace/record.h"

#define COMMAND_MAX 4096 /* bytes of a command that are kept */

void whole_done(struct whole *whole)
{
	gaps_done(&whole->unseen);
	gaps_done(&whole->lost);
	text_done(&whole->command);
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
	return gaps_add_text(&whole->unseen, record, 1, &what);
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
		r = gaps_add_text(&whole->lost, record, (uint64_t)field.number,
				  &what);
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

const char *whole_border(const struct whole *whole)
{
	if (whole->sessions == 0)
		return "it does not say how it was recorded";
	if (whole->sessions != whole->ended)
		return "its end is missing";
	if (whole->headless)
		return "it begins in another file";
	return whole->unfinished ? "it goes on in another file" : NULL;
}

bool whole_is(const struct whole *whole)
{
	return !whole->unseen.count && !whole->lost.count &&
	       !whole->has_drops && !whole_border(whole);
}

const char *whole_why_not(const struct whole *whole)
{
	bool is_told = whole->unseen.count || whole->lost.count;

	if (is_told && whole->sessions && whole->sessions == whole->ended)
		return NULL;
	return whole_border(whole) ?: "records were lost";
}
