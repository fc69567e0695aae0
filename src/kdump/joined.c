/*
 * Calls as lines. A function for each kind of argument; what was captured is
 * found among the call's parts. Neither selects nor writes.
 */
#include "kdump/joined.h"

#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/constant.h"
#include "decode/data.h"
#include "decode/name.h"
#include "decode/structure.h"
#include "join/call.h"
#include "join/descriptor.h"
#include "join/state.h"
#include "kdump/column.h"
#include "kdump/line.h"
#include "kdump/line_stack.h"
#include "kdump/options.h"
#include "kdump/stacks.h"
#include "sysdesc/layout.h"
#include "trace/fields.h"

#define DATA_SHOWN 32 /* bytes of data, unless -m says otherwise */
#define SECOND_NS  UINT64_C(1000000000)

struct joined {
	struct text *text;
	const struct options *options;
	const struct state *state;
	const struct call *call;
	bool is_used[CALL_PARTS_MAX]; /* parts that stand in the line */
};

/* ---- marks for a terminal ---- */

enum mark { MARK_NOTHING, MARK_CALL, MARK_ERROR, MARK_SIGNAL, MARK_EVENT };

static void mark(struct text *text, const struct options *options,
		 enum mark which)
{
	static const char *const marks[] = {
		[MARK_NOTHING] = "\033[m", [MARK_CALL] = "\033[1m",
		[MARK_ERROR] = "\033[31m", [MARK_SIGNAL] = "\033[33m",
		[MARK_EVENT] = "\033[36m",
	};

	if (options->colour)
		text_put(text, marks[which]);
}

/* ---- parts ---- */

static bool is_named(const struct record *record, const char *name)
{
	bool is_structure = record->kind == KTR_STRUCT ||
			    record->kind == KTR_STRUCT_ARRAY;

	if (!name || !is_structure)
		return !name;
	return !strcmp(record->structure.name, name);
}

/* The next part of a kind (and name) that is not in the line yet, or -1. */
static int find_part(const struct joined *joined, unsigned kind,
		     const char *name, struct record *ret)
{
	for (unsigned i = 0; i < joined->call->part_count; i++) {
		unsigned is = joined->call->parts[i].record.kind;

		if (is == KTR_STRUCT_ARRAY && name)
			is = KTR_STRUCT;
		if (!joined->is_used[i] && is == kind &&
		    call_part(joined->call, i, ret) && is_named(ret, name))
			return (int)i;
	}
	return -1;
}

static bool take_part(struct joined *joined, unsigned kind, const char *name,
		      struct record *ret)
{
	int index = find_part(joined, kind, name, ret);

	if (index >= 0)
		joined->is_used[index] = true;
	return index >= 0;
}

/* ---- values ---- */

static void put_pointer(struct joined *joined, uint64_t value)
{
	if (value)
		text_hex(joined->text, value);
	else
		text_put(joined->text, "NULL");
}

static void put_data(struct joined *joined, const void *data, size_t length)
{
	size_t most = joined->options->data_max ?: DATA_SHOWN;

	data_quote(joined->text, data, MIN(length, most),
		   &joined->options->style);
	if (length > most)
		text_put(joined->text, "...");
}

/* "</src/a.c>" */
static void put_name(struct joined *joined, const struct descriptor_name *name)
{
	if (!name)
		return;
	text_char(joined->text, '<');
	data_escape(joined->text, name->text, name->length,
		    &joined->options->style);
	text_char(joined->text, '>');
}

static void put_descriptor(struct joined *joined, unsigned index,
			   uint64_t value)
{
	text_decimal(joined->text, (int32_t)value);
	put_name(joined, joined->call->names[index]);
}

/* Whether a path is no more than the two of directory and name. */
static bool is_sum(const struct field *path, const struct descriptor_name *name,
		   const void *data, size_t length)
{
	return name && path->length == name->length + 1 + length &&
	       !memcmp(path->data, name->text, name->length) &&
	       path->data[name->length] == '/' &&
	       !memcmp(path->data + name->length + 1, data, length);
}

/* Whether who reads the line sees where the path of an argument leads: by the
 * directory in front of it, or by the descriptor that it gave. */
static bool is_seen(const struct joined *joined, unsigned index,
		    const struct record *given, const struct field *path)
{
	const struct call *call = joined->call;
	const struct descriptor_name *result = call->result_name;
	const struct descriptor_name *directory = index > 0
						      ? call->names[index - 1]
						      : NULL;

	if (result && result->length == path->length &&
	    !memcmp(result->text, path->data, path->length))
		return true;
	return is_sum(path, directory, given->raw.data, given->raw.length);
}

