/*
 * What a trace is about, and what it does not hold: what was recorded, when,
 * how many processes and records, what could not be seen, what was lost, and
 * whether it is whole. Memory is bounded.
 */
#ifndef KDUMP_SUMMARY_H
#define KDUMP_SUMMARY_H

struct options;
struct record;
struct summary;
struct text;

/* Different things that could not be seen; those beyond are counted as one. */
#define SUMMARY_GAPS_MAX 512u

/* 0 or -ENOMEM. */
int summary_open(struct summary **ret);
void summary_close(struct summary *summary); /* NULL is fine */

/* 0 or -ENOMEM. */
int summary_add(struct summary *summary, const struct record *record);

/* Lines for people, or one object. */
void summary_put(struct text *text, const struct options *options,
		 const struct summary *summary);

#endif
