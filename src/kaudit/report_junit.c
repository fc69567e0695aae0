/*
 * JUnit's XML: a test case for each line of the policy that denies or warns,
 * one for its default, one for the trace. The body of a failure is what people
 * read; XML knows no control characters, and names have none when they are
 * shown.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/audit.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/markup.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

/* Findings that are told of a line. */
#define BODY_MAX 200u

/* A test case: findings that one line judges. */
struct lot {
	const struct finding *const *findings;
	unsigned count;
};

static const struct data_style shown = { .width = 80, .utf8 = true };

/* Those without a line are last. */
static int compare(const void *one, const void *other)
{
	const struct finding *this = *(const struct finding *const *)one;
	const struct finding *that = *(const struct finding *const *)other;
	uintptr_t of_this = (uintptr_t)this->judgement.rule - 1;
	uintptr_t of_that = (uintptr_t)that->judgement.rule - 1;

	if (of_this != of_that)
		return of_this < of_that ? -1 : 1;
	return (this > that) - (this < that);
}

/* What is not allowed, by line. NULL: no memory. */
static const struct finding **sort(const struct verdict *verdict,
				   unsigned *ret_count)
{
	const struct finding **sorted =
	    calloc((size_t)verdict->violations + verdict->warnings + 1,
		   sizeof(const struct finding *));
	unsigned count = 0;

	if (!sorted)
		return NULL;
	for (unsigned i = 0; i < verdict->count; i++)
		if (verdict->findings[i].judgement.decision != POLICY_ALLOW)
			sorted[count++] = &verdict->findings[i];
	qsort(sorted, count, sizeof(const struct finding *), compare);
	*ret_count = count;
	return sorted;
}

/* ---- names of test cases ---- */

static void put_verbs(struct text *text, uint32_t verbs)
{
	const char *before = " ";

	if (verbs == VERB_ALL) {
		text_put(text, " *");
		return;
	}
	for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
		if (!(verbs & VERB_BIT(verb)))
			continue;
		text_put(text, before);
		text_put(text, verb_name((enum audit_verb)verb));
		before = ",";
	}
}

static void put_rule(struct text *text, const struct policy_rule *rule)
{
	data_escape(text, rule->file, strlen(rule->file), &shown);
	text_format(text, ":%u: %s", rule->line,
		    policy_decision_name(rule->decision));
	put_verbs(text, rule->verbs);
	for (unsigned i = 0; i < rule->object.count; i++) {
		text_char(text, ' ');
		data_escape(text, rule->object.items[i].text,
			    rule->object.items[i].length, &shown);
	}
}

/* ---- test cases ---- */

static void open_case(struct text *text, const char *class,
		      const struct text *name)
{
	text_put(text, "    <testcase classname=\"");
	text_put(text, class);
	text_put(text, "\" name=\"");
	markup_put(text, name->data, name->length);
	text_put(text, "\" time=\"0\">\n");
}

static void put_body(struct text *text, const struct lot *lot)
{
	for (unsigned i = 0; i < MIN(lot->count, BODY_MAX); i++) {
		_cleanup_(text_done) struct text words = TEXT_INIT;

		report_put_deed(&words, lot->findings[i]);
		text_char(&words, '\n');
		report_put_story(&words, lot->findings[i], true);
		text_put(&words, "\n\n");
		markup_put(text, words.data, words.length);
		text->failed |= words.failed;
	}
	if (lot->count > BODY_MAX)
		text_format(text, "and %u more\n", lot->count - BODY_MAX);
}

static void put_outcome(struct text *text, const struct lot *lot)
{
	bool is_denied;

	if (!lot->count)
		return;
	is_denied = lot->findings[0]->judgement.decision == POLICY_DENY;
	text_format(text,
		    is_denied ? "      <failure type=\"violation\" "
				"message=\"%u violations\">"
			      : "      <system-out>%u warnings\n",
		    lot->count);
	put_body(text, lot);
	text_put(text, is_denied ? "</failure>\n" : "</system-out>\n");
}

static void put_line(struct text *text, const struct policy_rule *rule,
		     const struct lot *lot)
{
	_cleanup_(text_done) struct text name = TEXT_INIT;

	if (rule)
		put_rule(&name, rule);
	else
		text_put(&name, "the default");
	open_case(text, "kaudit-u.policy", &name);
	put_outcome(text, lot);
	text_put(text, "    </testcase>\n");
	text->failed |= name.failed;
}

