/* What all forms of a report have in common, and which there are. */
#include "kaudit/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "audit/audit.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/digest.h"
#include "kaudit/load.h"
#include "kaudit/verdict.h"
#include "sysdesc/sysdesc.h"

static const struct data_style shown = { .width = 80, .utf8 = true };

static const struct report_form forms[] = {
	{ REPORT_DEFAULT, report_text, "for terminals", false, false },
	{ "json", report_json, "one document, for programs", false, false },
	{ "markdown", report_markdown, "for summaries of jobs", false, false },
	{ "html", report_html, "one file, for browsers", true, false },
	{ "sarif", report_sarif, "SARIF 2.1.0, for code scanning", true,
	  false },
	{ "junit", report_junit, "XML: a test case per line of the policy",
	  true, false },
	{ "gitlab", report_gitlab, "GitLab's code quality", true, false },
	{ "in-toto", report_intoto, "a statement: runtime-trace", true, true },
};

const struct report_form *report_find(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (strlen(forms[i].name) == length &&
		    !memcmp(forms[i].name, name, length))
			return &forms[i];
	return NULL;
}

void report_help(struct text *text)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		text_format(text, "  %-10s  %s\n", forms[i].name,
			    forms[i].help);
}

void report_put_outcome(struct text *text, const struct fact *fact)
{
	const char *name;

	switch (fact->key.error) {
	case 0:
		text_put(text, "ok");
		return;
	case FACT_NO_RETURN:
		text_put(text, "no return");
		return;
	case EINPROGRESS:
		text_put(text, "in progress");
		return;
	default:
		break;
	}
	name = sysdesc_errno_name(fact->key.error);
	if (name)
		text_put(text, name);
	else
		text_format(text, "error %d", fact->key.error);
}

void report_put_calm(struct text *text, const struct text *report,
		     const char *hash)
{
	for (size_t i = 0; i < report->length; i++) {
		if (i && report->data[i] == '#' && report->data[i - 1] == '#')
			text_put(text, hash);
		else
			text_char(text, report->data[i]);
	}
	text->failed |= report->failed;
}

/* What it ran before stands between it and who made it. */
static const struct image *behind(const struct image *image)
{
	const struct image *previous = image->previous;

	return previous && !previous->is_launcher ? previous : image->parent;
}

void report_chain(const struct fact *fact, report_visit *visit, void *context)
{
	const struct image *image = fact->image;
	const struct name *last = image ? image->exe : NULL;
	unsigned count = 0;

	/* A long way may lead over many that only made others. */
	for (unsigned steps = 0; image && steps < 1024; steps++) {
		image = behind(image);
		if (!image || image->is_launcher || count == REPORT_CHAIN_MAX)
			return;
		if (!image->exe || image->exe == last)
			continue;
		last = image->exe;
		count++;
		visit(context, last);
	}
}

/* ---- in words ---- */

static void put_name(struct text *text, const struct name *name)
{
	if (name)
		data_escape(text, name->text, name->length, &shown);
	else
		text_char(text, '?');
}

void report_put_deed(struct text *text, const struct finding *finding)
{
	const struct fact *fact = finding->fact;
	enum audit_verb verb = (enum audit_verb)fact->key.verb;

	text_format(text, "%s ", verb_name(verb));
	put_name(text, fact->key.object);
	if (!fact->key.other)
		return;
	text_put(text, verb_family(verb) == VERB_ON_FILE ? " -> " : " ");
	put_name(text, fact->key.other);
}

static void put_rule(struct text *text, const struct policy_judgement *judged)
{
	text_format(text, "%s: ", policy_decision_name(judged->decision));
	if (!judged->rule) {
		text_put(text, "the default");
		return;
	}
	data_escape(text, judged->rule->file, strlen(judged->rule->file),
		    &shown);
	text_format(text, ":%u", judged->rule->line);
}

static void put_link(void *context, const struct name *exe)
{
	struct text *text = context;

	text_put(text, " < ");
	put_name(text, exe);
}

void report_put_story(struct text *text, const struct finding *finding,
		      bool lines)
{
	const struct fact *fact = finding->fact;
	const struct image *image = fact->image;
	const char *next = lines ? "\n" : "; ";

	put_rule(text, &finding->judgement);
	text_put(text, lines ? "\noutcome " : " (");
	report_put_outcome(text, fact);
	text_format(text, ", %s, %" PRIu64 " times",
		    fact_mark_name((enum fact_mark)fact->key.mark),
		    fact->count);
	text_put(text, lines ? "\nby " : "); by ");
	put_name(text, fact->key.exe);
	report_chain(fact, put_link, text);
	if (!image)
		return;
	text_format(text, "%sas pid %d", next, image->pid);
	if (image->args) {
		text_put(text, ": ");
		data_quote_list(text, image->args->text, image->args->length,
				&shown);
	}
}

void report_put_completeness(struct text *text, const struct verdict *verdict)
{
	const struct gaps *gaps = &verdict->audit->gaps;

	if (verdict->is_complete)
		text_format(text, "the trace holds all that was done%s",
			    verdict->audit->lacks_looks
				? ", but not who only looked at something"
				: "");
	else
		text_format(text,
			    "the trace does not hold all: %u kinds of things "
			    "are not known",
			    gaps->count);
}

/* ---- for those who compare runs ---- */

static void put_part(struct text *text, const struct name *name)
{
	if (name)
		text_bytes(text, name->text, name->length);
	text_char(text, '\0');
}

bool report_fingerprint(const struct finding *finding, struct digest *ret)
{
	_cleanup_(text_done) struct text parts = TEXT_INIT;
	const struct fact_key *key = &finding->fact->key;

	text_put(&parts, verb_name((enum audit_verb)key->verb));
	text_char(&parts, '\0');
	put_part(&parts, key->object);
	put_part(&parts, key->other);
	put_part(&parts, key->exe);
	if (!parts.failed)
		*ret = digest_of(parts.data, parts.length);
	return !parts.failed;
}

/* ---- places ---- */

/* From where the job started, if it is below. */
static struct report_place place_of(const struct report *report,
				    const char *path, size_t length,
				    unsigned line)
{
	const char *directory = load_directory(report->verdict->audit);
	size_t own = directory ? strlen(directory) : 0;

	if (own > 1 && length > own + 1 && !memcmp(path, directory, own) &&
	    path[own] == '/')
		return (struct report_place){ path + own + 1, length - own - 1,
					      line };
	return (struct report_place){ path, length, line };
}

bool report_place(const struct report *report, const struct finding *finding,
		  struct report_place *ret)
{
	const struct policy_rule *rule = finding->judgement.rule;
	const struct fact_key *key = &finding->fact->key;

	if (rule && !rule->is_builtin)
		*ret = place_of(report, rule->file, strlen(rule->file),
				rule->line);
	else if (report->policy)
		*ret = place_of(report, report->policy, strlen(report->policy),
				1);
	else if (verb_family((enum audit_verb)key->verb) == VERB_ON_FILE)
		*ret = place_of(report, key->object->text, key->object->length,
				1);
	else
		return false;
	return true;
}
