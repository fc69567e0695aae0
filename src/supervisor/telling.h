/*
 * What tells a program where its threads may run. Whoever is held has less than
 * it should (follow.h), so it is let go before any thread could be told.
 */
#ifndef SUPERVISOR_TELLING_H
#define SUPERVISOR_TELLING_H

#include <stddef.h>

struct process;
struct supervisor;
struct task;

/* The thread enters task->call: nobody is held while it is in one that shows
 * affinities, hands them on, or changes who may set them. */
void telling_at_entry(struct supervisor *supervisor, struct task *task);

/* The call names such a path. */
void telling_at_path(struct task *task, const char *path, size_t length);

/* The call has returned, and task->call holds the result: it may have opened
 * what shows affinities. */
void telling_at_exit(struct supervisor *supervisor, struct task *task);

/* The thread is in no call any more, however it came out. */
void telling_end(struct supervisor *supervisor, struct task *task);

/* What shows affinities may be opened, or may have been, and nobody sees it:
 * from now on nobody is held. */
void telling_unseen(struct supervisor *supervisor);

/* A new process has open what its parent has. */
void telling_inherit(struct supervisor *supervisor, struct process *child,
		     const struct process *parent);
/* The process is gone. */
void telling_leave(struct supervisor *supervisor, struct process *process);

#endif
