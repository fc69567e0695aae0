/*
 * `kaudit-u diff`: two traces -> what differs between what was done in them.
 */
#ifndef KAUDIT_DIFF_H
#define KAUDIT_DIFF_H

struct data_style;
struct kaudit_options;
struct text;

/* The exit status, of those in verdict.h; VERDICT_FAILED: with one line in
 * *error. */
int diff_files(struct text *text, const struct kaudit_options *options,
	       const struct data_style *style, struct text *error);

#endif