/* A name, and where it leads if that is not what it says itself. */
static void put_path(struct joined *joined, unsigned index, uint64_t value)
{
	const struct data_style *style = &joined->options->style;
	struct record record, given;
	struct field path, arg;

	if (!take_part(joined, KTR_NAMEI, NULL, &given)) {
		put_pointer(joined, value);
		return;
	}
	data_quote(joined->text, given.raw.data, given.raw.length, style);
	for (unsigned i = 0; i < joined->call->part_count; i++) {
		if (joined->is_used[i] ||
		    !call_part(joined->call, i, &record) ||
		    !is_named(&record, KTR_STRUCT_PATH) ||
		    !fields_find(record.structure.data, record.structure.length,
				 "arg", &arg) ||
		    arg.number != index)
			continue;
		joined->is_used[i] = true;
		if (!fields_find(record.structure.data, record.structure.length,
				 "path", &path) ||
		    is_seen(joined, index, &given, &path))
			continue;
		text_char(joined->text, '<');
		data_escape(joined->text, path.data, path.length, style);
		text_char(joined->text, '>');
	}
}

static void put_strings(struct joined *joined, unsigned kind, uint64_t value)
{
	struct record record;

	if (!take_part(joined, kind, NULL, &record)) {
		put_pointer(joined, value);
		return;
	}
	text_char(joined->text, '[');
	data_quote_list(joined->text, record.raw.data, record.raw.length,
			&joined->options->style);
	text_char(joined->text, ']');
}

/* The data that went through it, or its address where none did. */
static void put_bytes(struct joined *joined, uint64_t value)
{
	struct record record;

	if (take_part(joined, KTR_GENIO, NULL, &record))
		put_data(joined, record.genio.data, record.genio.length);
	else
		put_pointer(joined, value);
}

/* A structure without its name: "{ ... }". */
static void put_value(struct joined *joined, const struct record *record)
{
	struct text whole = TEXT_INIT;
	const char *body;

	structure_put(&whole, record, joined->call->abi,
		      &joined->options->style);
	body = strchr(text_string(&whole), '{');
	text_put(joined->text, body ?: text_string(&whole));
	text_done(&whole);
}

static void put_structure(struct joined *joined, const struct sysdesc_arg *arg,
			  uint64_t value)
{
	const struct sysdesc_layout *layout =
	    sysdesc_layout((enum sysdesc_blob)arg->set, joined->call->abi);
	struct record record;

	if (value && layout &&
	    take_part(joined, KTR_STRUCT, layout->name, &record))
		put_value(joined, &record);
	else
		put_pointer(joined, value);
}

/* Vectors and messages: what they are, then what went through them. */
static void put_vector(struct joined *joined, const char *name, uint64_t value)
{
	struct record record;

	if (value && take_part(joined, KTR_STRUCT, name, &record))
		put_value(joined, &record);
	else
		put_pointer(joined, value);
	if (!take_part(joined, KTR_GENIO, NULL, &record))
		return;
	text_char(joined->text, ' ');
	put_data(joined, record.genio.data, record.genio.length);
}

/* The directory matters to a path that does not begin at the root. */
static void put_directory(struct joined *joined, unsigned index)
{
	struct record path;

	if (find_part(joined, KTR_NAMEI, NULL, &path) < 0 ||
	    !path.raw.length || path.raw.data[0] != '/')
		put_name(joined, joined->call->names[index]);
}

static void put_word(struct joined *joined, uint64_t value)
{
	text_decimal(joined->text, sysdesc_word(joined->call->abi) == 4
				       ? (int32_t)value
				       : (int64_t)value);
}

/* Flags and the like, by name. False: it has none. */
static bool put_constant(struct joined *joined, unsigned index)
{
	const struct call *call = joined->call;
	struct record entry = call->entry;
	struct constant constant;

	entry.syscall.args = (const uint8_t *)call->args;
	entry.syscall.narg = call->arg_count;
	if (!constant_of(&entry, call->row, call->abi, index, &constant))
		return false;
	constant_put(joined->text, &constant, CONSTANT_NAMES);
	return true;
}

