/*
 * GitLab's code quality, a subset of CodeClimate's: an array of issues. The
 * last of them is the verdict, which so is told where nothing else is.
 */
#include <string.h>

#include "audit/fact.h"
#include "base/text.h"
#include "kaudit/digest.h"
#include "kaudit/document.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

struct issue {
	const char *check, *severity;
	struct text words; /* what it says */
	struct digest fingerprint;
	struct report_place place;
};

static void put_issue(struct text *text, struct issue *issue)
{
	char hex[DIGEST_HEX];

	document_open(text, NULL, '{');
	document_text(text, "description", &issue->words);
	document_string(text, "check_name", issue->check);
	document_string(text, "fingerprint",
			digest_hex(&issue->fingerprint, hex));
	document_string(text, "severity", issue->severity);
	document_open(text, "location", '{');
	document_shown(text, "path", issue->place.path, issue->place.length);
	document_open(text, "lines", '{');
	text_json_unsigned(text, "begin", issue->place.line);
	text_put(text, "}}}");
}

static void put_finding(struct text *text, const struct report *report,
			const struct finding *finding)
{
	const struct name *object = finding->fact->key.object;
	struct issue issue = {
		.check = verb_name((enum audit_verb)finding->fact->key.verb),
		.severity = finding->judgement.decision == POLICY_DENY
				? "critical"
				: "minor",
		.place = { object->text, object->length, 1 },
	};

	if (!report_fingerprint(finding, &issue.fingerprint)) {
		text->failed = true;
		return;
	}
	report_place(report, finding, &issue.place);
	report_put_deed(&issue.words, finding);
	text_put(&issue.words, ": ");
	report_put_story(&issue.words, finding, false);
	put_issue(text, &issue);
	text_done(&issue.words);
}

/* What is the same in two runs is no news to who compares them. */
static void put_verdict(struct text *text, const struct report *report,
			unsigned left_out)
{
	const struct verdict *verdict = report->verdict;
	const char *place = report->policy ? report->policy : report->trace;
	struct issue issue = {
		.check = verdict->is_complete ? "verdict" : "incomplete",
		.severity = verdict->is_complete ? "info" : "major",
		.place = { place, strlen(place), 1 },
	};

	text_format(&issue.words, "%s; ", verdict_text(verdict));
	report_put_completeness(&issue.words, verdict);
	if (left_out)
		text_format(&issue.words, "; %u more issues are not told",
			    left_out);
	if (!issue.words.failed)
		issue.fingerprint = digest_of(issue.words.data,
					      issue.words.length);
	put_issue(text, &issue);
	text_done(&issue.words);
}

void report_gitlab(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	unsigned told = 0, left_out = 0;

	text_char(text, '[');
	for (unsigned i = 0; i < verdict->count; i++) {
		const struct finding *finding = &verdict->findings[i];

		if (finding->judgement.decision == POLICY_ALLOW)
			continue;
		if (told == REPORT_RESULTS_MAX) {
			left_out++;
			continue;
		}
		put_finding(text, report, finding);
		told++;
	}
	put_verdict(text, report, left_out);
	text_put(text, "]\n");
}
