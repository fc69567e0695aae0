/*
 * One trace being written: where to, since when, who is recorded into it, and
 * how it ends. What is written is scribe.h's.
 */
#ifndef SUPERVISOR_SESSION_H
#define SUPERVISOR_SESSION_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

/* When what is written happens; one for all sessions. */
struct session_clock {
	uint64_t now_ns; /* CLOCK_MONOTONIC */
};

/* Takes the time: what is written until the next call happened now. */
void session_tick(struct session_clock *clock);

/* The wall clock may have been set: then a `clock` record says so. */
void session_check_clock(struct session *session);

struct session_config {
	int fd; /* of the trace; taken over */
	size_t queue_size;
	bool drop;       /* --drop */
	int level;       /* of compression; 0: none */
	bool is_part;    /* of a larger trace, which is put together later */
	bool is_foreign; /* for somebody who must keep nobody waiting */
	const struct session_clock *clock; /* outlives the session */
	/* As in trace/writer.h. */
	bool (*may_wait)(void *context, int fd);
	void *context;
	volatile sig_atomic_t *hurry; /* not 0: a slow reader is not waited for
				       */
};

/* Opens a trace, of which nobody writes yet. 0 or -errno, and then the
 * descriptor is still the caller's. */
int session_open(struct session **ret, const struct session_config *config);
/* Writes what is left to say, flushes, frees. NULL is fine. */
void session_close(struct session *session);
/* The same, but its own thread does it, when it comes to that. */
void session_abandon(struct session *session);
bool session_is_foreign(const struct session *session);
/* Whether closing would wait for nobody. */
bool session_is_idle(const struct session *session);

/* Processes that are recorded into it, counted by who sets them. */
bool session_join(struct session *session);      /* the first one ever? */
unsigned session_leave(struct session *session); /* those that are left */
unsigned session_users(const struct session *session);

uint64_t session_written(const struct session *session); /* bytes, so far */

/*
 * Whether the file, with what was in it before, has come to that size, or is so
 * near that hardly more than its end finds room. It may wait for the disk then.
 */
bool session_is_full(struct session *session, uint64_t size);

/* What is recorded goes on in another file: its end says so. */
void session_continue(struct session *session);
bool session_is_continued(const struct session *session);

/* Whether fd is what it is written to. */
bool session_is_same(const struct session *session, int fd);
/* What the sink is; its fd. */
int session_fd(const struct session *session);

/* Hands what there is to write(2) and waits for it, but not for ever; for the
 * reader of a pipe not at all. */
int session_flush(struct session *session);

/* 0, or the -errno with which the sink failed. */
int session_status(const struct session *session);
/* Nothing is written to it any more: nobody is recorded, or it failed. */
bool session_is_left(const struct session *session);
/* True once: the first record was lost since the last time it was asked. */
bool session_first_loss(struct session *session);

#endif