static void put_argument(struct joined *joined, const struct sysdesc_arg *arg,
			 unsigned index)
{
	uint64_t value = joined->call->args[index];

	if (put_constant(joined, index)) {
		if (arg->kind == KIND_DIRFD)
			put_directory(joined, index);
		return;
	}
	switch ((enum sysdesc_kind)arg->kind) {
	case KIND_FD:
	case KIND_DIRFD:
		put_descriptor(joined, index, value);
		break;
	case KIND_INT:
	case KIND_PID:
	case KIND_UID:
	case KIND_GID:
	case KIND_CLOCK:
		text_decimal(joined->text, (int32_t)value);
		break;
	case KIND_UINT:
		text_unsigned(joined->text, (uint32_t)value);
		break;
	case KIND_LONG:
	case KIND_OFFSET:
		put_word(joined, value);
		break;
	case KIND_ULONG:
	case KIND_SIZE:
		text_unsigned(joined->text, value);
		break;
	case KIND_MODE:
		text_octal(joined->text, value & UINT32_MAX);
		break;
	case KIND_SIGNAL:
		name_signal(joined->text, (int)value);
		break;
	case KIND_PATH:
		put_path(joined, index, value);
		break;
	case KIND_ARGV:
		put_strings(joined, KTR_ARGS, value);
		break;
	case KIND_ENVP:
		put_strings(joined, KTR_ENVS, value);
		break;
	case KIND_BYTES:
	case KIND_XATTR:
	case KIND_MSGBUF:
		put_bytes(joined, value);
		break;
	case KIND_BLOB:
		put_structure(joined, arg, value);
		break;
	case KIND_IOVEC:
		put_vector(joined, "iovec", value);
		break;
	case KIND_MSGHDR:
		put_vector(joined, "msghdr", value);
		break;
	case KIND_MMSGHDR:
		put_vector(joined, "mmsghdr", value);
		break;
	case KIND_POINTER:
	case KIND_STRING:
		put_pointer(joined, value);
		break;
	case KIND_NONE:
	case KIND_HEX:
	case KIND_FLAGS:
	case KIND_ENUM:
	case KIND_DEV:
	case KIND_CMD:
		text_hex(joined->text, value);
		break;
	}
}

static void put_arguments(struct joined *joined)
{
	const struct call *call = joined->call;

	text_char(joined->text, '(');
	for (unsigned i = 0; i < call->arg_count; i++) {
		if (i > 0)
			text_put(joined->text, ", ");
		if (joined->options->plain || !call->row ||
		    i >= call->row->narg)
			text_hex(joined->text, call->args[i]);
		else
			put_argument(joined, &call->row->arg[i], i);
	}
	text_char(joined->text, ')');
}

/* ---- results ---- */

static void put_error(struct joined *joined, int error)
{
	const char *name = sysdesc_errno_name(error);

	mark(joined->text, joined->options, MARK_ERROR);
	text_put(joined->text, "-1 ");
	if (name)
		text_put(joined->text, name);
	else
		text_decimal(joined->text, error);
	text_put(joined->text, " (");
	name_errno(joined->text, error);
	text_char(joined->text, ')');
	mark(joined->text, joined->options, MARK_NOTHING);
}

static void put_number(struct joined *joined, int64_t value)
{
	if (joined->call->row && joined->call->row->result == RESULT_ADDRESS)
		text_hex(joined->text, (uint64_t)value);
	else
		text_decimal(joined->text, value);
}

static void put_result(struct joined *joined)
{
	const struct record *exit = &joined->call->exit;

	text_put(joined->text, " = ");
	switch (exit->sysret.error) {
	case 0:
		put_number(joined, exit->sysret.retval);
		put_name(joined, joined->call->result_name);
		break;
	case KTR_ERESTART:
		text_put(joined->text, "? (to be restarted)");
		break;
	case KTR_EJUSTRETURN:
		text_put(joined->text, "? (registers replaced)");
		break;
	default:
		put_error(joined, exit->sysret.error);
	}
}

/* "<0.000013>" */
static void put_duration(struct joined *joined)
{
	uint64_t took = call_duration_ns(joined->call);

	text_format(joined->text, " <%" PRIu64 ".%06" PRIu64 ">",
		    took / SECOND_NS, took % SECOND_NS / 1000);
}

static void put_no_result(struct joined *joined)
{
	const struct sysdesc_row *row = joined->call->row;

	text_put(joined->text, " = ?");
	if (!row ||
	    (row->effect != EFFECT_EXIT && row->effect != EFFECT_EXIT_GROUP))
		text_put(joined->text, " <unfinished>");
}

/* What was captured and has no place among the arguments. */
static void put_rest(struct joined *joined)
{
	struct record record;

	for (unsigned i = 0; i < joined->call->part_count; i++) {
		if (joined->is_used[i] ||
		    !call_part(joined->call, i, &record) ||
		    stacks_is_one(&record))
			continue;
		text_put(joined->text, "; ");
		line_put_body(joined->text, joined->options, joined->state,
			      &record);
	}
	if (joined->call->is_cut)
		text_put(joined->text, "; more was captured");
}

