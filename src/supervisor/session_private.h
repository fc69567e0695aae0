/*
 * A trace that is being written, for session.c, which opens, flushes and closes
 * it, and scribe.c, which makes its records.
 */
#ifndef SUPERVISOR_SESSION_PRIVATE_H
#define SUPERVISOR_SESSION_PRIVATE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <ktrace-u/format.h>

#include "trace/fields.h"

struct session_clock;
struct task;
struct writer;

struct session {
	struct writer *writer;
	const struct session_clock *clock;
	int fd; /* the writer's */
	dev_t device;
	ino_t inode;
	unsigned users;
	bool has_begun; /* somebody has joined it, once */
	bool is_file;   /* and no pipe, whose reader decides */
	bool is_compressed;
	bool is_continued;     /* in another file */
	uint64_t size_before;  /* of the file, when it was opened */
	uint64_t base_ns;      /* wall clock at monotonic 0 */
	uint64_t clock_due_ns; /* when the wall clock is looked at again */
	int64_t clock_told_ns; /* how far it was off when last told */
	uint32_t lost[KTR_KIND_MAX + 1]; /* since the last `loss` record */
	bool any_lost;
	bool loss_told;
	volatile sig_atomic_t *hurry;
	bool (*may_wait)(void *context, int fd);
	void *context;   /* of may_wait */
	bool is_foreign; /* must not keep anybody waiting */
	bool drops;      /* --drop: a loss does not mean that the sink hangs */
	/* The sink hung with so much written, and was given up until it moves.
	 */
	bool is_stuck;
	uint64_t stuck_at;
	/* the record being made */
	struct task *task;
	unsigned kind;
	char *room;
	struct fields_writer fields;
};

/* The sink takes nothing any more: nobody waits for it until it does. */
void session_note_stuck(struct session *session);

#endif
