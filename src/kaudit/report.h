/*
 * A verdict -> what people and programs read. Whatever names a trace holds, no
 * byte of theirs means anything to a terminal, a browser or a parser.
 */
#ifndef KAUDIT_REPORT_H
#define KAUDIT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

struct data_style;
struct fact;
struct text;
struct verdict;

/* Most bytes of Markdown: what a job's summary may have, and some room. */
#define REPORT_MARKDOWN_MAX ((size_t)1000 << 10)

struct report {
	const struct verdict *verdict;
	const struct data_style *style;
	bool is_short; /* what is not allowed, and what is missing, alone */
};

void report_text(struct text *text, const struct report *report);
/* One document. */
void report_json(struct text *text, const struct report *report);
/* The verdict first, details folded; cut to REPORT_MARKDOWN_MAX. */
void report_markdown(struct text *text, const struct report *report);

/* "ok", "ENOENT", "in progress", "no return" */
void report_put_outcome(struct text *text, const struct fact *fact);

/* Programs that stand behind who did it, nearest first: visits each exe that
 * differs from the one before, at most REPORT_CHAIN_MAX. */
#define REPORT_CHAIN_MAX 32u
struct name;
typedef void report_visit(void *context, const struct name *exe);
void report_chain(const struct fact *fact, report_visit *visit, void *context);

/*
 * Adds a report whose "##" is "#" and `hash` instead: where CI jobs run, a line
 * with "##[...]" or "##vso[...]" in it is an order, whoever printed it, and
 * names are made up by those who are judged.
 */
void report_put_calm(struct text *text, const struct text *report,
		     const char *hash);

#endif
