/*
 * All traces that are being written: opened for the first process, closed
 * behind the last. Must not touch a traced process.
 */
#ifndef SUPERVISOR_SESSIONS_H
#define SUPERVISOR_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan_wish;
struct session;
struct session_origin;
struct supervisor;

/* Where a trace comes from, for its first record. */
struct session_origin {
	const struct plan_wish *wish;
	uint32_t inherit; /* -i */
	bool filtered;
	bool continues;                /* another one, in another file */
	char *const *command;          /* argv; may be {NULL} */
	const struct targets *targets; /* or NULL */
};

/* How one is written. */
struct sessions_terms {
	size_t queue_size; /* 0: the usual one */
	bool drop;         /* rather lose records than wait */
	int level;         /* of compression; 0: none */
	bool is_part;      /* in memory, to be put together later */
	bool is_foreign;   /* for somebody who must not keep others waiting */
};

/*
 * Opens one. Nothing is written until a process joins it; if none does, it is
 * closed. The descriptor is taken over where that succeeds. 0 or -errno;
 * -EMFILE when there are too many.
 */
int sessions_open(struct supervisor *supervisor, int fd,
		  const struct sessions_terms *terms, struct session **ret);

/* A process is recorded into it from now on: the first one makes it begin, with
 * `session`. */
void sessions_join(struct supervisor *supervisor, struct session *session,
		   const struct session_origin *origin);

/* Takes the time for all. */
void sessions_tick(struct supervisor *supervisor);

/* The one that is written to what fd is; NULL: none. */
struct session *sessions_find(struct supervisor *supervisor, int fd);

/* A process is not recorded into it any more. Behind the last one it is
 * finished: is_whole says that it is all there. */
void sessions_leave(struct supervisor *supervisor, struct session *session,
		    bool is_whole);

/* A `coverage` record about all of them, in each. */
void sessions_say(struct supervisor *supervisor, const char *what,
		  const char *why);

/* So many records of a kind were lost, of whom nobody knows. */
void sessions_lost(struct supervisor *supervisor, unsigned kind,
		   uint64_t count);

/* Sinks that failed: nothing more is recorded into them. Those that are
 * finished, and written, are closed. */
void sessions_check(struct supervisor *supervisor);

/* Closes all that are left, and waits for their sinks. */
void sessions_close(struct supervisor *supervisor);

#endif