/* Below the line. */
static void put_stacks(struct joined *joined)
{
	struct record record;

	for (unsigned i = 0; i < joined->call->part_count; i++)
		if (call_part(joined->call, i, &record) &&
		    stacks_is_one(&record))
			line_stack_frames(joined->text, joined->state->stacks,
					  &record, &joined->options->style);
}

/* ---- lines ---- */

void joined_put_call(struct text *text, const struct options *options,
		     const struct state *state, struct call *call)
{
	struct joined joined = {
		.text = text, .options = options, .state = state, .call = call
	};

	column_put_origin(text, options, &call->entry);
	column_put_times(text, options, state, call->entry.time_ns);
	mark(text, options, MARK_CALL);
	name_syscall(text, call->abi, call->number, options->numbers);
	mark(text, options, MARK_NOTHING);
	if (call->is_marked)
		text_put(text, " resumed");
	put_arguments(&joined);
	if (call->has_returned) {
		put_result(&joined);
		put_duration(&joined);
	} else {
		put_no_result(&joined);
	}
	call->is_marked = !call->has_returned;
	put_rest(&joined);
	text_char(text, '\n');
	put_stacks(&joined);
}

/* ---- events ---- */

struct event {
	struct text *text;
	const struct options *options;
	const struct state *state;
	const struct record *record;
};

static void put_text_field(const struct event *event, const char *before,
			   const char *name)
{
	const struct record *record = event->record;
	struct field field;

	if (!fields_find(record->structure.data, record->structure.length, name,
			 &field))
		return;
	text_put(event->text, before);
	data_escape(event->text, field.data, field.length,
		    &event->options->style);
}

static void put_process(const struct event *event)
{
	mark(event->text, event->options, MARK_EVENT);
	text_put(event->text, "+++ runs");
	put_text_field(event, " ", "exe");
	put_text_field(event, " in ", "cwd");
	put_text_field(event, ", child of ", "ppid");
	text_put(event->text, " +++");
	mark(event->text, event->options, MARK_NOTHING);
}

static bool find_number(const struct record *record, const char *name,
			int64_t *ret)
{
	return fields_find_number(record->structure.data,
				  record->structure.length, name, ret);
}

static void put_exit_status(const struct event *event)
{
	int64_t number = 0, core = 0;

	mark(event->text, event->options, MARK_EVENT);
	if (find_number(event->record, "signal", &number)) {
		text_put(event->text, "+++ killed by ");
		name_signal(event->text, (int)number);
	} else if (find_number(event->record, "status", &number)) {
		text_put(event->text, "+++ exited with ");
		text_decimal(event->text, number);
	} else {
		text_put(event->text, "+++ ended");
	}
	find_number(event->record, "core", &core);
	text_put(event->text, core ? " (core dumped) +++" : " +++");
	mark(event->text, event->options, MARK_NOTHING);
}

static void put_signal(const struct event *event)
{
	mark(event->text, event->options, MARK_SIGNAL);
	text_put(event->text, "--- ");
	line_put_body(event->text, event->options, event->state, event->record);
	text_put(event->text, " ---");
	mark(event->text, event->options, MARK_NOTHING);
}

/* The return of a call whose entry was not recorded: of a newborn. */
static void put_resumed(const struct event *event)
{
	const struct record *record = event->record;

	enum sysdesc_abi abi = state_abi(event->state, record);
	int64_t number = state_number(event->state, record,
				      record->sysret.code);
	const struct call call = { .exit = *record,
				   .row = sysdesc_find(abi, number) };
	struct joined joined = { .text = event->text,
				 .options = event->options,
				 .call = &call };

	name_syscall(event->text, abi, number, event->options->numbers);
	text_put(event->text, " resumed");
	put_result(&joined);
}

/* How a record is shown; NULL: as everywhere else. */
static void (*shown_by(const struct record *record))(const struct event *)
{
	switch (record->kind) {
	case KTR_PSIG:
		return put_signal;
	case KTR_SYSRET:
		return put_resumed;
	case KTR_STRUCT:
		if (is_named(record, KTR_STRUCT_PROCESS))
			return put_process;
		if (is_named(record, KTR_STRUCT_EXIT_STATUS))
			return put_exit_status;
		return NULL;
	default:
		return NULL;
	}
}

void joined_put_event(struct text *text, const struct options *options,
		      const struct state *state, const struct record *record)
{
	const struct event event = { text, options, state, record };
	void (*put)(const struct event *) = shown_by(record);

	if (!line_has(record))
		return;
	if (!put) {
		line_put(text, options, state, record);
		return;
	}
	column_put_origin(text, options, record);
	column_put_times(text, options, state, record->time_ns);
	put(&event);
	text_char(text, '\n');
}
