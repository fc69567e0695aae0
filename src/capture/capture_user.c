/*
 * What a program records itself: USER, by the rules of the two kernels that
 * have utrace(2). Its bytes are nobody's to interpret.
 */
#include "capture/capture.h"

#include <linux/errno.h>

#include <ktrace-u/utrace.h>

#include "capture/capture_private.h"

/* "label" NUL "text=" label NUL */
#define LABEL_HEAD KTR_STRUCT_LABEL "\0text="
#define LABEL_ROOM (sizeof(LABEL_HEAD) - 1 + KTR_LABEL_MAX + 1)

/* Arguments of the utrace row. */
enum argument { ADDRESS, LENGTH, LABEL, FORM };

bool capture_is_user(const struct capture_call *call)
{
	return call->inner && call->inner->row->effect == EFFECT_UTRACE;
}

static uint64_t argument(const struct capture_call *call, enum argument which)
{
	unsigned at = call->inner->from[which] & ~(unsigned)FROM_MASK;

	return capture_argument(call, at);
}

/* A length beyond what a piece holds is beyond what a record does, too. */
static uint32_t length_of(const struct capture_call *call)
{
	return (uint32_t)capture_minimum(argument(call, LENGTH),
					 KTR_USER_MAX + 1);
}

static bool read_data(const struct capture_job *job, uint8_t *to,
		      uint32_t length)
{
	uint64_t address = argument(job->call, ADDRESS);

	return !length || capture_read(job, address, to, length) == length;
}

/* FreeBSD: all of it, or an error. */
static int64_t put_plain(const struct capture_job *job)
{
	uint32_t length = length_of(job->call);
	uint8_t *room;

	if (length > KTR_USER_MAX)
		return -E2BIG;
	room = job->sink->reserve(job->sink->context, KTR_USER, length);
	if (!room)
		return -ENOMEM;
	if (!read_data(job, room, length)) {
		job->sink->cancel(job->sink->context);
		return -EFAULT;
	}
	job->sink->commit(job->sink->context, length);
	return 0;
}

/* Bytes of the label at `to`; 0 for one that has no readable end. */
static size_t read_label(const struct capture_job *job, uint8_t *to)
{
	uint32_t got = capture_read(job, argument(job->call, LABEL), to,
				    KTR_LABEL_MAX);
	uint32_t length = capture_find_nul(to, got);

	return length == got && got < KTR_LABEL_MAX ? 0 : length;
}

static void put_label(const struct capture_job *job)
{
	uint8_t *room = job->sink->reserve(job->sink->context, KTR_STRUCT,
					   LABEL_ROOM);
	size_t length = sizeof(LABEL_HEAD) - 1;

	if (!room)
		return;
	capture_copy(room, (const uint8_t *)LABEL_HEAD, length);
	length += read_label(job, room + length);
	room[length++] = 0;
	job->sink->commit(job->sink->context, length);
}

/* NetBSD: what can be had of it. */
static int64_t put_labeled(const struct capture_job *job)
{
	uint32_t length = (uint32_t)capture_minimum(length_of(job->call),
						    KTR_USER_MAX);
	uint8_t *room;

	put_label(job);
	room = job->sink->reserve(job->sink->context, KTR_USER, length);
	if (!room)
		return 0;
	if (!read_data(job, room, length))
		length = 0;
	job->sink->commit(job->sink->context, length);
	return 0;
}

void capture_user(const struct capture_policy *policy,
		  struct capture_call *call,
		  const struct capture_memory *memory,
		  const struct capture_sink *sink)
{
	const struct capture_job job = { policy, call, memory, sink };

	switch (argument(call, FORM)) {
	case KTR_UTRACE_PLAIN:
		call->result = put_plain(&job);
		break;
	case KTR_UTRACE_LABELED:
		call->result = put_labeled(&job);
		break;
	default:
		call->result = -EINVAL;
		break;
	}
}
