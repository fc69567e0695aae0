/*
 * To whom of a process signals are addressed. Also one that the process ignores
 * is queued while the thread that it is addressed to is traced; if that one is
 * stopped it wakes any other, traced or not, and ends a call of its that knows
 * no restart. So it does no harm where such threads are the last to be seized,
 * and the first to be let go.
 */
#ifndef SUPERVISOR_ADDRESSEE_H
#define SUPERVISOR_ADDRESSEE_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether signals to the process may be addressed to this thread of it. */
bool addressee_may_be(pid_t pid, pid_t tid);

#endif
