/*
 * Processes that were let go so that an exec gives them privilege
 * (privilege.h): seized again when it failed, or gave them none; given up when
 * they are not ours to look into any more.
 */
#ifndef SUPERVISOR_AWAY_H
#define SUPERVISOR_AWAY_H

#include <stdbool.h>
#include <sys/types.h>

struct supervisor;
struct task;

/*
 * The thread is about to be let go with its process, at the entry of an exec.
 * False where it could not be told later what became of it; else the process is
 * away: nothing is recorded of it, and what is set stays set.
 */
bool away_remember(struct supervisor *supervisor, const struct task *task);

/* A process begins under this number: if one that is away had it, that one has
 * ended. */
void away_replace(struct supervisor *supervisor, pid_t pid);

/* There are some of whom it is not known yet. */
bool away_is_pending(const struct supervisor *supervisor);

/* Looks after those. alone: there is nobody else, so that it may take the time
 * until somebody is due. */
void away_tick(struct supervisor *supervisor, bool alone);

/* The thread is the first of a process to stop after that was seized. */
void away_met(struct task *task);

void away_close(struct supervisor *supervisor);

#endif
