/*
 * Whether a descriptor still leads to what a call has opened: the threads of a
 * process share them, and may close one before anybody could look.
 */
#ifndef SUPERVISOR_OPENED_H
#define SUPERVISOR_OPENED_H

#include <stdbool.h>

struct supervisor;
struct task;

/* A call begins, and ends: it may close descriptors. */
void opened_at_entry(struct task *task);
void opened_at_exit(struct task *task);

/* At the end of a call that gave a descriptor: nobody can have closed it since.
 */
bool opened_is_ours(const struct supervisor *supervisor,
		    const struct task *task);

#endif
