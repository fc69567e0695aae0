/*
 * Facts as those of diff(1) would be: a sign, and what the trace tells. What is
 * said of each group is one table.
 */
#include "report/difference.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "compare/comparison.h"
#include "decode/data.h"
#include "show/json_value.h"
#include "show/view.h"

/* A group, what its traits are made of (NULL: they have no such thing), and
 * what stands between who and what. */
static const struct group {
	const char *name;
	const char *who, *what, *outcome;
	const char *between;
	bool has_words;   /* what is a list of words */
	bool has_numbers; /* how often is worth knowing */
} groups[TRAIT_GROUP_COUNT] = {
	[TRAIT_FILE] = { "files", NULL, "path", "use", "", false, false },
	[TRAIT_PROGRAM] = { "programs", "chain", "words", NULL, ": ", true,
			    false },
	[TRAIT_END] = { "ends", "chain", "words", "end", ": ", true, false },
	[TRAIT_ADDRESS] = { "addresses", NULL, "address", "call", "", false,
			    false },
	[TRAIT_CALL] = { "calls", "program", "call", NULL, ": ", false, true },
	[TRAIT_RESULT] = { "results", "call", "object", "result", " ", false,
			   false },
	[TRAIT_FAILURE] = { "failures", "call", "object", "result", " ", false,
			    false },
};

/* ---- lines ---- */

static void put_part(struct text *text, const struct difference *difference,
		     const struct trait_part *part)
{
	data_escape(text, part->data, part->length, &difference->view->style);
}

static void put_what(struct text *text, const struct difference *difference,
		     const struct trait *trait)
{
	if (groups[trait->group].has_words)
		data_quote_list(text, trait->what.data, trait->what.length,
				&difference->view->style);
	else
		put_part(text, difference, &trait->what);
}

/* "read /a", "cc: "cc", "-c": exit 1" */
static void put_trait(struct text *text, const struct difference *difference,
		      const struct trait *trait)
{
	const struct group *group = &groups[trait->group];

	put_part(text, difference, group->who ? &trait->who : &trait->outcome);
	if (trait->what.length > 0) {
		text_put(text, group->who ? group->between : " ");
		put_what(text, difference, trait);
	}
	if (!group->who || !group->outcome)
		return;
	text_put(text, ": ");
	put_part(text, difference, &trait->outcome);
}

static void put_line(struct text *text, const struct difference *difference,
		     const struct trait *trait, unsigned trace)
{
	if (!trait->count[trace])
		return;
	text_char(text, trace ? '+' : '-');
	put_trait(text, difference, trait);
	if (difference->counts || groups[trait->group].has_numbers)
		text_format(text, " (%" PRIu64 ")", trait->count[trace]);
	text_char(text, '\n');
}

static void put_name(struct text *text, const struct difference *difference,
		     const char *before, unsigned trace)
{
	const char *name = difference->names[trace];

	text_put(text, before);
	data_escape(text, name, strlen(name), &difference->view->style);
}

static void put_lines(struct text *text, const struct difference *difference,
		      const struct trait *trait)
{
	if (!difference->any) {
		put_name(text, difference, "--- ", 0);
		put_name(text, difference, "\n+++ ", 1);
		text_char(text, '\n');
	}
	if (!difference->any || difference->group != trait->group)
		text_format(text, "@@ %s @@\n", groups[trait->group].name);
	put_line(text, difference, trait, 0);
	put_line(text, difference, trait, 1);
}

/* ---- what a trace does not hold ---- */

static void put_gaps(struct text *text, const struct difference *difference,
		     const struct gaps *gaps)
{
	for (unsigned i = 0; i < gaps->count; i++) {
		const struct text *what = &gaps->items[i].what;

		text_format(text, "! %8" PRIu64 "  ", gaps->items[i].count);
		data_escape(text, what->data, what->length,
			    &difference->view->style);
		text_char(text, '\n');
	}
}

