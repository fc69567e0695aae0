/* One record after the other. Must not touch a traced process. */
#include "supervisor/scribe.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/session.h"
#include "supervisor/session_private.h"
#include "supervisor/task.h"
#include "trace/facility.h"
#include "trace/record.h"
#include "trace/writer.h"

/* The wall clock that a record bears. */
static uint64_t time_of(const struct session *session)
{
	return session->base_ns + session->clock->now_ns;
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

void scribe_lost(struct session *session, unsigned kind, uint64_t count)
{
	session->lost[kind] += (uint32_t)count;
	session->any_lost = true;
}

/* `loss`: how many of which kind are missing here. If there is no room for it
 * either, the counts stay for the next try. */
void scribe_loss(struct session *session)
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
	record_put_header(room, &origin, KTR_STRUCT, false, time_of(session),
			  length);
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

void *scribe_reserve(struct session *session, struct task *task, unsigned kind,
		     size_t length)
{
	int error;

	if (!session || !is_wanted(task, kind) ||
	    writer_status(session->writer) < 0)
		return NULL;
	if (session->any_lost)
		scribe_loss(session);
	session->room = writer_reserve(
	    session->writer, sizeof(struct ktr_header) + length, &error);
	if (!session->room) {
		if (error == -ENOBUFS || error == -EMSGSIZE)
			count_loss(session, task, kind);
		if (error == -ENOBUFS && !session->drops)
			session_note_stuck(session);
		return NULL;
	}
	session->task = task;
	session->kind = kind;
	return session->room + sizeof(struct ktr_header);
}

void scribe_commit(struct session *session, size_t length)
{
	struct record_origin origin = origin_of(session->task);
	bool dropped = session->task && session->task->process->dropped;

	record_put_header(session->room, &origin, session->kind, dropped,
			  time_of(session), length);
	if (dropped)
		session->task->process->dropped = false;
	writer_commit(session->writer, sizeof(struct ktr_header) + length);
}

void scribe_cancel(struct session *session)
{
	writer_commit(session->writer, 0);
}

void scribe_put(struct session *session, struct task *task, unsigned kind,
		const void *payload, size_t length)
{
	void *room = scribe_reserve(session, task, kind, length);

	if (!room)
		return;
	if (length)
		memcpy(room, payload, length);
	scribe_commit(session, length);
}

static void *sink_reserve(void *context, unsigned kind, size_t length)
{
	struct scribe *scribe = context;

	return scribe_reserve(scribe->session, scribe->task, kind, length);
}

static void sink_commit(void *context, size_t length)
{
	struct scribe *scribe = context;

	scribe_commit(scribe->session, length);
}

static void sink_cancel(void *context)
{
	struct scribe *scribe = context;

	scribe_cancel(scribe->session);
}

static void sink_named(void *context, unsigned arg, int64_t dirfd,
		       const char *path, size_t length)
{
	struct scribe *scribe = context;

	if (scribe->named)
		scribe->named(scribe->context, arg, dirfd, path, length);
}

struct capture_sink scribe_sink(struct scribe *scribe)
{
	struct capture_sink sink = {
		.context = scribe,
		.reserve = sink_reserve,
		.commit = sink_commit,
		.cancel = sink_cancel,
		.named = sink_named,
	};

	return sink;
}

struct fields_writer *scribe_fields(struct session *session, struct task *task,
				    const char *name)
{
	void *room = scribe_reserve(session, task, KTR_STRUCT,
				    SCRIBE_FIELDS_MAX);

	if (!room)
		return NULL;
	session->fields = fields_begin(room, SCRIBE_FIELDS_MAX, name);
	return &session->fields;
}

void scribe_fields_end(struct session *session)
{
	const char *payload = session->room + sizeof(struct ktr_header);

	scribe_commit(session, fields_length(&session->fields, payload));
}

void scribe_coverage(struct session *session, struct task *task,
		     const char *what, const char *why)
{
	struct fields_writer *fields = scribe_fields(session, task,
						     KTR_STRUCT_COVERAGE);

	if (!fields)
		return;
	fields_string(fields, "what", what);
	fields_string(fields, "why", why);
	scribe_fields_end(session);
}

void scribe_message(struct session *session, const char *text)
{
	struct fields_writer *fields = scribe_fields(session, NULL,
						     KTR_STRUCT_MESSAGE);

	if (!fields)
		return;
	fields_string(fields, "text", text);
	scribe_fields_end(session);
}
