/*
 * What calls do to the processes that make them, as far as the recorder must
 * know it: the table's `effect` column, interpreted.
 */
#ifndef SUPERVISOR_EFFECT_H
#define SUPERVISOR_EFFECT_H

struct process;
struct supervisor;
struct task;

/* Before the kernel does it: keeps children from slipping away. */
void effect_at_entry(struct supervisor *supervisor, struct task *task);
/* After it succeeded: task->call holds the result. */
void effect_at_exit(struct supervisor *supervisor, struct task *task);

/* After it failed. */
void effect_at_failure(struct supervisor *supervisor, struct task *task);

/* The call that the task is in made a new process: what the two share beyond a
 * fork is no longer remembered of either. */
void effect_share(struct task *task, struct process *child);

#endif