static void put_trace(struct text *text, const struct verdict *verdict)
{
	const struct gaps *gaps = &verdict->audit->gaps;
	_cleanup_(text_done) struct text words = TEXT_INIT;

	text_put(text, "    <testcase classname=\"kaudit-u.trace\" "
		       "name=\"the trace holds all that was done\" "
		       "time=\"0\">\n");
	if (gaps->count)
		text_put(text, "      <error type=\"incomplete\" "
			       "message=\"not all is known\">");
	for (unsigned i = 0; i < gaps->count; i++) {
		text_format(&words,
			    "%llu: ", (unsigned long long)gaps->items[i].count);
		data_escape(&words, gaps->items[i].what.data,
			    gaps->items[i].what.length, &shown);
		text_char(&words, '\n');
	}
	markup_put(text, words.data, words.length);
	text_put(text, gaps->count ? "</error>\n" : "");
	text_put(text, "    </testcase>\n");
	text->failed |= words.failed;
}

/* ---- the suite ---- */

/* How many of them are told: each line that may fail, and the default. */
static unsigned count_cases(const struct policy *policy)
{
	unsigned count = 1;

	for (unsigned i = 0; i < policy->count; i++)
		count += policy->rules[i].decision != POLICY_ALLOW;
	return count;
}

static unsigned count_failures(const struct finding *const *sorted,
			       unsigned count)
{
	const struct policy_rule *last = NULL;
	unsigned failures = 0;
	bool any = false;

	for (unsigned i = 0; i < count; i++) {
		const struct policy_rule *rule = sorted[i]->judgement.rule;

		if (sorted[i]->judgement.decision != POLICY_DENY ||
		    (any && rule == last))
			continue;
		failures++;
		last = rule;
		any = true;
	}
	return failures;
}

static void put_lines(struct text *text, const struct policy *policy,
		      const struct finding *const *sorted, unsigned count)
{
	unsigned at = 0;

	for (unsigned i = 0; i <= policy->count; i++) {
		const struct policy_rule *rule = i < policy->count
						     ? &policy->rules[i]
						     : NULL;
		struct lot lot = { sorted + at, 0 };

		while (at < count && sorted[at]->judgement.rule == rule) {
			lot.count++;
			at++;
		}
		if (!rule || rule->decision != POLICY_ALLOW)
			put_line(text, rule, &lot);
	}
}

static void put_suite(struct text *text, const struct verdict *verdict,
		      const struct finding *const *sorted, unsigned count)
{
	const struct audit *audit = verdict->audit;
	time_t begin = (time_t)(audit->first_ns / 1000000000);
	char date[32] = "";
	struct tm tm;

	if (gmtime_r(&begin, &tm))
		strftime(date, sizeof(date), "%FT%T", &tm);
	text_format(text,
		    "  <testsuite name=\"kaudit-u\" tests=\"%u\" "
		    "failures=\"%u\" errors=\"%u\" skipped=\"0\" "
		    "time=\"%.3f\" timestamp=\"%s\">\n",
		    count_cases(verdict->policy) + 1,
		    count_failures(sorted, count), !verdict->is_complete,
		    (double)(audit->last_ns - audit->first_ns) / 1e9, date);
	text_format(text,
		    "    <properties>\n"
		    "      <property name=\"verdict\" value=\"%s\"/>\n"
		    "      <property name=\"completeness\" value=\"",
		    verdict_text(verdict));
	report_put_completeness(text, verdict);
	text_put(text, "\"/>\n    </properties>\n");
	put_trace(text, verdict);
	put_lines(text, verdict->policy, sorted, count);
	text_put(text, "  </testsuite>\n");
}

void report_junit(struct text *text, const struct report *report)
{
	unsigned count = 0;
	const struct finding **sorted = sort(report->verdict, &count);

	if (!sorted) {
		text->failed = true;
		return;
	}
	text_put(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		       "<testsuites name=\"kaudit-u\">\n");
	put_suite(text, report->verdict, sorted, count);
	text_put(text, "</testsuites>\n");
	free(sorted);
}
