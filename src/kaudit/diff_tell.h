/*
 * What differs between two audits, as text or as JSON.
 */
#ifndef KAUDIT_DIFF_TELL_H
#define KAUDIT_DIFF_TELL_H

struct audit;
struct data_style;
struct difference;
struct text;

struct diff_told {
	const struct difference *difference;
	const struct audit *const *audits; /* two, and */
	char *const *names;                /* their files */
	const struct data_style *style;
};

void diff_tell_text(struct text *text, const struct diff_told *told);
/* One document. */
void diff_tell_json(struct text *text, const struct diff_told *told);

#endif
