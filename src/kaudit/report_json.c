/* For programs: one document, as kaudit-u(1) describes it. */
#include <string.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/document.h"
#include "kaudit/hashes.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

static void put_link(void *context, const struct name *exe)
{
	document_next(context);
	document_bytes(context, exe->text, exe->length);
}

static void put_actor(struct text *text, const struct fact *fact)
{
	const struct image *image = fact->image;

	document_name(text, "exe", fact->key.exe);
	document_name(text, "cwd", fact->cwd);
	if (image) {
		text_json_number(text, "pid", image->pid);
		text_json_unsigned(text, "process", image->number);
	}
	if (image && image->args)
		document_words(text, "argv", image->args->text,
			       image->args->length);
	document_open(text, "ancestors", '[');
	report_chain(fact, put_link, text);
	text_char(text, ']');
}

/* Names that its address was given; they prove nothing. */
static void put_hosts(struct text *text, const struct host *host)
{
	if (!host)
		return;
	document_open(text, "observed", '[');
	for (unsigned i = 0; i < host->count; i++) {
		document_next(text);
		document_bytes(text, host->names[i]->text,
			       host->names[i]->length);
	}
	text_char(text, ']');
}

static void put_judgement(struct text *text,
			  const struct policy_judgement *judgement)
{
	document_string(text, "decision",
			policy_decision_name(judgement->decision));
	if (!judgement->rule)
		return;
	document_string(text, "policy", judgement->rule->file);
	text_json_unsigned(text, "line", judgement->rule->line);
}

static void put_hash(struct text *text, const struct report *report,
		     const struct finding *finding)
{
	enum hash_state state;
	struct digest digest;
	char hex[DIGEST_HEX];

	if (!hashes_find(report->hashes, finding, &state, &digest))
		return;
	if (state == HASH_DONE)
		document_string(text, "sha256", digest_hex(&digest, hex));
	else
		document_string(text, "not_hashed", hashes_state_name(state));
}

static void put_fact(struct text *text, const struct report *report,
		     const struct finding *finding)
{
	const struct fact *fact = finding->fact;
	struct text outcome = TEXT_INIT;

	document_open(text, NULL, '{');
	document_string(text, "verb",
			verb_name((enum audit_verb)fact->key.verb));
	document_name(text, "object", fact->key.object);
	document_name(text, "other", fact->key.other);
	put_hosts(text, fact->host);
	report_put_outcome(&outcome, fact);
	document_string(text, "outcome", text_string(&outcome));
	text_done(&outcome);
	document_string(text, "proof",
			fact_mark_name((enum fact_mark)fact->key.mark));
	put_judgement(text, &finding->judgement);
	if (fact->row)
		document_string(text, "call", fact->row->name);
	text_json_unsigned(text, "count", fact->count);
	if (fact->is_outside)
		text_json_bool(text, "outside", true);
	document_time(text, "first", fact->first_ns);
	put_hash(text, report, finding);
	put_actor(text, fact);
	text_char(text, '}');
}

static void put_image(struct text *text, const struct image *image)
{
	document_open(text, NULL, '{');
	text_json_number(text, "pid", image->pid);
	if (image->parent)
		text_json_unsigned(text, "parent", image->parent->number);
	if (image->previous)
		text_json_unsigned(text, "previous", image->previous->number);
	document_name(text, "exe", image->exe);
	document_name(text, "cwd", image->cwd);
	if (image->args)
		document_words(text, "argv", image->args->text,
			       image->args->length);
	document_time(text, "first", image->first_ns);
	if (image->end_ns)
		document_time(text, "last", image->end_ns);
	if (image->is_replaced)
		text_json_bool(text, "replaced", true);
	if (image->has_status && image->signal)
		text_json_number(text, "signal", image->signal);
	else if (image->has_status)
		text_json_number(text, "status", image->status);
	text_char(text, '}');
}

void report_json_images(struct text *text, const char *member,
			const struct audit *audit)
{
	document_open(text, member, '[');
	for (const struct image *image = audit->images.first; image;
	     image = image->next)
		put_image(text, image);
	text_char(text, ']');
}

void report_json_gaps(struct text *text, const char *member,
		      const struct gaps *gaps)
{
	document_open(text, member, '[');
	for (unsigned i = 0; i < gaps->count; i++) {
		const struct gap *gap = &gaps->items[i];

		document_open(text, NULL, '{');
		document_member(text, "what");
		document_bytes(text, gap->what.data, gap->what.length);
		text_json_unsigned(text, "count", gap->count);
		if (gap->pid) {
			text_json_number(text, "pid", gap->pid);
			document_string(text, "comm", gap->comm);
		}
		text_char(text, '}');
	}
	text_char(text, ']');
}

static void put_all(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const struct audit *audit = verdict->audit;

	text_put(text, "{\"v\":1");
	document_string(text, "verdict", verdict_text(verdict));
	text_json_bool(text, "complete", verdict->is_complete);
	text_json_bool(text, "looks", !audit->lacks_looks);
	text_json_unsigned(text, "violations", verdict->violations);
	text_json_unsigned(text, "warnings", verdict->warnings);
	text_json_unsigned(text, "outside", audit->outside);
	document_words(text, "command", audit->whole.command.data,
		       audit->whole.command.length);
	text_json_unsigned(text, "processes", audit->ended);
	document_time(text, "first", audit->first_ns);
	document_time(text, "last", audit->last_ns);
	report_json_gaps(text, "not_known", &audit->gaps);
	if (!report->is_short)
		report_json_images(text, "tree", audit);
	document_open(text, "facts", '[');
	for (unsigned i = 0; i < verdict->count; i++)
		if (!report->is_short ||
		    verdict->findings[i].judgement.decision != POLICY_ALLOW)
			put_fact(text, report, &verdict->findings[i]);
	text_put(text, "]}\n");
}

void report_json(struct text *text, const struct report *report)
{
	_cleanup_(text_done) struct text all = TEXT_INIT;

	put_all(&all, report);
	report_put_calm(text, &all, "\\u0023");
}
