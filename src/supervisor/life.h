/*
 * The lives of processes and threads: birth, exec, end, and the records that
 * frame them.
 */
#ifndef SUPERVISOR_LIFE_H
#define SUPERVISOR_LIFE_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct stop;
struct supervisor;
struct process;
struct recording_change;
struct task;

/* The command, which was just seized, enters the table. 0 or -ENOMEM. */
int life_adopt_command(struct supervisor *supervisor,
		       const struct recording_change *change);

/* A process that runs already, of which nothing is known yet, and a thread that
 * was seized in it. NULL when memory is out. */
struct process *life_adopt_process(struct supervisor *supervisor, pid_t pid);
struct task *life_adopt_thread(struct supervisor *supervisor,
			       struct process *process, pid_t tid);

/* Recording begins with the command's first try to exec. */
void life_start_at_exec(struct supervisor *supervisor, struct task *task);

/*
 * The parent reports a new thread or process. It waits for
 * the child, or does not. The child may have stopped before that; *ret_newborn
 * is then its task, whose first stop is to be answered now.
 */
void life_born(struct supervisor *supervisor, struct task *parent, pid_t child,
	       bool waits, struct task **ret_newborn);

/* A thread stopped that nobody has told of yet: it is kept until then. */
void life_unclaimed(struct supervisor *supervisor, pid_t tid);

/* Its parent died before it could tell: /proc says whose it is. True when it
 * has found a process and its stop is to be answered. */
bool life_adopt(struct supervisor *supervisor, struct task *task);

/* At PTRACE_EVENT_EXEC. Returns the task under its new id. */
struct task *life_exec(struct supervisor *supervisor, pid_t tid);

/* At PTRACE_EVENT_EXIT. */
void life_exiting(struct supervisor *supervisor, struct task *task);

/* The thread is gone, or a zombie that nobody has reaped yet; usage is what
 * its process has used, NULL when it is not known. */
void life_end(struct supervisor *supervisor, struct task *task,
	      const struct stop *stop, const struct rusage *usage);

/* The thread is no longer traced, but lives on. With its last one a process is
 * forgotten, unless it is away. */
void life_leave(struct supervisor *supervisor, struct task *task);

#endif
