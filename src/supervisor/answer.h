/*
 * What name servers answer: the one data that --answers wants, so that who
 * reads the trace knows hosts by their names.
 */
#ifndef SUPERVISOR_ANSWER_H
#define SUPERVISOR_ANSWER_H

#include <stdbool.h>

struct capture_policy;
struct select;
struct supervisor;
struct task;

/* Most bytes that are recorded of one. */
#define ANSWER_MAX 4096u

/* The calls that may bring one: those that only sockets are for. */
void answer_select(struct select *calls);

/* A call of a task returns: when it has brought one, has its data recorded,
 * until the task is told that it is over. */
void answer_at_exit(const struct supervisor *supervisor, struct task *task,
		    struct capture_policy *policy);
void answer_end(struct task *task);

#endif
