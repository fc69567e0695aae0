/*
 * A verdict -> what people and programs read. Whatever names a trace holds, no
 * byte of theirs means anything to a terminal, a browser or a parser.
 */
#ifndef KAUDIT_REPORT_H
#define KAUDIT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

struct data_style;
struct digest;
struct fact;
struct finding;
struct hashes;
struct image;
struct name;
struct text;
struct verdict;

/* Most bytes of Markdown: what a job's summary may have, and some room. */
#define REPORT_MARKDOWN_MAX ((size_t)1000 << 10)
/* Results of SARIF, and of GitLab: what who reads them takes. */
#define REPORT_RESULTS_MAX 25000u

struct report {
	const struct verdict *verdict;
	const struct data_style *style; /* of a terminal */
	const char *trace;              /* its name */
	const struct digest *digest;    /* and its own; NULL: not known */
	const char *policy;             /* a file; NULL: what is built in */
	bool is_live; /* it is made where the job ran, just now */
	const struct hashes *hashes; /* NULL: nothing was hashed */
	bool is_short; /* what is not allowed, and what is missing, alone */
};

/* Writes one document. Where memory runs out, text->failed. */
typedef void report_put(struct text *text, const struct report *report);

struct report_form {
	const char *name;
	report_put *put;
	const char *help;
	bool is_whole; /* it tells all, or has no room for it: never short */
	bool wants_digest; /* of the trace */
};

/* What is printed unless something else is asked for. */
#define REPORT_DEFAULT "text"

/* NULL: none is called so. */
const struct report_form *report_find(const char *name, size_t length);
/* Names and what they are, a line each. */
void report_help(struct text *text);

report_put report_text, report_json, report_html, report_sarif, report_junit,
    report_gitlab, report_intoto;
/* The verdict first, details folded; cut to REPORT_MARKDOWN_MAX. */
report_put report_markdown;

/* ---- what several of them say ---- */

/* "ok", "ENOENT", "in progress", "no return" */
void report_put_outcome(struct text *text, const struct fact *fact);

/* Programs that stand behind who did it, nearest first: visits each exe that
 * differs from the one before, at most REPORT_CHAIN_MAX. */
#define REPORT_CHAIN_MAX 32u
typedef void report_visit(void *context, const struct name *exe);
void report_chain(const struct fact *fact, report_visit *visit, void *context);

/*
 * Adds a report whose "##" is "#" and `hash` instead: where CI jobs run, a line
 * with "##[...]" or "##vso[...]" in it is an order, whoever printed it, and
 * names are made up by those who are judged.
 */
void report_put_calm(struct text *text, const struct text *report,
		     const char *hash);
/* For people, in UTF-8: "read /etc/shadow", with its other name; and who did
 * that with which outcome, on one line or (lines) on several. */
void report_put_deed(struct text *text, const struct finding *finding);
void report_put_story(struct text *text, const struct finding *finding,
		      bool lines);
/* "the trace holds all that was done", or how many things are not known. */
void report_put_completeness(struct text *text, const struct verdict *verdict);

/* Members of a document: what is not known; each process, as kaudit-u(1), JSON,
 * has them. */
struct audit;
struct gaps;
void report_json_gaps(struct text *text, const char *member,
		      const struct gaps *gaps);
void report_json_images(struct text *text, const char *member,
			const struct audit *audit);

/* What stays the same from run to run of a finding. False: there is no memory.
 */
bool report_fingerprint(const struct finding *finding, struct digest *ret);

/*
 * Where a person would change something about a finding: the line of the
 * policy, else the policy; else the file it is about, as seen from where the
 * job started; else false.
 */
struct report_place {
	const char *path;
	size_t length;
	unsigned line; /* 1 for the whole */
};
bool report_place(const struct report *report, const struct finding *finding,
		  struct report_place *ret);

#endif
