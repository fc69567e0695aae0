/*
 * CLONE_UNTRACED: the kernel would not tell of such a child, which would run on
 * alone, under a filter that nobody answers. So the call is made without; and
 * when it was made, parent and child have the flag again where they had it.
 */
#ifndef SUPERVISOR_UNTRACED_H
#define SUPERVISOR_UNTRACED_H

#include <stdbool.h>
#include <stdint.h>

struct task;

/* Where the flag was taken from. */
struct task_untraced {
	bool is_taken;
	bool is_inherited; /* by a child that has not stopped yet */
	uint64_t place;    /* in memory; 0: an argument's register */
	uint64_t flags;    /* as the program gave them */
};

/* At the entry of a call, when it has been recorded. */
void untraced_at_entry(struct task *task);

/* The child was made, and has not run yet: it gets back what it inherited. */
void untraced_at_birth(struct task *parent, struct task *child);

/* At the end of the call in the parent; at the first stop of the child. */
void untraced_put_back(struct task *task);

#endif
