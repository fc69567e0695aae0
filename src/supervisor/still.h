/*
 * Calls during which nobody may change what they are about. Where a process
 * shares its memory or descriptors, those who could change them are stopped
 * from the entry of the call to its end; and of calls that change names, of all
 * that is traced, one is made after the other. So what such a call was given is
 * known, and the kernel can be asked behind it which directory a name was in.
 *
 * For a moment only: a call that takes longer goes on without, and nothing is
 * claimed of it. Must not answer stops.
 */
#ifndef SUPERVISOR_STILL_H
#define SUPERVISOR_STILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;
struct stop;
struct supervisor;
struct task;
struct tracee_syscall;

#define STILL_PATHS 2

/* What has to hold during a call. */
enum still_want {
	STILL_OTHERS = 1, /* who shares memory or descriptors stands still */
	STILL_NAMES = 2,  /* nobody changes names */
};

struct still {
	struct task *whose; /* call it is; NULL: of nobody */
	unsigned wants;     /* enum still_want */
	unsigned awaited;   /* who was asked to stop, and has not */
	bool is_broken;     /* somebody may have run */
	uint64_t deadline_ns;
	unsigned found_busy, found_asleep; /* when that was over */
	struct task *kept; /* stops that are put aside, by kept_next */
	struct task *turn; /* of which this one is answered now */
	unsigned loose;    /* calls that took too long, and are not over, */
	unsigned renaming; /* and of these, who may change names yet */
	bool has_alarm;
	struct still_path {
		unsigned arg;
		char *text; /* absolute; owned */
	} paths[STILL_PATHS];
	unsigned path_count;
};

void still_done(struct supervisor *supervisor);

/* What the call whose entry the thread is stopped at wants. */
unsigned still_wants(const struct task *task, const struct tracee_syscall *at);

/* A thread has stopped. True: that is put aside, and must not be answered; else
 * *stop is what is to be: it may have been killed meanwhile. */
bool still_keeps(struct supervisor *supervisor, struct task *task,
		 struct stop *stop);
/* The same, of a stop at the entry of a call. */
bool still_keeps_call(struct supervisor *supervisor, struct task *task,
		      const struct tracee_syscall *at);
/* A stop that was put aside and is to be answered now, or NULL. */
struct task *still_next(struct supervisor *supervisor, struct stop *ret);

/* The call of the thread was given a path: absolute, as far as that is told. */
void still_named(struct supervisor *supervisor, struct task *task, unsigned arg,
		 const char *path, size_t length);
/* At the end of the call: whether nobody could interfere with it. */
bool still_is_proof(const struct supervisor *supervisor,
		    const struct task *task);
/* The same of names. */
bool still_has_names(const struct supervisor *supervisor,
		     const struct task *task);
/* Writes what is known by that. */
void still_tell(struct supervisor *supervisor, struct task *task);
/* The call is over, whatever became of it. */
void still_end(struct supervisor *supervisor, struct task *task);

/* A process was made, by one that waits (vfork) or by any other. */
void still_born(struct process *process, const struct process *creator,
		uint64_t flags, bool waits);
/* The thread is gone, or not traced any more. */
void still_forget(struct supervisor *supervisor, struct task *task);
/* From time to time: some may have waited too long. */
void still_tick(struct supervisor *supervisor);

#endif
