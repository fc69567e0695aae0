/* For terminals. */
#include <inttypes.h>
#include <string.h>

#include "audit/audit.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/hashes.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

#define NANOSECONDS 1e9
#define WORDS_WIDTH 160

static void put_name(struct text *text, const struct report *report,
		     const struct name *name)
{
	if (name)
		data_escape(text, name->text, name->length, report->style);
	else
		text_put(text, "?");
}

static void put_object(struct text *text, const struct report *report,
		       const struct fact *fact)
{
	put_name(text, report, fact->key.object);
	if (!fact->key.other)
		return;
	text_put(text,
		 verb_family((enum audit_verb)fact->key.verb) == VERB_ON_FILE
		     ? " -> "
		     : " ");
	put_name(text, report, fact->key.other);
}

/* ---- findings ---- */

struct chain {
	struct text *text;
	const struct report *report;
};

static void put_link(void *context, const struct name *exe)
{
	struct chain *chain = context;

	text_put(chain->text, " < ");
	put_name(chain->text, chain->report, exe);
}

/* Not within a character. */
static size_t cut_length(const struct text *text, size_t most)
{
	size_t length = MIN(text->length, most);

	while (length > 0 && length < text->length &&
	       ((unsigned char)text->data[length] & 0xc0) == 0x80)
		length--;
	return length;
}

/* Words behind that tell little: JSON has all. */
static void put_words(struct text *text, const struct report *report,
		      const struct name *words)
{
	_cleanup_(text_done) struct text quoted = TEXT_INIT;
	size_t length;

	data_quote_list(&quoted, words->text, words->length, report->style);
	text->failed |= quoted.failed;
	length = cut_length(&quoted, WORDS_WIDTH);
	text_put(text, "    ");
	text_bytes(text, quoted.data, length);
	text_put(text, length < quoted.length ? " ...\n" : "\n");
}

static void put_actor(struct text *text, const struct report *report,
		      const struct fact *fact)
{
	struct chain chain = { text, report };
	const struct image *image = fact->image;

	text_put(text, "  ");
	put_name(text, report, fact->key.exe);
	report_chain(fact, put_link, &chain);
	if (image) {
		text_format(text, ", pid %d, in ", image->pid);
		put_name(text, report, fact->cwd);
	}
	text_char(text, '\n');
	if (image && image->args)
		put_words(text, report, image->args);
}

static void put_rule(struct text *text, const struct report *report,
		     const struct finding *finding)
{
	const struct policy_rule *rule = finding->judgement.rule;

	text_put(text, "  # ");
	if (!rule) {
		text_put(text, "no line: the default");
		return;
	}
	data_escape(text, rule->file, strlen(rule->file), report->style);
	text_format(text, ":%u", rule->line);
}

/* Names that its address was given. */
static void put_hosts(struct text *text, const struct report *report,
		      const struct fact *fact)
{
	if (!fact->host)
		return;
	text_put(text, ", named");
	for (unsigned i = 0; i < fact->host->count; i++) {
		text_char(text, ' ');
		put_name(text, report, fact->host->names[i]);
	}
	text_put(text, " (observed)");
}

static void put_finding(struct text *text, const struct report *report,
			const struct finding *finding)
{
	const struct fact *fact = finding->fact;

	text_format(text, "      %s ",
		    verb_name((enum audit_verb)fact->key.verb));
	put_object(text, report, fact);
	text_put(text, " (");
	report_put_outcome(text, fact);
	if (fact_is_weak(fact))
		text_format(text, ", %s",
			    fact_mark_name((enum fact_mark)fact->key.mark));
	if (fact->count > 1)
		text_format(text, ", %" PRIu64 " times", fact->count);
	put_hosts(text, report, fact);
	text_char(text, ')');
	put_rule(text, report, finding);
	text_char(text, '\n');
}

static bool is_same_actor(const struct fact *one, const struct fact *other)
{
	return one && one->image == other->image &&
	       one->key.exe == other->key.exe && one->cwd == other->cwd;
}

static void put_findings(struct text *text, const struct report *report,
			 enum policy_decision decision, const char *title)
{
	_cleanup_free_ const struct finding **list = NULL;
	const struct fact *last = NULL;
	unsigned count;

	if (verdict_list(report->verdict, decision, &list, &count)) {
		text->failed = true;
		return;
	}
	if (count)
		text_format(text, "\n%s\n", title);
	for (unsigned i = 0; i < count; i++) {
		if (!is_same_actor(last, list[i]->fact))
			put_actor(text, report, list[i]->fact);
		last = list[i]->fact;
		put_finding(text, report, list[i]);
	}
}

/* ---- what goes on elsewhere ---- */

