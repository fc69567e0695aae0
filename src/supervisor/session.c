/*
 * Records of a session: header, time, loss. Must not touch a traced process.
 */
#include "supervisor/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/fd.h"
#include "supervisor/task.h"
#include "trace/facility.h"
#include "trace/record.h"
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

static void put_loss(struct session *session);

/* Nobody waits twice for a sink that has not moved since. */
static unsigned flush_ms(const struct session *session)
{
	bool hangs = session->is_stuck &&
		     session->stuck_at == writer_written(session->writer);

	if (hangs)
		return 0;
	return session->is_foreign ? FLUSH_FOREIGN_MS : FLUSH_MS;
}

static void note_stuck(struct session *session)
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
		put_loss(session);
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

/* The wall clock that a record bears. */
static uint64_t session_time(const struct session *session)
{
	return session->base_ns + session->clock->now_ns;
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
	fields = session_fields(session, NULL, KTR_STRUCT_CLOCK);
	if (!fields)
		return;
	fields_number(fields, "step_ns", moved);
	fields_number(fields, "offset_ns", off);
	session_fields_end(session);
}

void session_check_clock(struct session *session)
{
	if (session->clock->now_ns >= session->clock_due_ns)
		tell_clock(session);
}

static struct record_origin origin_of(const struct task *task)
{
	struct record_origin origin = { .cpu = -1 };

	if (!task) {
		origin.pid = origin.tid = getpid();
		memcpy(origin.comm, "ktrace-u", sizeof("ktrace-u"));
		return origin;
	}
	origin.pid = task->process->pid;
	origin.tid = task->tid;
	origin.cpu = task->cpu;
	memcpy(origin.comm, task->comm, sizeof(origin.comm));
	return origin;
}

static void count_loss(struct session *session, struct task *task,
		       unsigned kind)
{
	session->lost[kind]++;
	session->any_lost = true;
	if (task)
		task->process->dropped = true;
}

void session_lost(struct session *session, unsigned kind, uint64_t count)
{
	session->lost[kind] += (uint32_t)count;
	session->any_lost = true;
}

/* `loss`: how many of which kind are missing here. If there is no room for it
 * either, the counts stay for the next try. */
static void put_loss(struct session *session)
{
	size_t size = sizeof(struct ktr_header) + 1024;
	int error;
	char *room = writer_reserve(session->writer, size, &error);
	struct record_origin origin = origin_of(NULL);
	struct fields_writer fields;
	size_t length;

	if (!room)
		return;
	fields = fields_begin(room + sizeof(struct ktr_header), 1024,
			      KTR_STRUCT_LOSS);
	for (unsigned kind = 1; kind <= KTR_KIND_MAX; kind++)
		if (session->lost[kind])
			fields_number(&fields, facility_name(kind),
				      session->lost[kind]);
	length = fields_length(&fields, room + sizeof(struct ktr_header));
	record_put_header(room, &origin, KTR_STRUCT, false,
			  session_time(session), length);
	writer_commit(session->writer, sizeof(struct ktr_header) + length);
	memset(session->lost, 0, sizeof(session->lost));
	session->any_lost = false;
}

static bool is_wanted(const struct task *task, unsigned kind)
{
	uint32_t facilities;

	if (!task)
		return true;
	facilities = task->process->facilities;
	/* Our own structures explain what is there; they are no facility. */
	return facilities && !task->process->is_away &&
	       (kind == KTR_STRUCT || (facilities & KTRFAC(kind)) ||
		(kind == KTR_GENIO && task->brings_answer));
}

void *session_reserve(struct session *session, struct task *task, unsigned kind,
		      size_t length)
{
	int error;

	if (!session || !is_wanted(task, kind) ||
	    writer_status(session->writer) < 0)
		return NULL;
	if (session->any_lost)
		put_loss(session);
	session->room = writer_reserve(
	    session->writer, sizeof(struct ktr_header) + length, &error);
	if (!session->room) {
		if (error == -ENOBUFS || error == -EMSGSIZE)
			count_loss(session, task, kind);
		if (error == -ENOBUFS && !session->drops)
			note_stuck(session);
		return NULL;
	}
	session->task = task;
	session->kind = kind;
	return session->room + sizeof(struct ktr_header);
}

void session_commit(struct session *session, size_t length)
{
	struct record_origin origin = origin_of(session->task);
	bool dropped = session->task && session->task->process->dropped;

	record_put_header(session->room, &origin, session->kind, dropped,
			  session_time(session), length);
	if (dropped)
		session->task->process->dropped = false;
	writer_commit(session->writer, sizeof(struct ktr_header) + length);
}

void session_cancel(struct session *session)
{
	writer_commit(session->writer, 0);
}

void session_put(struct session *session, struct task *task, unsigned kind,
		 const void *payload, size_t length)
{
	void *room = session_reserve(session, task, kind, length);

	if (!room)
		return;
	if (length)
		memcpy(room, payload, length);
	session_commit(session, length);
}

static void *scribe_reserve(void *context, unsigned kind, size_t length)
{
	struct session_scribe *scribe = context;

	return session_reserve(scribe->session, scribe->task, kind, length);
}

static void scribe_commit(void *context, size_t length)
{
	struct session_scribe *scribe = context;

	session_commit(scribe->session, length);
}

static void scribe_cancel(void *context)
{
	struct session_scribe *scribe = context;

	session_cancel(scribe->session);
}

static void scribe_named(void *context, unsigned arg, int64_t dirfd,
			 const char *path, size_t length)
{
	struct session_scribe *scribe = context;

	if (scribe->named)
		scribe->named(scribe->context, arg, dirfd, path, length);
}

struct capture_sink session_sink(struct session_scribe *scribe)
{
	struct capture_sink sink = {
		.context = scribe,
		.reserve = scribe_reserve,
		.commit = scribe_commit,
		.cancel = scribe_cancel,
		.named = scribe_named,
	};

	return sink;
}

struct fields_writer *session_fields(struct session *session, struct task *task,
				     const char *name)
{
	void *room = session_reserve(session, task, KTR_STRUCT,
				     SESSION_FIELDS_MAX);

	if (!room)
		return NULL;
	session->fields = fields_begin(room, SESSION_FIELDS_MAX, name);
	return &session->fields;
}

void session_fields_end(struct session *session)
{
	const char *payload = session->room + sizeof(struct ktr_header);

	session_commit(session, fields_length(&session->fields, payload));
}

void session_coverage(struct session *session, struct task *task,
		      const char *what, const char *why)
{
	struct fields_writer *fields = session_fields(session, task,
						      KTR_STRUCT_COVERAGE);

	if (!fields)
		return;
	fields_string(fields, "what", what);
	fields_string(fields, "why", why);
	session_fields_end(session);
}

void session_message(struct session *session, const char *text)
{
	struct fields_writer *fields = session_fields(session, NULL,
						      KTR_STRUCT_MESSAGE);

	if (!fields)
		return;
	fields_string(fields, "text", text);
	session_fields_end(session);
}

int session_flush(struct session *session)
{
	int r;

	if (!session || !session->is_file)
		return 0;
	r = writer_flush(session->writer, flush_ms(session));

	if (r == -ETIMEDOUT)
		note_stuck(session);
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