static void put_not_whole(struct text *text,
			  const struct difference *difference, unsigned trace)
{
	const struct comparison *comparison = difference->comparison;
	const struct comparison_trace *one = &comparison->traces[trace];
	uint64_t left_out = comparison->traits.left_out[trace];
	const char *why = whole_why_not(&one->whole);

	put_name(text, difference, "! ", trace);
	text_put(text, " is not whole");
	if (one->is_damaged)
		why = "not all of it can be read";
	if (whole_is(&one->whole) && !one->is_damaged)
		why = NULL;
	text_format(text, "%s%s\n", why ? ": " : "", why ?: "");
	put_gaps(text, difference, &one->whole.unseen);
	put_gaps(text, difference, &one->whole.lost);
	if (left_out)
		text_format(text,
			    "! %8" PRIu64 "  things more than are compared\n",
			    left_out);
}

/* ---- objects ---- */

static void put_bytes(struct text *text, const char *name,
		      const struct trait_part *part)
{
	if (name)
		text_json_bytes(text, name, part->data, part->length);
}

static void put_object(struct text *text, const struct trait *trait)
{
	const struct group *group = &groups[trait->group];

	text_put(text, "{\"v\":1,\"ev\":\"diff\"");
	json_value_string(text, "about", group->name);
	put_bytes(text, group->who, &trait->who);
	if (group->has_words)
		json_value_strings(text, group->what, trait->what.data,
				   trait->what.length);
	else
		put_bytes(text, group->what, &trait->what);
	put_bytes(text, group->outcome, &trait->outcome);
	text_json_unsigned(text, "first", trait->count[0]);
	text_json_unsigned(text, "second", trait->count[1]);
	text_put(text, "}\n");
}

static void put_gap_objects(struct text *text, const struct gaps *gaps)
{
	for (unsigned i = 0; i < gaps->count; i++) {
		const struct text *what = &gaps->items[i].what;

		json_value_next(text);
		text_char(text, '{');
		json_value_open(text, "what");
		json_value_put_bytes(text, what->data, what->length);
		text_json_unsigned(text, "count", gaps->items[i].count);
		text_char(text, '}');
	}
}

static void put_trace_object(struct text *text,
			     const struct difference *difference,
			     unsigned trace)
{
	const struct comparison *comparison = difference->comparison;
	const struct comparison_trace *one = &comparison->traces[trace];
	const char *name = difference->names[trace];

	text_put(text, "{\"v\":1,\"ev\":\"diff_trace\"");
	json_value_string(text, "side", trace ? "second" : "first");
	text_json_bytes(text, "file", name, strlen(name));
	json_value_strings(text, "command", one->whole.command.data,
			   one->whole.command.length);
	json_value_open(text, "not_seen");
	text_char(text, '[');
	put_gap_objects(text, &one->whole.unseen);
	put_gap_objects(text, &one->whole.lost);
	text_char(text, ']');
	text_json_unsigned(text, "left_out",
			   comparison->traits.left_out[trace]);
	text_json_bool(text, "damaged", one->is_damaged);
	text_json_bool(text, "whole", comparison_is_whole(comparison, trace));
	text_put(text, "}\n");
}

/* ---- */

void difference_put_traces(struct text *text,
			   const struct difference *difference)
{
	for (unsigned i = 0; i < 2; i++) {
		if (difference->json)
			put_trace_object(text, difference, i);
		else if (!comparison_is_whole(difference->comparison, i))
			put_not_whole(text, difference, i);
	}
}

void difference_put(struct text *text, struct difference *difference,
		    const struct trait *trait)
{
	if (difference->json)
		put_object(text, trait);
	else
		put_lines(text, difference, trait);
	difference->any = true;
	difference->group = trait->group;
}

void difference_put_none(struct text *text, const struct difference *difference)
{
	if (!difference->json)
		text_put(text, "! what there is of both tells the same\n");
}
