/*
 * Requests to processes that nobody recorded: what they did when they were
 * asked is in no trace of the job.
 */
#ifndef AUDIT_OUTSIDE_H
#define AUDIT_OUTSIDE_H

struct facts;
struct names;

/* Marks the facts that are such, and returns how many: what was connected to,
 * or sent to, on this machine, where nobody in the trace had bound a socket of
 * that protocol. names: those of the facts. */
unsigned outside_mark(struct facts *facts, const struct names *names);

#endif
