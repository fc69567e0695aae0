/*
 * For summaries of CI jobs. Names go into <code>, each character that could
 * mean anything to Markdown or HTML as a number.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "audit/audit.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

/* What is shown of a name, and room for what closes a table. */
#define NAME_MAX_SHOWN ((size_t)512)
#define ROOM_AT_END    ((size_t)4096)

static bool is_full(const struct text *text)
{
	return text->length + ROOM_AT_END > REPORT_MARKDOWN_MAX;
}

static void put_inert(struct text *text, const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c < 0x80 && !isalnum(c) && !strchr(" /.,=+-", c))
			text_format(text, "&#%u;", c);
		else
			text_char(text, (char)c);
	}
}

/* Cut between characters, and with a word that it is. */
static void put_code(struct text *text, const struct report *report,
		     const char *data, size_t length)
{
	_cleanup_(text_done) struct text plain = TEXT_INIT;
	size_t shown = MIN(length, NAME_MAX_SHOWN);

	data_escape(&plain, data, shown, report->style);
	text_put(text, "<code>");
	put_inert(text, plain.data, plain.length);
	text_put(text, shown < length ? "</code> (cut)" : "</code>");
}

static void put_name(struct text *text, const struct report *report,
		     const struct name *name)
{
	if (name)
		put_code(text, report, name->text, name->length);
	else
		text_char(text, '?');
}

/* ---- tables ---- */

static void put_row(struct text *text, const struct report *report,
		    const struct finding *finding)
{
	const struct fact *fact = finding->fact;
	const struct policy_rule *rule = finding->judgement.rule;

	text_format(text, "| %s | ",
		    verb_name((enum audit_verb)fact->key.verb));
	put_name(text, report, fact->key.object);
	if (fact->key.other) {
		text_put(text, " to ");
		put_name(text, report, fact->key.other);
	}
	text_put(text, " | ");
	report_put_outcome(text, fact);
	text_format(text, ", %s | %" PRIu64 " | ",
		    fact_mark_name((enum fact_mark)fact->key.mark),
		    fact->count);
	put_name(text, report, fact->key.exe);
	text_put(text, " | ");
	if (rule) {
		put_code(text, report, rule->file, strlen(rule->file));
		text_format(text, " line %u", rule->line);
	}
	text_put(text, " |\n");
}

static bool is_wanted(const struct finding *finding,
		      enum policy_decision decision, unsigned verb)
{
	return finding->judgement.decision == decision &&
	       (verb == VERB_COUNT || finding->fact->key.verb == verb);
}

/* Those of a verb, or (VERB_COUNT) of all. */
static void put_table(struct text *text, const struct report *report,
		      enum policy_decision decision, unsigned verb)
{
	const struct verdict *verdict = report->verdict;
	unsigned left_out = 0;

	text_put(text, "\n| did | to | outcome | times | program | line |\n"
		       "|---|---|---|---|---|---|\n");
	for (unsigned i = 0; i < verdict->count; i++) {
		if (!is_wanted(&verdict->findings[i], decision, verb))
			continue;
		if (is_full(text))
			left_out++;
		else
			put_row(text, report, &verdict->findings[i]);
	}
	if (left_out)
		text_format(text, "\nand %u more\n", left_out);
}

static void put_section(struct text *text, const struct report *report,
			enum policy_decision decision, const char *title,
			unsigned count)
{
	if (!count)
		return;
	text_format(text, "\n### %s\n", title);
	put_table(text, report, decision, VERB_COUNT);
}

/* ---- details ---- */

static void put_folded(struct text *text, const struct report *report,
		       unsigned verb)
{
	const struct verdict *verdict = report->verdict;
	unsigned count = 0;

	for (unsigned i = 0; i < verdict->count; i++)
		count += is_wanted(&verdict->findings[i], POLICY_ALLOW, verb);
	if (!count || is_full(text))
		return;
	text_format(text, "\n<details><summary>%s: %u</summary>\n",
		    verb_name((enum audit_verb)verb), count);
	put_table(text, report, POLICY_ALLOW, verb);
	text_put(text, "\n</details>\n");
}

static void put_gaps(struct text *text, const struct report *report)
{
	const struct gaps *gaps = &report->verdict->audit->gaps;

	text_put(text, "\n### Completeness\n\n");
	if (!gaps->count)
		text_put(text, "The trace holds all that was done.\n");
	if (report->verdict->audit->outside)
		text_format(text,
			    "%u requests went to processes that were not "
			    "recorded: what these did is not here.\n\n",
			    report->verdict->audit->outside);
	for (unsigned i = 0; i < gaps->count && !is_full(text); i++) {
		text_format(text, "- %" PRIu64 ": ", gaps->items[i].count);
		put_code(text, report, gaps->items[i].what.data,
			 gaps->items[i].what.length);
		text_char(text, '\n');
	}
}

static void put_command(struct text *text, const struct report *report)
{
	const struct audit *audit = report->verdict->audit;
	_cleanup_(text_done) struct text words = TEXT_INIT;

	data_quote_list(&words, audit->whole.command.data,
			MIN(audit->whole.command.length, NAME_MAX_SHOWN),
			report->style);
	text_put(text, "<code>");
	put_inert(text, words.data, words.length);
	text_put(text, "</code>");
}

void report_markdown(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;

	text_format(text, "### kaudit-u: %s\n\n", verdict_text(verdict));
	put_command(text, report);
	text_format(
	    text,
	    "\n\n%u violations, %u warnings, %" PRIu64 " processes, "
	    "%.3f s\n",
	    verdict->violations, verdict->warnings, verdict->audit->ended,
	    (double)(verdict->audit->last_ns - verdict->audit->first_ns) / 1e9);
	put_section(text, report, POLICY_DENY, "Violations",
		    verdict->violations);
	put_section(text, report, POLICY_WARN, "Warnings", verdict->warnings);
	put_gaps(text, report);
	if (report->is_short)
		return;
	/* What is asked about is most of it, and tells least: it comes last. */
	for (unsigned verb = 0; verb < VERB_COUNT; verb++)
		if (verb != VERB_LOOK)
			put_folded(text, report, verb);
	put_folded(text, report, VERB_LOOK);
}
