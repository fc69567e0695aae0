/*
 * Records of a trace that is being written: whose, when, and into which room of
 * the queue; how many were lost for want of room. Knows processes and threads
 * by their table entries, but neither ptrace nor /proc.
 */
#ifndef SUPERVISOR_SCRIBE_H
#define SUPERVISOR_SCRIBE_H

#include <stddef.h>
#include <stdint.h>

#include "capture/capture.h"
#include "trace/fields.h"

struct session;
struct task;

/*
 * Room for a record of the task with up to length bytes of payload, or NULL:
 * the facility is off, or the record is lost (and counted). Then commit or
 * cancel. task may be NULL: the recorder's own record, about no process.
 * session may be NULL: nothing is wanted.
 */
void *scribe_reserve(struct session *session, struct task *task, unsigned kind,
		     size_t length);
void scribe_commit(struct session *session, size_t length);
void scribe_cancel(struct session *session);

/* A whole record at once. */
void scribe_put(struct session *session, struct task *task, unsigned kind,
		const void *payload, size_t length);

/* capture's sink for a task; valid while both are. */
struct scribe {
	struct session *session;
	struct task *task;
	void (*named)(void *context, unsigned arg, int64_t dirfd,
		      const char *path, size_t length);
	void *context; /* of named */
};
struct capture_sink scribe_sink(struct scribe *scribe);

/* A STRUCT of ours: begin, add fields (trace/fields.h), end. Fields after one
 * that found no room are not there. */
#define SCRIBE_FIELDS_MAX 16384
struct fields_writer *scribe_fields(struct session *session, struct task *task,
				    const char *name);
void scribe_fields_end(struct session *session);

/* A `coverage` record: what could not be seen, and why. */
void scribe_coverage(struct session *session, struct task *task,
		     const char *what, const char *why);
/* A `message` record. */
void scribe_message(struct session *session, const char *text);

/* So many records of a kind were lost before they came here. */
void scribe_lost(struct session *session, unsigned kind, uint64_t count);

/* A `loss` record of what was lost since the last one. */
void scribe_loss(struct session *session);

#endif
