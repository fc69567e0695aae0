/*
 * A trace, from its opening to its close. Must not touch a traced process, and
 * makes no records but what it says of itself: of clock and loss.
 */
#include "supervisor/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "supervisor/scribe.h"
#include "supervisor/session_private.h"
#include "trace/writer.h"

#define LINGER_MS 50
/* Compressed, few records take more room than many: the less often the better,
 * where nobody waits for them. */
#define LINGER_FRAMES_MS 200
#define STALL_MS         5000
/* The end of a process waits so long for a disk, and not at all for a reader.
 */
#define FLUSH_MS         10000
#define FLUSH_FOREIGN_MS 200
#define CLOSE_POLL_MS    200
/* What is said at the end of a file finds room in so much. */
#define FULL_MARGIN ((uint64_t)16 << 10)
/* How often the wall clock is compared, and what is worth a record. */
#define CLOCK_CHECK_NS (100ull * 1000 * 1000)
#define CLOCK_STEP_NS  (1000ll * 1000)

void session_tick(struct session_clock *clock)
{
	clock->now_ns = clock_ns(CLOCK_MONOTONIC);
}

static void session_init(struct session *session,
			 const struct session_config *config)
{
	struct statx status = { 0 };

	session->clock = config->clock;
	session->drops = config->drop;
	session->is_foreign = config->is_foreign;
	session->hurry = config->hurry;
	session->may_wait = config->may_wait;
	session->context = config->context;
	session->fd = config->fd;
	session->is_file = !fd_status(config->fd, &status) &&
			   S_ISREG(status.stx_mode);
	session->is_compressed = config->level > 0;
	session->size_before = session->is_file ? status.stx_size : 0;
	session->device = makedev(status.stx_dev_major, status.stx_dev_minor);
	session->inode = status.stx_ino;
	session->base_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	session->clock_due_ns = clock_ns(CLOCK_MONOTONIC) + CLOCK_CHECK_NS;
}

static bool may_wait(void *context)
{
	struct session *session = context;

	return session->may_wait(session->context, session->fd);
}

int session_open(struct session **ret, const struct session_config *config)
{
	struct session *session = calloc(1, sizeof(*session));
	struct writer_config writer = {
		.fd = config->fd,
		.queue_size = config->queue_size,
		.linger_ms = LINGER_MS,
		.drop = config->drop,
		.level = config->level,
		.is_part = config->is_part,
		.stall_ms = STALL_MS,
		.may_wait = may_wait,
		.context = session,
	};
	int r;

	if (!session)
		return -ENOMEM;
	session_init(session, config);
	if (config->level && session->is_file)
		writer.linger_ms = LINGER_FRAMES_MS;
	r = writer_open(&session->writer, &writer);
	if (r < 0) {
		free(session);
		return r;
	}
	*ret = session;
	return 0;
}

/* Nobody waits twice for a sink that has not moved since. */
static unsigned flush_ms(const struct session *session)
{
	bool hangs = session->is_stuck &&
		     session->stuck_at == writer_written(session->writer);

	if (hangs)
		return 0;
	return session->is_foreign ? FLUSH_FOREIGN_MS : FLUSH_MS;
}

void session_note_stuck(struct session *session)
{
	session->is_stuck = true;
	session->stuck_at = writer_written(session->writer);
}

/* At the end nobody waits for us: a slow reader gets all the time it takes, as
 * long as nobody asks us to go. */
static void await_sink(struct session *session)
{
	int r;

	do
		r = writer_flush(session->writer, CLOSE_POLL_MS);
	while (r == -ETIMEDOUT && !*session->hurry);
}

void session_close(struct session *session)
{
	if (!session)
		return;
	await_sink(session);
	if (session->any_lost) {
		scribe_loss(session);
		await_sink(session);
	}
	writer_close(session->writer, 0);
	free(session);
}

void session_abandon(struct session *session)
{
	writer_abandon(session->writer);
	free(session);
}

bool session_is_foreign(const struct session *session)
{
	return session->is_foreign;
}

bool session_is_idle(const struct session *session)
{
	return !session->any_lost && writer_is_idle(session->writer);
}

bool session_join(struct session *session)
{
	bool begins = !session->has_begun;

	session->users++;
	session->has_begun = true;
	return begins;
}

unsigned session_leave(struct session *session)
{
	return --session->users;
}

unsigned session_users(const struct session *session)
{
	return session->users;
}

uint64_t session_written(const struct session *session)
{
	return writer_written(session->writer);
}

bool session_is_full(struct session *session, uint64_t size)
{
	struct writer *writer = session->writer;
	uint64_t most = session->size_before + writer_pending(writer) +
			FULL_MARGIN;

	if (writer_written(writer) + most < size)
		return false;
	/* Compressed, it is less than what waits. */
	if (!session->is_compressed)
		return true;
	writer_flush(writer, flush_ms(session));
	return session->size_before + writer_written(writer) + FULL_MARGIN >=
	       size;
}

void session_continue(struct session *session)
{
	session->is_continued = true;
}

bool session_is_continued(const struct session *session)
{
	return session->is_continued;
}

int session_fd(const struct session *session)
{
	return session->fd;
}

bool session_is_same(const struct session *session, int fd)
{
	struct statx status;

	return !fd_status(fd, &status) &&
	       makedev(status.stx_dev_major, status.stx_dev_minor) ==
		   session->device &&
	       status.stx_ino == session->inode;
}

/* The wall clock was set, or drifted: durations stay right, and the reader can
 * tell the time of day. */
static void tell_clock(struct session *session)
{
	int64_t off = (int64_t)(clock_ns(CLOCK_REALTIME) -
				clock_ns(CLOCK_MONOTONIC) - session->base_ns);
	int64_t moved = off - session->clock_told_ns;
	struct fields_writer *fields;

	session->clock_due_ns = session->clock->now_ns + CLOCK_CHECK_NS;
	if (llabs(moved) <= CLOCK_STEP_NS)
		return;
	session->clock_told_ns = off;
	fields = scribe_fields(session, NULL, KTR_STRUCT_CLOCK);
	if (!fields)
		return;
	fields_number(fields, "step_ns", moved);
	fields_number(fields, "offset_ns", off);
	scribe_fields_end(session);
}

void session_check_clock(struct session *session)
{
	if (session->clock->now_ns >= session->clock_due_ns)
		tell_clock(session);
}

int session_flush(struct session *session)
{
	int r;

	if (!session || !session->is_file)
		return 0;
	r = writer_flush(session->writer, flush_ms(session));

	if (r == -ETIMEDOUT)
		session_note_stuck(session);
	return r;
}

int session_status(const struct session *session)
{
	return writer_status(session->writer);
}

bool session_is_left(const struct session *session)
{
	return !session_users(session) || session_status(session) < 0;
}

bool session_first_loss(struct session *session)
{
	if (!session->any_lost || session->loss_told)
		return false;
	session->loss_told = true;
	return true;
}
