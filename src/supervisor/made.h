/*
 * Whether a file was made by the call that opened it: by the time of its birth,
 * which file systems take from the clock's last tick. One that somebody who is
 * not recorded made since that tick is taken for made by it.
 */
#ifndef SUPERVISOR_MADE_H
#define SUPERVISOR_MADE_H

#include <stdbool.h>

#include "base/proc.h"

struct task;

/* Of a supervisor, zero at first: those that were made last. */
#define MADE_LAST 128u
struct made {
	struct proc_birth last[MADE_LAST];
	unsigned next;
};

void made_at_entry(struct task *task);

/* At the exit of one that succeeded; link: "fd/N" of what it opened. False,
 * too, where the file system does not tell. */
bool made_by_call(struct made *made, const struct task *task, const char *link);

#endif
