/* SARIF 2.1.0 (OASIS), as scanners of code hand their results on. */
#include "audit/audit.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/digest.h"
#include "kaudit/document.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* Rules are the verbs, and behind them: */
#define RULE_INCOMPLETE VERB_COUNT

static void put_rule_name(struct text *text, unsigned rule)
{
	if (rule < VERB_COUNT)
		text_put(text, verb_name((enum audit_verb)rule));
	else
		text_put(text, "incomplete");
}

static void put_rule_id(struct text *text, const char *member, unsigned rule)
{
	document_member(text, member);
	text_put(text, "\"kaudit-u/");
	put_rule_name(text, rule);
	text_char(text, '"');
}

static void put_message(struct text *text, const char *member,
			const char *message)
{
	document_open(text, member, '{');
	document_string(text, "text", message);
	text_char(text, '}');
}

static void put_rule(struct text *text, unsigned rule)
{
	document_open(text, NULL, '{');
	put_rule_id(text, "id", rule);
	put_message(text, "shortDescription",
		    rule < VERB_COUNT
			? verb_help((enum audit_verb)rule)
			: "the trace does not hold all that was done");
	text_char(text, '}');
}

static void put_tool(struct text *text)
{
	document_open(text, "tool", '{');
	document_open(text, "driver", '{');
	document_string(text, "name", "kaudit-u");
	document_string(text, "version", KTRACE_U_VERSION);
	document_open(text, "rules", '[');
	for (unsigned rule = 0; rule <= RULE_INCOMPLETE; rule++)
		put_rule(text, rule);
	text_put(text, "]}}");
}

/* ---- the run ---- */

static void put_notification(struct text *text, const struct gap *gap)
{
	document_open(text, NULL, '{');
	document_open(text, "descriptor", '{');
	put_rule_id(text, "id", RULE_INCOMPLETE);
	text_char(text, '}');
	document_string(text, "level", "error");
	document_open(text, "message", '{');
	document_shown(text, "text", gap->what.data, gap->what.length);
	text_char(text, '}');
	document_open(text, "properties", '{');
	text_json_unsigned(text, "count", gap->count);
	text_put(text, "}}");
}

static void put_left_out(struct text *text, unsigned count)
{
	_cleanup_(text_done) struct text message = TEXT_INIT;

	text_format(&message, "%u more results than there is room for", count);
	document_open(text, NULL, '{');
	document_string(text, "level", "warning");
	put_message(text, "message", text_string(&message));
	text_char(text, '}');
}

static void put_invocation(struct text *text, const struct verdict *verdict,
			   unsigned left_out)
{
	const struct audit *audit = verdict->audit;

	document_open(text, "invocations", '[');
	document_open(text, NULL, '{');
	text_json_bool(text, "executionSuccessful", verdict->is_complete);
	document_date(text, "startTimeUtc", audit->first_ns);
	document_date(text, "endTimeUtc", audit->last_ns);
	document_open(text, "toolExecutionNotifications", '[');
	for (unsigned i = 0; i < audit->gaps.count; i++)
		put_notification(text, &audit->gaps.items[i]);
	if (left_out)
		put_left_out(text, left_out);
	text_put(text, "]}]");
}

/* The verdict, and how much of it is known. */
static void put_properties(struct text *text, const struct verdict *verdict)
{
	_cleanup_(text_done) struct text words = TEXT_INIT;

	document_open(text, "properties", '{');
	document_string(text, "verdict", verdict_text(verdict));
	text_json_bool(text, "complete", verdict->is_complete);
	report_put_completeness(&words, verdict);
	document_text(text, "completeness", &words);
	text_json_unsigned(text, "violations", verdict->violations);
	text_json_unsigned(text, "warnings", verdict->warnings);
	text_json_unsigned(text, "processes", verdict->audit->ended);
	text_char(text, '}');
}

/* ---- results ---- */

static void put_location(struct text *text, const struct report *report,
			 const struct finding *finding)
{
	const struct name *object = finding->fact->key.object;
	struct report_place place;

	document_open(text, "locations", '[');
	document_open(text, NULL, '{');
	if (report_place(report, finding, &place)) {
		document_open(text, "physicalLocation", '{');
		document_open(text, "artifactLocation", '{');
		document_uri(text, "uri", place.path, place.length);
		text_char(text, '}');
		document_open(text, "region", '{');
		text_json_unsigned(text, "startLine", place.line);
		text_put(text, "}}");
	}
	document_open(text, "logicalLocations", '[');
	document_open(text, NULL, '{');
	document_shown(text, "fullyQualifiedName", object->text,
		       object->length);
	document_string(text, "kind", "resource");
	text_put(text, "}]}]");
}

static void put_fingerprint(struct text *text, const struct finding *finding)
{
	struct digest digest;
	char hex[DIGEST_HEX];

	if (!report_fingerprint(finding, &digest)) {
		text->failed = true;
		return;
	}
	document_open(text, "partialFingerprints", '{');
	document_string(text, "kaudit-u/v1", digest_hex(&digest, hex));
	text_char(text, '}');
}

static void put_result(struct text *text, const struct report *report,
		       const struct finding *finding)
{
	_cleanup_(text_done) struct text words = TEXT_INIT;
	bool is_denied = finding->judgement.decision == POLICY_DENY;

	document_open(text, NULL, '{');
	put_rule_id(text, "ruleId", finding->fact->key.verb);
	text_json_unsigned(text, "ruleIndex", finding->fact->key.verb);
	document_string(text, "level", is_denied ? "error" : "warning");
	report_put_deed(&words, finding);
	text_put(&words, ": ");
	report_put_story(&words, finding, false);
	document_open(text, "message", '{');
	document_text(text, "text", &words);
	text_char(text, '}');
	put_location(text, report, finding);
	put_fingerprint(text, finding);
	text_char(text, '}');
}

/* How many there was no room for. */
static unsigned put_results(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	unsigned told = 0, left_out = 0;

	document_open(text, "results", '[');
	for (unsigned i = 0; i < verdict->count; i++) {
		const struct finding *finding = &verdict->findings[i];

		if (finding->judgement.decision == POLICY_ALLOW)
			continue;
		if (told == REPORT_RESULTS_MAX) {
			left_out++;
			continue;
		}
		put_result(text, report, finding);
		told++;
	}
	text_char(text, ']');
	return left_out;
}

void report_sarif(struct text *text, const struct report *report)
{
	unsigned left_out;

	text_put(text, "{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\"");
	document_open(text, "runs", '[');
	document_open(text, NULL, '{');
	put_tool(text);
	left_out = put_results(text, report);
	put_invocation(text, report->verdict, left_out);
	put_properties(text, report->verdict);
	text_put(text, "}]}\n");
}
