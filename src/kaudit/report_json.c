/* For programs: one document, as kaudit-u(1) describes it. */
#include <string.h>

#include "audit/audit.h"
#include "base/text.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

static void put_next(struct text *text)
{
	char last = text->length ? text->data[text->length - 1] : '[';

	if (last != '[' && last != '{')
		text_char(text, ',');
}

static void put_member(struct text *text, const char *name)
{
	put_next(text);
	text_format(text, "\"%s\":", name);
}

/* What is no text stands there in another form, so that nothing is lost. */
static void put_bytes(struct text *text, const void *data, size_t length)
{
	if (text_is_utf8(data, length)) {
		text_json_string(text, data, length);
		return;
	}
	text_put(text, "{\"b64\":\"");
	text_base64(text, data, length);
	text_put(text, "\"}");
}

static void put_name(struct text *text, const char *member,
		     const struct name *name)
{
	if (!name)
		return;
	put_member(text, member);
	put_bytes(text, name->text, name->length);
}

static void put_string(struct text *text, const char *member,
		       const char *string)
{
	put_member(text, member);
	put_bytes(text, string, strlen(string));
}

/* Words, each with a NUL, but perhaps for one that was cut. */
static void put_words(struct text *text, const char *member, const char *words,
		      size_t length)
{
	put_member(text, member);
	text_char(text, '[');
	for (size_t at = 0; at < length;) {
		size_t own = strnlen(words + at, length - at);

		put_next(text);
		put_bytes(text, words + at, own);
		at += own + 1;
	}
	text_char(text, ']');
}

/* Seconds since 1970, as kdump-u has them. */
static void put_time(struct text *text, const char *member, uint64_t time)
{
	put_member(text, member);
	text_format(text, "\"%llu.%09llu\"",
		    (unsigned long long)(time / 1000000000),
		    (unsigned long long)(time % 1000000000));
}

static void put_link(void *context, const struct name *exe)
{
	put_next(context);
	put_bytes(context, exe->text, exe->length);
}

static void put_actor(struct text *text, const struct fact *fact)
{
	const struct image *image = fact->image;

	put_name(text, "exe", fact->key.exe);
	put_name(text, "cwd", fact->cwd);
	if (image)
		text_json_number(text, "pid", image->pid);
	if (image && image->args)
		put_words(text, "argv", image->args->text, image->args->length);
	put_member(text, "ancestors");
	text_char(text, '[');
	report_chain(fact, put_link, text);
	text_char(text, ']');
}

/* Names that its address was given; they prove nothing. */
static void put_hosts(struct text *text, const struct host *host)
{
	if (!host)
		return;
	put_member(text, "observed");
	text_char(text, '[');
	for (unsigned i = 0; i < host->count; i++) {
		put_next(text);
		put_bytes(text, host->names[i]->text, host->names[i]->length);
	}
	text_char(text, ']');
}

static void put_judgement(struct text *text,
			  const struct policy_judgement *judgement)
{
	put_string(text, "decision", policy_decision_name(judgement->decision));
	if (!judgement->rule)
		return;
	put_string(text, "policy", judgement->rule->file);
	text_json_unsigned(text, "line", judgement->rule->line);
}

static void put_fact(struct text *text, const struct finding *finding)
{
	const struct fact *fact = finding->fact;
	struct text outcome = TEXT_INIT;

	put_next(text);
	text_char(text, '{');
	put_string(text, "verb", verb_name((enum audit_verb)fact->key.verb));
	put_name(text, "object", fact->key.object);
	put_name(text, "other", fact->key.other);
	put_hosts(text, fact->host);
	report_put_outcome(&outcome, fact);
	put_string(text, "outcome", text_string(&outcome));
	text_done(&outcome);
	put_string(text, "proof",
		   fact_mark_name((enum fact_mark)fact->key.mark));
	put_judgement(text, &finding->judgement);
	if (fact->row)
		put_string(text, "call", fact->row->name);
	text_json_unsigned(text, "count", fact->count);
	put_time(text, "first", fact->first_ns);
	put_actor(text, fact);
	text_char(text, '}');
}

static void put_gaps(struct text *text, const struct gaps *gaps)
{
	put_member(text, "not_known");
	text_char(text, '[');
	for (unsigned i = 0; i < gaps->count; i++) {
		const struct gap *gap = &gaps->items[i];

		put_next(text);
		text_char(text, '{');
		put_member(text, "what");
		put_bytes(text, gap->what.data, gap->what.length);
		text_json_unsigned(text, "count", gap->count);
		if (gap->pid) {
			text_json_number(text, "pid", gap->pid);
			put_string(text, "comm", gap->comm);
		}
		text_char(text, '}');
	}
	text_char(text, ']');
}

void report_json(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const struct audit *audit = verdict->audit;

	text_put(text, "{\"v\":1");
	put_string(text, "verdict", verdict_text(verdict));
	text_json_bool(text, "complete", verdict->is_complete);
	text_json_unsigned(text, "violations", verdict->violations);
	text_json_unsigned(text, "warnings", verdict->warnings);
	put_words(text, "command", audit->command.data, audit->command.length);
	text_json_unsigned(text, "processes", audit->ended);
	put_time(text, "first", audit->first_ns);
	put_time(text, "last", audit->last_ns);
	put_gaps(text, &audit->gaps);
	put_member(text, "facts");
	text_char(text, '[');
	for (unsigned i = 0; i < verdict->count; i++)
		if (!report->is_short ||
		    verdict->findings[i].judgement.decision != POLICY_ALLOW)
			put_fact(text, &verdict->findings[i]);
	text_put(text, "]}\n");
}
