/*
 * Memory that a call is given, where what it is given counts: who writes a file
 * changes what is in all memory to which it is mapped, also where that is not
 * shared, while the kernel reads it there. Such a page is made the process's
 * own before it is recorded, and looked at again at the end of the call. Must
 * not judge who could have changed it: those who share all memory are
 * still.h's.
 */
#ifndef SUPERVISOR_GIVEN_H
#define SUPERVISOR_GIVEN_H

#include <stdbool.h>
#include <stdint.h>

struct capture_memory;
struct process;
struct supervisor;
struct task;

/* As many of a call are looked at again; of more, those of files are doubted.
 */
#define GIVEN_PAGES 8

struct given {
	bool is_wanted;
	bool is_common; /* somebody else may change some of it */
	unsigned count;
	uint64_t pages[GIVEN_PAGES];
};

/* Before anything is read of what the call was given. Nothing without
 * --resolve, or where the kernel is asked about all that the call says. */
void given_at_entry(const struct supervisor *supervisor, struct task *task);

/* Of a call that was met when it had begun nothing is said. */
void given_at_none(struct task *task);

/* What capture reads a thread's memory through, of such a call. */
struct capture_memory given_memory(struct task *task);

/* At the end of a call that was recorded: writes a `given` record where
 * somebody else may have changed what it was given. */
void given_at_exit(struct task *task);

/* The process has other memory from here on, or none. */
void given_forget(struct process *process);

#endif
