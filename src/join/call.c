/*
 * A call by itself: its payloads follow each other in one piece of memory. Must
 * not know of other calls.
 */
#include "join/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "foreign/system.h"
#include "join/descriptor_name.h"
#include "join/state.h"
#include "trace/fields.h"

/* ---- its life ---- */

void call_drop_names(struct call *call)
{
	for (unsigned i = 0; i < ARRAY_LEN(call->names); i++)
		descriptor_name_drop(call->names[i]);
	descriptor_name_drop(call->result_name);
	memset(call->names, 0, sizeof(call->names));
	call->result_name = NULL;
}

void call_done(struct call *call)
{
	call_drop_names(call);
	free(call->data);
	free(call->parts);
}

void call_begin(struct call *call, const struct state *state,
		const struct record *record)
{
	/* What the last one had room for, this one has. */
	struct call fresh = { .data = call->data, .room = call->room };

	call_drop_names(call);
	fresh.parts = call->parts;
	fresh.parts_room = call->parts_room;
	fresh.entry = *record;
	fresh.entry.payload = NULL;
	fresh.entry.syscall.args = NULL;
	fresh.abi = state_abi(state, record);
	fresh.number = state_number(state, record, record->syscall.code);
	fresh.row = system_call(fresh.abi, fresh.number);
	fresh.arg_count = MIN(record->syscall.narg,
			      (unsigned)ARRAY_LEN(fresh.args));
	for (unsigned i = 0; i < fresh.arg_count; i++)
		fresh.args[i] = record_arg(record, i);
	*call = fresh;
}

/* ---- its parts ---- */

static bool make_room(struct call *call, size_t length)
{
	size_t room = MAX(call->room, (size_t)256);
	uint8_t *data;

	if (call->parts_room == call->part_count) {
		unsigned count = MAX(2 * call->parts_room, 8u);
		struct call_part *parts = reallocarray(call->parts, count,
						       sizeof(*parts));

		if (!parts)
			return false;
		call->parts = parts;
		call->parts_room = count;
	}
	while (room - call->length < length)
		room *= 2;
	if (room == call->room)
		return true;
	data = realloc(call->data, room);
	if (!data)
		return false;
	call->data = data;
	call->room = room;
	return true;
}

int call_add_part(struct call *call, const struct record *record)
{
	size_t length = MIN(record->length, CALL_DATA_MAX - call->length);
	struct call_part *part;

	if (call->part_count == CALL_PARTS_MAX) {
		call->is_cut = true;
		return 0;
	}
	if (!make_room(call, length))
		return -ENOMEM;
	part = &call->parts[call->part_count++];
	*part = (struct call_part){ .record = *record, .offset = call->length };
	part->record.length = length;
	part->record.payload = NULL;
	memcpy(call->data + call->length, record->payload, length);
	call->length += length;
	call->is_cut |= length < record->length;
	return 0;
}

bool call_part(const struct call *call, unsigned index, struct record *ret)
{
	const struct call_part *part = &call->parts[index];

	*ret = part->record;
	return record_decode_payload(ret, call->data + part->offset) ==
	       RECORD_OK;
}

/* How many paths there are among the arguments before this one. */
static unsigned paths_before(const struct sysdesc_row *row, unsigned index)
{
	unsigned count = 0;

	for (unsigned i = 0; row && i < index && i < row->narg; i++)
		count += row->arg[i].kind == KIND_PATH;
	return count;
}

static bool is_told_of(const struct record *part, unsigned index)
{
	int64_t arg;

	return record_is_struct(part, KTR_STRUCT_PATH) &&
	       fields_find_number(part->structure.data, part->structure.length,
				  "arg", &arg) &&
	       arg == index;
}

static void take_told(struct call_told *ret, const struct record *part)
{
	const uint8_t *data = part->structure.data;
	size_t length = part->structure.length;
	struct field field;
	int64_t deleted = 0, made = 0;

	ret->how = "";
	ret->how_length = 0;
	if (fields_find(data, length, "how", &field)) {
		ret->how = field.data;
		ret->how_length = field.length;
	}
	ret->given = ret->path;
	ret->given_length = ret->length;
	ret->path = NULL;
	ret->length = 0;
	if (fields_find(data, length, "path", &field)) {
		ret->path = field.data;
		ret->length = field.length;
	}
	fields_find_number(data, length, "deleted", &deleted);
	fields_find_number(data, length, "made", &made);
	ret->is_deleted = deleted != 0;
	ret->is_made = made != 0;
}

bool call_told(const struct call *call, unsigned index, struct call_told *ret)
{
	unsigned left = paths_before(call->row, index);
	bool is_there = false;
	struct record part;

	for (unsigned i = 0; i < call->part_count; i++) {
		if (!call_part(call, i, &part))
			continue;
		if (part.kind == KTR_NAMEI && left-- == 0) {
			is_there = true;
			*ret = (struct call_told){
				.how = "",
				.path = (const char *)part.raw.data,
				.length = part.raw.length,
				.is_empty = part.raw.length == 0,
			};
		} else if (is_there && is_told_of(&part, index)) {
			take_told(ret, &part);
		}
	}
	return is_there;
}

bool call_path(const struct call *call, unsigned index, const char **ret,
	       size_t *ret_length)
{
	struct call_told told;

	if (!call_told(call, index, &told) || !told.length ||
	    told.path[0] != '/')
		return false;
	*ret = told.path;
	*ret_length = told.length;
	return true;
}

uint64_t call_duration_ns(const struct call *call)
{
	if (!call->has_returned || call->exit.time_ns < call->entry.time_ns)
		return 0;
	return call->exit.time_ns - call->entry.time_ns;
}
