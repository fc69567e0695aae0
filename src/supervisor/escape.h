/*
 * What escapes a recorder that sees stops: `coverage` records say so, once for
 * each process and kind.
 */
#ifndef SUPERVISOR_ESCAPE_H
#define SUPERVISOR_ESCAPE_H

#include <stdbool.h>

struct supervisor;
struct sysdesc_row;
struct task;

/* Whether such a call must be seen, whatever is wanted. */
bool escape_is_by(const struct sysdesc_row *row);

/* At the entry: refuses what is not to escape. */
void escape_at_entry(struct task *task);

/* After the call succeeded. */
void escape_at_exit(struct supervisor *supervisor, struct task *task);

/* After it failed. */
void escape_at_failure(struct task *task);

/* It has rings already. */
void escape_by_rings(struct task *task);

/* The thread has made another, or a process, and stops to tell of it. */
void escape_at_birth(struct task *task);

/* A call by which threads make others has succeeded: whoever was made must have
 * been told of by then. */
void escape_at_spawned(struct task *task);

#endif