static void put_outside(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;

	if (verdict->audit->outside)
		text_put(text, "\noutside of what was recorded: what these did "
			       "when they were asked\n");
	for (unsigned i = 0; i < verdict->count; i++) {
		const struct fact *fact = verdict->findings[i].fact;

		if (!fact->is_outside)
			continue;
		text_format(text, "%8" PRIu64 "  ", fact->count);
		put_object(text, report, fact);
		text_put(text, "  ");
		put_name(text, report, fact->key.exe);
		text_char(text, '\n');
	}
}

/* ---- all that was done ---- */

static void put_fact(struct text *text, const struct report *report,
		     const struct fact *fact)
{
	text_format(text, "%8" PRIu64 "  ", fact->count);
	put_object(text, report, fact);
	if (fact->key.error || fact_is_weak(fact)) {
		text_put(text, " (");
		report_put_outcome(text, fact);
		text_format(text, ", %s)",
			    fact_mark_name((enum fact_mark)fact->key.mark));
	}
	text_put(text, "  ");
	put_name(text, report, fact->key.exe);
	text_char(text, '\n');
}

static void put_facts(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	unsigned last = VERB_COUNT;

	for (unsigned i = 0; i < verdict->count; i++) {
		const struct fact *fact = verdict->findings[i].fact;

		/* That would be most of it, and tells least. */
		if (fact->key.verb == VERB_LOOK)
			continue;
		if (fact->key.verb != last)
			text_format(text, "\n%s: %s\n",
				    verb_name((enum audit_verb)fact->key.verb),
				    verb_help((enum audit_verb)fact->key.verb));
		last = fact->key.verb;
		put_fact(text, report, fact);
	}
}

/* ---- the whole ---- */

static void put_counts(struct text *text, const struct verdict *verdict)
{
	unsigned counts[VERB_COUNT] = { 0 };
	bool any = false;

	for (unsigned i = 0; i < verdict->count; i++)
		counts[verdict->findings[i].fact->key.verb]++;
	text_put(text, "did         ");
	for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
		if (!counts[verb])
			continue;
		text_format(text, "%s%s %u", any ? ", " : "",
			    verb_name((enum audit_verb)verb), counts[verb]);
		any = true;
	}
	text_put(text, any ? "\n" : "nothing\n");
}

static void put_hashes(struct text *text, const struct report *report)
{
	unsigned counts[HASH_STATES];

	if (!report->hashes)
		return;
	hashes_count(report->hashes, report->verdict, counts);
	text_format(text, "hashed      %u", counts[HASH_DONE]);
	for (unsigned state = HASH_DONE + 1; state < HASH_STATES; state++)
		if (counts[state])
			text_format(text, ", %s %u",
				    hashes_state_name((enum hash_state)state),
				    counts[state]);
	text_char(text, '\n');
}

static void put_head(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const struct audit *audit = verdict->audit;

	text_format(text, "verdict     %s\n", verdict_text(verdict));
	text_put(text, "command     ");
	data_quote_list(text, audit->whole.command.data,
			audit->whole.command.length, report->style);
	text_format(text, "\nseconds     %.3f\n",
		    (double)(audit->last_ns - audit->first_ns) / NANOSECONDS);
	text_format(text, "processes   %" PRIu64 "\n", audit->ended);
	put_counts(text, verdict);
	if (audit->outside)
		text_format(text,
			    "outside     asked %u times: see outside of what "
			    "was recorded\n",
			    audit->outside);
	put_hashes(text, report);
	text_format(text, "violations  %u\nwarnings    %u\ncomplete    %s\n",
		    verdict->violations, verdict->warnings,
		    verdict->is_complete ? "yes" : "no: see not known");
}

static void put_gaps(struct text *text, const struct report *report)
{
	const struct gaps *gaps = &report->verdict->audit->gaps;

	if (gaps->count)
		text_put(text, "\nnot known\n");
	for (unsigned i = 0; i < gaps->count; i++) {
		const struct gap *gap = &gaps->items[i];

		text_format(text, "%8" PRIu64 "  ", gap->count);
		data_escape(text, gap->what.data, gap->what.length,
			    report->style);
		if (gap->pid) {
			text_format(text, " (first %d ", gap->pid);
			data_escape(text, gap->comm, strlen(gap->comm),
				    report->style);
			text_char(text, ')');
		}
		text_char(text, '\n');
	}
}

static void put_all(struct text *text, const struct report *report)
{
	put_head(text, report);
	put_findings(text, report, POLICY_DENY, "violations");
	put_findings(text, report, POLICY_WARN, "warnings");
	put_outside(text, report);
	put_gaps(text, report);
	if (!report->is_short)
		put_facts(text, report);
}

void report_text(struct text *text, const struct report *report)
{
	_cleanup_(text_done) struct text all = TEXT_INIT;

	put_all(&all, report);
	report_put_calm(text, &all, "\\043");
}
