/*
 * CSW, FAULT and FAULTEND: what perf events tell of the threads that are
 * recorded. Events wait in rings and are written before the next record that a
 * stop makes, with the time and CPU that they had.
 */
#ifndef SUPERVISOR_SAMPLING_H
#define SUPERVISOR_SAMPLING_H

#include <stdbool.h>
#include <stdint.h>

struct collect;
struct process;
struct supervisor;
struct task;

/* Of a thread. */
struct task_sampling {
	uint8_t followed; /* bit n: it has events of enum perf_kind n */
	/* It sleeps, and what for decides how that is written. */
	bool is_out;
	bool is_checked;    /* wmesg was still true after it was read */
	bool was_preempted; /* when it stopped running last */
	uint64_t out_ns;
	int out_cpu;
	char wmesg[8];
	/* A fault whose end is not known yet. */
	bool has_fault;
	uint64_t fault_ns;
	uint64_t fault_address;
	int fault_cpu;
};

struct sampling; /* NULL: nobody wants any */

/* The process is recorded by other facilities than before. */
void sampling_review(struct supervisor *supervisor, struct process *process);

/* A thread was made by another: perf events are inherited. */
void sampling_born(const struct task *parent, struct task *child);

/* Writes what there is by now. Those in collect (NULL: nobody) are stopped. */
void sampling_drain(struct supervisor *supervisor,
		    const struct collect *collect);

/* The thread has ended: nothing more comes of it. signal_number: what killed
 * it, or 0. */
void sampling_end(struct supervisor *supervisor, struct task *task,
		  int signal_number);

void sampling_close(struct supervisor *supervisor);

#endif
