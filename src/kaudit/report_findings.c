/* A finding is a line that unfolds, without any script. */
#include "kaudit/report_findings.h"

#include <inttypes.h>
#include <string.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/hashes.h"
#include "kaudit/report.h"
#include "kaudit/report_data.h"
#include "kaudit/verdict.h"

/* Warnings that are not folded. */
#define OPEN_MAX 10u

static void put_name(struct text *text, const struct name *name)
{
	if (name)
		report_data_markup(text, name->text, name->length);
	else
		text_char(text, '?');
}

static void put_term(struct text *text, const char *term)
{
	text_format(text, "</dd>\n<dt>%s</dt><dd class=\"mono\">", term);
}

static void put_link(void *context, const struct name *exe)
{
	struct text *text = context;

	text_put(text, "<br>started by ");
	put_name(text, exe);
}

static void put_rule(struct text *text, const struct policy_rule *rule)
{
	if (!rule) {
		text_put(text, "no line names it: the default of the policy");
		return;
	}
	report_data_markup(text, rule->file, strlen(rule->file));
	text_format(text, ", line %u", rule->line);
}

static void put_hash(struct text *text, const struct report *report,
		     const struct finding *finding)
{
	enum hash_state state;
	struct digest digest;
	char hex[DIGEST_HEX];

	if (!hashes_find(report->hashes, finding, &state, &digest))
		return;
	put_term(text, "SHA-256");
	text_put(text, state == HASH_DONE ? digest_hex(&digest, hex)
					  : hashes_state_name(state));
}

static void put_particulars(struct text *text, const struct report *report,
			    const struct finding *finding)
{
	const struct fact *fact = finding->fact;
	const struct image *image = fact->image;

	text_put(text, "<dl class=\"facts\"><dt>Policy</dt><dd>");
	put_rule(text, finding->judgement.rule);
	put_term(text, "Program");
	put_name(text, fact->key.exe);
	report_chain(fact, put_link, text);
	if (image && image->args) {
		put_term(text, "Command");
		put_name(text, image->args);
	}
	if (fact->cwd) {
		put_term(text, "Directory");
		put_name(text, fact->cwd);
	}
	if (image) {
		put_term(text, "Process");
		text_decimal(text, image->pid);
	}
	put_hash(text, report, finding);
	text_format(text, "</dd>\n<dt>Known</dt><dd>%s</dd></dl>",
		    fact_mark_name((enum fact_mark)fact->key.mark));
}

static void put_finding(struct text *text, const struct report *report,
			const struct finding *finding)
{
	const struct fact *fact = finding->fact;
	bool is_denied = finding->judgement.decision == POLICY_DENY;

	text_format(text,
		    "<details class=\"finding %s\">\n<summary>"
		    "<span class=\"pill %s\">%s</span> <code class=\"object\">",
		    is_denied ? "deny" : "warned",
		    is_denied ? "deny" : "warned",
		    verb_name((enum audit_verb)fact->key.verb));
	put_name(text, fact->key.object);
	if (fact->key.other) {
		text_put(text, " &#8594; ");
		put_name(text, fact->key.other);
	}
	text_put(text, "</code> <span class=\"result\">");
	report_put_outcome(text, fact);
	if (fact->count > 1)
		text_format(text, ", %" PRIu64 " times", fact->count);
	text_put(text, "</span>\n<span class=\"who\">by <code>");
	put_name(text, fact->key.exe);
	text_put(text, "</code></span></summary>\n");
	put_particulars(text, report, finding);
	text_put(text, "</details>\n");
}

static void put_section(struct text *text, const struct report *report,
			enum policy_decision decision, const char *title)
{
	_cleanup_free_ const struct finding **list = NULL;
	unsigned count, told = 0;

	if (verdict_list(report->verdict, decision, &list, &count)) {
		text->failed = true;
		return;
	}
	if (!count)
		return;
	/* What is denied is there to be seen; of much else it is enough that it
	 * can be. */
	text_format(text,
		    "<details class=\"group\"%s><summary><h3>%s: %u</h3>"
		    "</summary>\n",
		    decision == POLICY_DENY || count <= OPEN_MAX ? " open" : "",
		    title, count);
	for (; told < count && told < REPORT_FINDINGS_MAX; told++)
		put_finding(text, report, list[told]);
	if (told < count)
		text_format(text,
			    "<p class=\"count\">%u more are in the tables "
			    "below.</p>\n",
			    count - told);
	text_put(text, "</details>\n");
}

void report_findings_put(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;

	put_section(text, report, POLICY_DENY, "Denied");
	put_section(text, report, POLICY_WARN, "Warned about");
	if (!verdict->violations && !verdict->warnings)
		text_put(text, "<p>Nothing that was seen is denied, or warned "
			       "about.</p>");
}
