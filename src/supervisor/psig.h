/*
 * Signals on their way to a traced thread: the PSIG record, and what the kernel
 * must be told so that the program does not notice that we looked.
 */
#ifndef SUPERVISOR_PSIG_H
#define SUPERVISOR_PSIG_H

#include <stdbool.h>
#include <stdint.h>

struct process;
struct supervisor;
struct task;

/* How the thread goes on from a signal-delivery-stop. */
struct psig_answer {
	int signal; /* to be delivered; 0: none */
	bool step;  /* up to the handler's first instruction */
};

struct psig_answer psig_deliver(struct supervisor *supervisor,
				struct task *task, int signal_number);

/* A process begins: what it ignores is all that it has of dispositions. */
void psig_start(struct supervisor *supervisor, struct process *process);
/* It executes another program: handlers are gone, what is ignored stays. */
void psig_exec(struct process *process);
/* It was forked: it has its parent's. */
void psig_fork(struct process *child, const struct process *parent);

/* The process was killed by a signal that no stop announced (SIGKILL, or one
 * that the kernel forced): writes its PSIG if none was. */
void psig_killed(struct supervisor *supervisor, struct task *task,
		 int signal_number);

#endif
