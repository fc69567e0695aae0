/*
 * The list of traces.
 */
#include "supervisor/sessions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <ktrace-u/format.h>

#include "hold/follow.h"
#include "supervisor/alarm.h"
#include "supervisor/detach.h"
#include "supervisor/identity.h"
#include "supervisor/scribe.h"
#include "supervisor/stall.h"
#include "supervisor/state.h"
#include "trace/writer.h"

/* A file, a thread and a queue each. */
#define SESSIONS_MAX 256
/* Those of others may hang for ever, and then are never given back. */
#define FOREIGN_MAX 1024

static int sessions_add(struct supervisor *supervisor, struct session *session)
{
	struct session **grown;

	if (supervisor->session_count >= SESSIONS_MAX ||
	    supervisor->foreign_sessions >= FOREIGN_MAX)
		return -EMFILE;
	grown = reallocarray(supervisor->sessions,
			     supervisor->session_count + 1,
			     sizeof(struct session *));

	if (!grown)
		return -ENOMEM;
	supervisor->sessions = grown;
	grown[supervisor->session_count++] = session;
	return 0;
}

int sessions_open(struct supervisor *supervisor, int fd,
		  const struct sessions_terms *terms, struct session **ret)
{
	struct session_config config = {
		.fd = fd,
		.queue_size = terms->queue_size ?: WRITER_QUEUE_DEFAULT,
		.drop = terms->drop || terms->is_foreign,
		.level = terms->level,
		.is_part = terms->is_part,
		.is_foreign = terms->is_foreign,
		.clock = &supervisor->clock,
		.may_wait = stall_may_wait,
		.context = supervisor,
		.hurry = supervisor->config->end_requested,
	};
	struct session *session;
	int r;

	/* The writer's thread runs where we may. */
	follow_let_go(&supervisor->follow);
	session_tick(&supervisor->clock);
	r = session_open(&session, &config);
	if (r < 0)
		return r;
	r = sessions_add(supervisor, session);
	if (r < 0) {
		session_close(session);
		return r;
	}
	supervisor->foreign_sessions += terms->is_foreign;
	supervisor->sessions_finished = true; /* until somebody joins it */
	*ret = session;
	return 0;
}

void sessions_join(struct supervisor *supervisor, struct session *session,
		   const struct session_origin *origin)
{
	if (session_join(session) && origin)
		identity_put_session(supervisor, session, origin);
}

void sessions_tick(struct supervisor *supervisor)
{
	session_tick(&supervisor->clock);
	for (unsigned i = 0; i < supervisor->session_count; i++)
		session_check_clock(supervisor->sessions[i]);
}

struct session *sessions_find(struct supervisor *supervisor, int fd)
{
	for (unsigned i = 0; i < supervisor->session_count; i++)
		if (session_users(supervisor->sessions[i]) &&
		    session_is_same(supervisor->sessions[i], fd))
			return supervisor->sessions[i];
	return NULL;
}

void sessions_leave(struct supervisor *supervisor, struct session *session,
		    bool is_whole)
{
	if (session_leave(session))
		return;
	flight_ending(supervisor, session);
	if (is_whole)
		identity_put_session_end(session);
	session_flush(session);
	flight_ended(supervisor, session);
	supervisor->sessions_finished = true;
}

void sessions_say(struct supervisor *supervisor, const char *what,
		  const char *why)
{
	for (unsigned i = 0; i < supervisor->session_count; i++)
		if (session_users(supervisor->sessions[i]))
			scribe_coverage(supervisor->sessions[i], NULL, what,
					why);
}

void sessions_lost(struct supervisor *supervisor, unsigned kind, uint64_t count)
{
	for (unsigned i = 0; i < supervisor->session_count; i++)
		if (session_users(supervisor->sessions[i]))
			scribe_lost(supervisor->sessions[i], kind, count);
}

static void check_sink(struct supervisor *supervisor, struct session *session)
{
	int status = session_status(session);
	char line[128];

	if (session_first_loss(session))
		notice_say(&supervisor->notice,
			   "Out of ktrace request objects.");
	if (status == 0 || !session_users(session))
		return;
	if (status != -EPIPE) {
		snprintf(line, sizeof(line),
			 "ktrace write failed, errno %d, tracing stopped",
			 -status);
		notice_say(&supervisor->notice, line);
	}
	detach_session(supervisor, session);
}

/* What hangs in a strange sink, in its close as well, is its own affair. */
static bool close_one(struct session *session)
{
	if (session_is_foreign(session)) {
		session_abandon(session);
		return true;
	}
	if (!session_is_idle(session))
		return false;
	session_close(session);
	return true;
}

/* One whose reader is slow stays until that has read it all. */
static void close_finished(struct supervisor *supervisor)
{
	unsigned kept = 0;

	supervisor->sessions_finished = false;
	for (unsigned i = 0; i < supervisor->session_count; i++) {
		struct session *session = supervisor->sessions[i];

		if (!session_users(session) && close_one(session))
			continue;
		supervisor->sessions[kept++] = session;
		supervisor->sessions_finished |= !session_users(session);
	}
	supervisor->session_count = kept;
	if (supervisor->sessions_finished)
		alarm_set();
	else if (!state_needs_alarm(supervisor))
		alarm_clear();
}

static bool is_any_used(const struct supervisor *supervisor)
{
	for (unsigned i = 0; i < supervisor->session_count; i++)
		if (session_users(supervisor->sessions[i]))
			return true;
	return false;
}

void sessions_check(struct supervisor *supervisor)
{
	for (unsigned i = 0; i < supervisor->session_count; i++)
		check_sink(supervisor, supervisor->sessions[i]);
	rotate_check(supervisor);
	flight_check(supervisor);
	if (!supervisor->sessions_finished)
		return;
	close_finished(supervisor);
	if (!is_any_used(supervisor))
		owner_reset(supervisor);
}

void sessions_close(struct supervisor *supervisor)
{
	for (unsigned i = 0; i < supervisor->session_count; i++)
		if (!session_is_foreign(supervisor->sessions[i]))
			session_close(supervisor->sessions[i]);
	free(supervisor->sessions);
	supervisor->sessions = NULL;
	supervisor->session_count = 0;
}
