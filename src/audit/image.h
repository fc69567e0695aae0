/*
 * Processes, from one exec to the next: what they run, who made them. A pid may
 * come again; then it is somebody else.
 */
#ifndef AUDIT_IMAGE_H
#define AUDIT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/common.h"
#include "audit/name.h"

struct call;
struct record;

/* More are not told apart: then the last one stands for them. */
#define IMAGES_MAX     131072u
#define IMAGE_ARGS_MAX 4096u
/* Of the threads, and of the processes that ended, so many are remembered. */
#define IMAGES_IDS_MAX 65536u

struct image {
	int32_t pid;
	struct image *parent; /* who made the process; NULL: not in the trace */
	struct image *previous;       /* what it ran before; NULL: nothing */
	struct image *next;           /* that began after it */
	const struct name *exe, *cwd; /* NULL: not told */
	const struct name *args; /* of its exec, each with its NUL; or NULL */
	unsigned number;         /* from 0, in order of their beginning */
	uint64_t first_ns;
	uint64_t end_ns;  /* 0: it is not told */
	bool is_replaced; /* it ended because it executed another one */
	bool has_status;  /* or with these: a status, or a signal */
	int32_t status, signal;
	bool is_launcher;     /* who became the command, before that */
	bool has_descriptors; /* the recorder told of all that it has */
	/* Others may change its memory, its descriptors or its directory while
	 * it calls the kernel; for_good: whatever it executes. */
	bool is_shared, is_shared_for_good;
	struct common common; /* or some of its memory only */
};

struct image_process;

struct images {
	struct image *first, *last;
	unsigned count;
	bool is_full;
	/* Tables, by pid, by pid and by tid. */
	struct image_process *living, *ended, *threads;
};

void images_done(struct images *images);

/* What a pid runs now; NULL: it is not known. */
struct image *images_find(const struct images *images, int32_t pid);

/*
 * The same of a pid or the tid of a thread, for a call that was made at that
 * time. Who has ended is there until he is waited for, or somebody else has the
 * pid; and may have ended by that call.
 */
struct image *images_find_since(const struct images *images, int32_t id,
				uint64_t time_ns);

/* Whether a process had that pid, ever. */
bool images_had(const struct images *images, int32_t pid);

/*
 * Learns from PROCCTOR, PROCDTOR and `process` records. is_launched: the
 * session has a command. 0 or -ENOMEM.
 */
int images_learn(struct images *images, struct names *names,
		 const struct record *record, bool is_launched);

/* A call that makes a thread or process with these flags is made. */
void images_spawn(struct images *images, int32_t pid, uint64_t flags);

/* A process has a thread; and one that ended was waited for. 0 or -ENOMEM. */
int images_thread(struct images *images, int32_t pid, int32_t tid);
void images_reaped(struct images *images, int32_t pid, uint64_t time_ns);

/* Somebody begins to write into its memory, or may from now on. */
void images_reach(struct images *images, int32_t pid);

/* A call that an image made has changed what memory it has in common. 0 or
 * -ENOMEM. */
int images_map(struct image *image, const struct call *call);

/* Visits those that live. */
typedef void images_visit(void *context, const struct image *image);
void images_living(const struct images *images, images_visit *visit,
		   void *context);

#endif
