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
/* Of the processes that ended, so many are remembered. */
#define IMAGES_ENDED 256u

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
	struct image_process *living; /* a table, by pid */
	struct image_ended {
		uint64_t time_ns;
		struct image *image; /* NULL: none */
	} ended[IMAGES_ENDED];
	unsigned ended_next;
};

void images_done(struct images *images);

/* What a pid runs now; NULL: it is not known. */
struct image *images_find(const struct images *images, int32_t pid);

/* The same, or what it ran when it ended, not before that time: a call that was
 * made then may have been its end. */
struct image *images_find_since(const struct images *images, int32_t pid,
				uint64_t time_ns);

/*
 * Learns from PROCCTOR, PROCDTOR and `process` records. is_launched: the
 * session has a command. 0 or -ENOMEM.
 */
int images_learn(struct images *images, struct names *names,
		 const struct record *record, bool is_launched);

/* A call that makes a thread or process with these flags is made. */
void images_spawn(struct images *images, int32_t pid, uint64_t flags);

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
