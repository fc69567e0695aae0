/*
 * One file that a browser shows: report.html with its blanks filled in. The
 * verdict and the findings are text; all else report.js makes of report_data.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit/audit.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/digest.h"
#include "kaudit/report.h"
#include "kaudit/report_data.h"
#include "kaudit/report_findings.h"
#include "kaudit/report_page.h"
#include "kaudit/verdict.h"

typedef void putting(struct text *text, const struct report *report);

/* ---- the head ---- */

/* What is inline runs only if it is what we wrote. */
static void put_source(struct text *text, const char *data, size_t length)
{
	struct digest digest = digest_of(data, length);

	text_put(text, "'sha256-");
	text_base64(text, digest.bytes, sizeof(digest.bytes));
	text_put(text, "'");
}

static void put_security(struct text *text, const struct report *report)
{
	(void)report;
	text_put(text, "default-src 'none'; style-src ");
	put_source(text, report_page_css, report_page_css_length);
	text_put(text, "; script-src ");
	put_source(text, report_page_js, report_page_js_length);
	text_put(text, "; base-uri 'none'; form-action 'none'");
}

static void put_style(struct text *text, const struct report *report)
{
	(void)report;
	text_bytes(text, report_page_css, report_page_css_length);
}

static void put_script(struct text *text, const struct report *report)
{
	(void)report;
	text_bytes(text, report_page_js, report_page_js_length);
}

static void put_title(struct text *text, const struct report *report)
{
	text_put(text, verdict_text(report->verdict));
}

/* ---- the verdict ---- */

/* As people who never saw the tool understand it. */
static const struct tone {
	const char *class, *title, *meaning;
} tones[] = {
	{ "bad", "Violates the policy",
	  "Things were done, or tried, that the policy forbids." },
	{ "unknown", "Cannot be judged",
	  "Nothing forbidden was seen, but not everything was: the record has "
	  "gaps, so nobody can say that the job complied." },
	{ "warn", "Complies, with warnings",
	  "Nothing forbidden was done. Some of it the policy wants you to look "
	  "at." },
	{ "good", "Complies",
	  "All that the job did is allowed, and all that it did is known." },
};

static const struct tone *tone_of(const struct report *report)
{
	const struct verdict *verdict = report->verdict;

	if (verdict->violations)
		return &tones[0];
	if (!verdict->is_complete)
		return &tones[1];
	return &tones[verdict->warnings ? 2 : 3];
}

static void put_tone(struct text *text, const struct report *report)
{
	text_put(text, tone_of(report)->class);
}

static void put_verdict(struct text *text, const struct report *report)
{
	text_put(text, tone_of(report)->title);
}

static void put_meaning(struct text *text, const struct report *report)
{
	text_put(text, tone_of(report)->meaning);
}

static void put_command(struct text *text, const struct report *report)
{
	const struct text *command = &report->verdict->audit->whole.command;

	report_data_markup(text, command->data, command->length);
}

static void put_figure(struct text *text, const char *term, const char *class,
		       const char *value)
{
	text_format(text, "<div><dt>%s</dt><dd%s>%s</dd></div>", term, class,
		    value);
}

static void put_count(struct text *text, const char *term, uint64_t count)
{
	char value[24];

	snprintf(value, sizeof(value), "%" PRIu64, count);
	put_figure(text, term, "", value);
}

static void put_figures(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const struct audit *audit = verdict->audit;
	time_t begin = (time_t)(audit->first_ns / 1000000000);
	char value[48];
	struct tm tm;

	put_count(text, "Violations", verdict->violations);
	put_count(text, "Warnings", verdict->warnings);
	put_count(text, "Processes", audit->ended);
	snprintf(value, sizeof(value), "%.2f s",
		 (double)(audit->last_ns - audit->first_ns) / 1e9);
	put_figure(text, "Took", "", value);
	if (gmtime_r(&begin, &tm) &&
	    strftime(value, sizeof(value), "%F %R", &tm))
		put_figure(text, "Began (UTC)", " class=\"small\"", value);
}

/* ---- what is not known ---- */

