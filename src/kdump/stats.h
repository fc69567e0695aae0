/*
 * Sums of calls: how many there were, how many failed, how long they took; by
 * system call and by process. Memory does not grow with the trace but with how
 * many different ones there are.
 */
#ifndef KDUMP_STATS_H
#define KDUMP_STATS_H

struct call;
struct options;
struct stats;
struct text;

/* 0 or -ENOMEM. */
int stats_open(struct stats **ret);
void stats_close(struct stats *stats); /* NULL is fine */

/* A call that has returned, or never will. 0 or -ENOMEM. */
int stats_add(struct stats *stats, const struct call *call);

/* Two tables, the calls that took longest first; or an object for each. */
void stats_put(struct text *text, const struct options *options,
	       struct stats *stats);

#endif
