/* Lines as those of diff(1), by verb; and the same for programs. */
#include "kaudit/diff_tell.h"

#include <inttypes.h>
#include <string.h>

#include "audit/audit.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/difference.h"
#include "kaudit/report.h"

/* ---- for people ---- */

static void put_name(struct text *text, const struct diff_told *told,
		     const char *name, size_t length)
{
	data_escape(text, name, length, told->style);
}

static void put_outcome(void *context, int32_t error)
{
	struct text *text = context;
	const struct fact fact = { .key.error = error };

	if (text->data[text->length - 1] != '(')
		text_put(text, ", ");
	report_put_outcome(text, &fact);
}

static void put_line(struct text *text, const struct diff_told *told,
		     const struct difference_item *item, unsigned which)
{
	const struct name *other = item->key.other;
	const struct name *exe = item->exe[which];

	text_char(text, which ? '+' : '-');
	put_name(text, told, item->key.object->text, item->key.object->length);
	if (other) {
		text_put(text, verb_family(item->key.verb) == VERB_ON_FILE
				   ? " -> "
				   : " ");
		put_name(text, told, other->text, other->length);
	}
	text_put(text, " (");
	difference_outcomes(item, which, put_outcome, text);
	text_put(text, ") by ");
	if (exe)
		put_name(text, told, exe->text, exe->length);
	else
		text_char(text, '?');
	text_char(text, '\n');
}

static void put_items(struct text *text, const struct diff_told *told)
{
	const struct difference_item *item = told->difference->items;
	enum audit_verb verb = VERB_COUNT;

	for (; item; item = item->hh.next) {
		enum difference_kind kind = difference_kind(item);

		if (kind == DIFFERENCE_NONE)
			continue;
		if (item->key.verb != verb)
			text_format(text, "@@ %s @@\n",
				    verb_name(item->key.verb));
		verb = item->key.verb;
		if (kind != DIFFERENCE_NEW)
			put_line(text, told, item, 0);
		if (kind != DIFFERENCE_REMOVED)
			put_line(text, told, item, 1);
	}
}

static void put_unknown(struct text *text, const struct diff_told *told,
			unsigned which)
{
	const struct gaps *gaps = &told->audits[which]->gaps;

	for (unsigned i = 0; i < gaps->count; i++) {
		text_format(text, "not known of %c: ", which ? '+' : '-');
		put_name(text, told, gaps->items[i].what.data,
			 gaps->items[i].what.length);
		text_format(text, " (%" PRIu64 " times)\n",
			    gaps->items[i].count);
	}
}

static void put_title(struct text *text, const struct diff_told *told,
		      unsigned which)
{
	text_put(text, which ? "+++ " : "--- ");
	put_name(text, told, told->names[which], strlen(told->names[which]));
	text_char(text, '\n');
}

void diff_tell_text(struct text *text, const struct diff_told *told)
{
	bool is_whole = !told->audits[0]->gaps.count &&
			!told->audits[1]->gaps.count;

	if (is_whole && !told->difference->count)
		return;
	put_title(text, told, 0);
	put_title(text, told, 1);
	put_items(text, told);
	put_unknown(text, told, 0);
	put_unknown(text, told, 1);
}

/* ---- for programs ---- */

static void put_comma(struct text *text)
{
	if (text->data[text->length - 1] != '[')
		text_char(text, ',');
}

static void put_string(struct text *text, const char *member,
		       const char *string)
{
	text_json_bytes(text, member, string, strlen(string));
}

static void put_json_outcome(void *context, int32_t error)
{
	struct text *text = context;
	struct text outcome = TEXT_INIT;
	const struct fact fact = { .key.error = error };

	report_put_outcome(&outcome, &fact);
	put_comma(text);
	text_json_string(text, outcome.data, outcome.length);
	text_done(&outcome);
}

static void put_json_outcomes(struct text *text,
			      const struct difference_item *item,
			      unsigned which)
{
	text_format(text, ",\"%s\":[", which ? "after" : "before");
	difference_outcomes(item, which, put_json_outcome, text);
	text_char(text, ']');
}

static void put_json_item(struct text *text, const struct difference_item *item)
{
	const struct difference_key *key = &item->key;
	const struct name *exe = item->exe[1] ?: item->exe[0];

	put_comma(text);
	text_char(text, '{');
	put_string(text, "verb", verb_name(key->verb));
	text_json_bytes(text, "object", key->object->text, key->object->length);
	if (key->other)
		text_json_bytes(text, "other", key->other->text,
				key->other->length);
	if (exe)
		text_json_bytes(text, "exe", exe->text, exe->length);
	put_json_outcomes(text, item, 0);
	put_json_outcomes(text, item, 1);
	text_char(text, '}');
}

static void put_json_kind(struct text *text, const struct diff_told *told,
			  const char *member, enum difference_kind kind)
{
	const struct difference_item *item = told->difference->items;

	text_format(text, ",\"%s\":[", member);
	for (; item; item = item->hh.next)
		if (difference_kind(item) == kind)
			put_json_item(text, item);
	text_char(text, ']');
}

static void put_json_side(struct text *text, const struct diff_told *told,
			  unsigned which)
{
	const struct gaps *gaps = &told->audits[which]->gaps;

	put_comma(text);
	text_char(text, '{');
	put_string(text, "trace", told->names[which]);
	text_json_bool(text, "complete", !gaps->count);
	text_put(text, ",\"not_known\":[");
	for (unsigned i = 0; i < gaps->count; i++) {
		put_comma(text);
		text_char(text, '{');
		text_json_bytes(text, "what", gaps->items[i].what.data,
				gaps->items[i].what.length);
		text_json_unsigned(text, "count", gaps->items[i].count);
		text_char(text, '}');
	}
	text_put(text, "]}");
}

void diff_tell_json(struct text *text, const struct diff_told *told)
{
	text_put(text, "{\"v\":1");
	text_json_bool(text, "same", !told->difference->count);
	text_put(text, ",\"traces\":[");
	put_json_side(text, told, 0);
	put_json_side(text, told, 1);
	text_char(text, ']');
	put_json_kind(text, told, "removed", DIFFERENCE_REMOVED);
	put_json_kind(text, told, "new", DIFFERENCE_NEW);
	put_json_kind(text, told, "changed", DIFFERENCE_CHANGED);
	text_put(text, "}\n");
}
