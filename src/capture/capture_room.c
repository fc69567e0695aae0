/*
 * The room that a caller gives for what comes out. Where the call puts how much
 * came out in its place, it has to be remembered from the entry on.
 */
#include "capture/capture_private.h"

_Static_assert(CAPTURE_ROOMS <= CAPTURE_PIECES_MAX, "all are one read");

static void note_behind(const struct capture_job *job, unsigned index)
{
	uint64_t address = capture_argument(job->call, index);
	uint8_t raw[4];

	job->call->room = 0;
	if (capture_read(job, address, raw, sizeof(raw)) == sizeof(raw))
		job->call->room = (uint32_t)capture_word(raw, sizeof(raw));
}

/* Of each message an int, behind the pointer that a struct msghdr begins with;
 * none for what cannot be read. */
static void note_messages(const struct capture_job *job, uint64_t address,
			  uint64_t count)
{
	struct capture_piece pieces[CAPTURE_ROOMS];
	uint8_t raw[CAPTURE_ROOMS][4];
	unsigned pointer = capture_pointer(job->call);
	unsigned end = (unsigned)capture_minimum(count, CAPTURE_ROOMS);

	if (end == 0)
		return;
	for (unsigned i = 0; i < end; i++) {
		pieces[i].address = address + pointer + i * 8 * pointer;
		pieces[i].to = raw[i];
		pieces[i].length = sizeof(raw[i]);
		pieces[i].got = 0;
	}
	job->memory->read(job->memory->context, pieces, end);
	for (unsigned i = 0; i < end; i++)
		job->call->rooms[i] =
		    pieces[i].got < sizeof(raw[i])
			? 0
			: (uint8_t)capture_minimum(
			      capture_word(raw[i], sizeof(raw[i])),
			      CAPTURE_NAME_MAX);
}

void capture_room_entry(const struct capture_job *job)
{
	const struct capture_call *call = job->call;

	for (unsigned i = 0; i < call->row->narg; i++) {
		const struct sysdesc_arg *arg = &call->row->arg[i];
		uint64_t address = capture_argument(call, i);

		if (arg->kind == KIND_BLOB && arg->length == LENGTH_DEREF)
			note_behind(job, arg->len_arg);
		if (arg->direction != DIRECTION_OUT)
			continue;
		if (arg->kind == KIND_MSGHDR)
			note_messages(job, address, 1);
		else if (arg->kind == KIND_MMSGHDR)
			note_messages(
			    job, address,
			    capture_passed_length(call, arg->len_arg));
	}
}

uint32_t capture_room_of(const struct capture_job *job, uint64_t message)
{
	return job->call->rooms[capture_minimum(message, CAPTURE_ROOMS - 1)];
}