static void put_gap(struct text *text, const struct gap *gap)
{
	text_put(text, "<li>");
	report_data_markup(text, gap->what.data, gap->what.length);
	text_format(text, " <span class=\"times\">%" PRIu64 "&#215;",
		    gap->count);
	if (gap->pid) {
		text_format(text, ", first in process %d ", gap->pid);
		report_data_markup(text, gap->comm, strlen(gap->comm));
	}
	text_put(text, "</span></li>\n");
}

static void put_completeness(struct text *text, const struct report *report)
{
	const struct gaps *gaps = &report->verdict->audit->gaps;

	if (!gaps->count) {
		text_format(text,
			    "<p class=\"state\"><span class=\"pill allow\">"
			    "Complete</span> The record holds all that the "
			    "job did, from its start to its end%s.</p>",
			    report->verdict->audit->lacks_looks
				? ", but not what it only looked at"
				: "");
		return;
	}
	text_put(text, "<p class=\"state\"><span class=\"pill warned\">"
		       "Not complete</span> Some of what the job did is not "
		       "known, or not for sure:</p>\n<ul class=\"gaps\">\n");
	for (unsigned i = 0; i < gaps->count; i++)
		put_gap(text, &gaps->items[i]);
	text_put(text, "</ul>");
}

/* ---- the rest ---- */

static const struct {
	const char *word, *meaning;
} proofs[] = {
	{ "kernel", "the kernel itself named it" },
	{ "proven", "the program named it, and nothing could have changed that "
		    "name meanwhile" },
	{ "raced", "it could have been exchanged meanwhile: counts as a gap" },
	{ "unproven", "the name could have been changed meanwhile: counts as a "
		      "gap" },
};

static void put_words(struct text *text, const struct report *report)
{
	(void)report;
	for (unsigned verb = 0; verb < VERB_COUNT; verb++)
		text_format(text, "<dt>%s</dt><dd>%s</dd>\n",
			    verb_name((enum audit_verb)verb),
			    verb_help((enum audit_verb)verb));
}

static void put_proofs(struct text *text, const struct report *report)
{
	(void)report;
	for (size_t i = 0; i < ARRAY_LEN(proofs); i++)
		text_format(text, "<dt>%s</dt><dd>%s</dd>\n", proofs[i].word,
			    proofs[i].meaning);
}

static void put_version(struct text *text, const struct report *report)
{
	(void)report;
	text_put(text, KTRACE_U_VERSION);
}

static void put_trace(struct text *text, const struct report *report)
{
	report_data_markup(text, report->trace, strlen(report->trace));
}

/* ---- the page ---- */

/* Blanks of report.html. */
static const struct {
	const char *name;
	putting *put;
} blanks[] = {
	{ "@SECURITY@", put_security },
	{ "@TITLE@", put_title },
	{ "@STYLE@", put_style },
	{ "@TONE@", put_tone },
	{ "@VERDICT@", put_verdict },
	{ "@MEANING@", put_meaning },
	{ "@COMMAND@", put_command },
	{ "@FIGURES@", put_figures },
	{ "@COMPLETENESS@", put_completeness },
	{ "@FINDINGS@", report_findings_put },
	{ "@WORDS@", put_words },
	{ "@PROOFS@", put_proofs },
	{ "@VERSION@", put_version },
	{ "@TRACE@", put_trace },
	{ "@DATA@", report_data_put },
	{ "@SCRIPT@", put_script },
};

/* How long the blank here is; 0: there is none. */
static size_t fill(struct text *text, const struct report *report,
		   const char *at, size_t left)
{
	for (size_t i = 0; i < ARRAY_LEN(blanks); i++) {
		size_t length = strlen(blanks[i].name);

		if (length > left || memcmp(at, blanks[i].name, length) != 0)
			continue;
		blanks[i].put(text, report);
		return length;
	}
	return 0;
}

void report_html(struct text *text, const struct report *report)
{
	const char *end = report_page_html + report_page_html_length;

	for (const char *at = report_page_html; at < end;) {
		const char *next = memchr(at, '@', (size_t)(end - at));
		size_t filled;

		text_bytes(text, at, (size_t)((next ? next : end) - at));
		if (!next)
			return;
		filled = fill(text, report, next, (size_t)(end - next));
		if (!filled)
			text_char(text, '@');
		at = next + (filled ? filled : 1);
	}
}
