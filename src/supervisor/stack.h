/*
 * Who called whom: `stack` records behind the calls and signals that they were
 * asked for, and `mapping` records before the first stack that needs them.
 */
#ifndef SUPERVISOR_STACK_H
#define SUPERVISOR_STACK_H

#include <stdbool.h>

struct process;
struct supervisor;
struct sysdesc_row;
struct task;

/* Whether a call may change what is mapped: then it must stop, at its end too,
 * for what is remembered of maps to hold. */
bool stack_is_on_maps(const struct sysdesc_row *row);

/* The thread is at the entry of a call that was just recorded. */
void stack_at_call(struct supervisor *supervisor, struct task *task);

/* A signal was just recorded: the thread is where it was interrupted; or at the
 * first instruction of the handler (is_inside), and the stack is that of whom
 * it interrupted. */
void stack_at_signal(struct supervisor *supervisor, struct task *task,
		     int signal_number, bool is_inside);

/* The call of the thread has ended, and may have changed maps: one that failed,
 * too. */
void stack_at_exit(struct task *task);

/* What the process had mapped is gone: it executes another program, or ends. */
void stack_forget(struct process *process);

/* What is said of the process begins anew. */
void stack_untell(struct process *process);

void stack_close(struct supervisor *supervisor);

#endif
