/* What is not allowed -> HTML. */
#ifndef KAUDIT_REPORT_FINDINGS_H
#define KAUDIT_REPORT_FINDINGS_H

struct report;
struct text;

/* Findings that are told in full; all of them stand in the tables. */
#define REPORT_FINDINGS_MAX 500u

void report_findings_put(struct text *text, const struct report *report);

#endif
