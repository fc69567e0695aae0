/*
 * What a call was given, as people read it: a function for each kind of
 * argument; what was captured is found by parts.c. Must not know
 * what stands around the brackets.
 */
#include "show/arguments.h"

#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/constant.h"
#include "decode/data.h"
#include "decode/listing.h"
#include "decode/name.h"
#include "decode/structure.h"
#include "foreign/system.h"
#include "join/descriptor.h"
#include "join/descriptor_name.h"
#include "show/parts.h"
#include "show/view.h"
#include "sysdesc/sets.h"
#include "trace/fields.h"

#define DATA_SHOWN 32 /* bytes of data, unless -m says otherwise */

/* ---- values ---- */

static void put_pointer(struct arguments *arguments, uint64_t value)
{
	if (value)
		text_hex(arguments->text, value);
	else
		text_put(arguments->text, "NULL");
}

static void put_data(struct arguments *arguments, const void *data,
		     size_t length)
{
	size_t most = arguments->view->data_max ?: DATA_SHOWN;

	data_quote(arguments->text, data, MIN(length, most),
		   &arguments->view->style);
	if (length > most)
		text_put(arguments->text, "...");
}

void arguments_put_name(struct text *text, const struct view *view,
			const struct descriptor_name *name)
{
	if (!name)
		return;
	text_char(text, '<');
	data_escape(text, name->text, name->length, &view->style);
	text_char(text, '>');
}

static void put_name(struct arguments *arguments, unsigned index)
{
	arguments_put_name(arguments->text, arguments->view,
			   arguments->call->names[index]);
}

/* The last that such a structure says of the argument. */
static bool find_told(struct arguments *arguments, unsigned index,
		      const char *name, const char *member, struct field *ret)
{
	bool is_told = false;
	struct record record;
	struct field arg;

	for (unsigned i = 0; i < arguments->call->part_count; i++) {
		if (arguments->is_used[i] ||
		    !call_part(arguments->call, i, &record) ||
		    !parts_is_named(&record, name) ||
		    !fields_find(record.structure.data, record.structure.length,
				 "arg", &arg) ||
		    arg.number != index)
			continue;
		arguments->is_used[i] = true;
		is_told = fields_find(record.structure.data,
				      record.structure.length, member, ret);
	}
	return is_told;
}

/* And where it leads, if that is not known by what was done before. */
static void put_descriptor(struct arguments *arguments, unsigned index,
			   uint64_t value)
{
	struct field pid;
	bool is_told = find_told(arguments, index, KTR_STRUCT_PIDFD, "pid",
				 &pid);

	text_decimal(arguments->text, (int32_t)value);
	if (is_told && !arguments->call->names[index])
		text_format(arguments->text, "<" DESCRIPTOR_PROCESS "%d>",
			    (int)pid.number);
	else
		put_name(arguments, index);
}

/* Whether a path is no more than directory and name. */
static bool is_sum(const struct field *path, const struct descriptor_name *name,
		   const void *data, size_t length)
{
	/* The root ends in its slash already; an empty name is the directory.
	 */
	size_t head = name ? name->length - (name->length == 1) : 0;
	size_t slash = length > 0;

	return name && path->length == head + slash + length &&
	       !memcmp(path->data, name->text, head) &&
	       (!slash || path->data[head] == '/') &&
	       !memcmp(path->data + head + slash, data, length);
}

/* Whether who reads the line sees where the path of an argument leads: by the
 * directory in front of it, or by the descriptor that it gave. */
static bool is_seen(const struct arguments *arguments, unsigned index,
		    const struct record *given, const struct field *path)
{
	const struct call *call = arguments->call;
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
static void put_path(struct arguments *arguments, unsigned index,
		     uint64_t value)
{
	const struct data_style *style = &arguments->view->style;
	struct record given;
	struct field path;

	if (!parts_take(arguments, KTR_NAMEI, NULL, &given)) {
		put_pointer(arguments, value);
		return;
	}
	data_quote(arguments->text, given.raw.data, given.raw.length, style);
	if (!find_told(arguments, index, KTR_STRUCT_PATH, "path", &path) ||
	    is_seen(arguments, index, &given, &path))
		return;
	text_char(arguments->text, '<');
	data_escape(arguments->text, path.data, path.length, style);
	text_char(arguments->text, '>');
}

static void put_strings(struct arguments *arguments, unsigned kind,
			uint64_t value)
{
	struct record record;

	if (!parts_take(arguments, kind, NULL, &record)) {
		put_pointer(arguments, value);
		return;
	}
	text_char(arguments->text, '[');
	data_quote_list(arguments->text, record.raw.data, record.raw.length,
			&arguments->view->style);
	text_char(arguments->text, ']');
}

/* False: it is none, or not to be understood. */
static bool put_listing(struct arguments *arguments,
			const struct sysdesc_arg *arg,
			const struct record *record)
{
	const struct call *call = arguments->call;
	size_t most = arguments->view->data_max ?: SIZE_MAX;
	size_t length = MIN(record->genio.length, most);

	return arg->kind == KIND_BYTES && arg->set != BLOB_NONE &&
	       listing_put(arguments->text, (enum sysdesc_blob)arg->set,
			   call->abi, record->genio.data, length,
			   (int64_t)length < call->exit.sysret.retval,
			   &arguments->view->style);
}

/* The data that went through it, or its address where none did. */
static void put_bytes(struct arguments *arguments,
		      const struct sysdesc_arg *arg, uint64_t value)
{
	struct record record;

	if (!parts_take(arguments, KTR_GENIO, NULL, &record))
		put_pointer(arguments, value);
	else if (!put_listing(arguments, arg, &record))
		put_data(arguments, record.genio.data, record.genio.length);
}

/* A structure without its name: "{ ... }". */
static void put_value(struct arguments *arguments, const struct record *record)
{
	struct data_style style = arguments->view->style;
	struct text whole = TEXT_INIT;
	const char *body;

	style.names = true;
	structure_put(&whole, record, arguments->call->abi, &style);
	body = strchr(text_string(&whole), '{');
	text_put(arguments->text, body ?: text_string(&whole));
	text_done(&whole);
}

static void put_structure(struct arguments *arguments,
			  const struct sysdesc_arg *arg, uint64_t value)
{
	const char *name = structure_name((enum sysdesc_blob)arg->set,
					  arguments->call->abi);
	struct record record;

	if (value && name && parts_take(arguments, KTR_STRUCT, name, &record))
		put_value(arguments, &record);
	else
		put_pointer(arguments, value);
}

/* Vectors and messages: what they are, then what went through them. */
static void put_vector(struct arguments *arguments, const char *name,
		       uint64_t value)
{
	struct record record;

	if (value && parts_take(arguments, KTR_STRUCT, name, &record))
		put_value(arguments, &record);
	else
		put_pointer(arguments, value);
	if (!parts_take(arguments, KTR_GENIO, NULL, &record))
		return;
	text_char(arguments->text, ' ');
	put_data(arguments, record.genio.data, record.genio.length);
}

/* The directory matters to a path that does not begin at the root. */
static void put_directory(struct arguments *arguments, unsigned index)
{
	struct record path;

	if (parts_find(arguments, KTR_NAMEI, NULL, &path) < 0 ||
	    !path.raw.length || path.raw.data[0] != '/')
		put_name(arguments, index);
}

static void put_word(struct arguments *arguments, uint64_t value)
{
	text_decimal(arguments->text, system_word(arguments->call->abi) == 4
					  ? (int32_t)value
					  : (int64_t)value);
}

/* Flags and the like, by name. False: it has none. */
static bool put_constant(struct arguments *arguments, unsigned index)
{
	const struct call *call = arguments->call;
	struct record entry = call->entry;
	struct constant constant;

	entry.syscall.args = (const uint8_t *)call->args;
	entry.syscall.narg = call->arg_count;
	if (!constant_of(&entry, call->row, call->abi, index, &constant))
		return false;
	constant_put(arguments->text, &constant, CONSTANT_NAMES);
	return true;
}

static void put_argument(struct arguments *arguments,
			 const struct sysdesc_arg *arg, unsigned index)
{
	uint64_t value = arguments->call->args[index];

	if (put_constant(arguments, index)) {
		if (arg->kind == KIND_DIRFD)
			put_directory(arguments, index);
		return;
	}
	switch ((enum sysdesc_kind)arg->kind) {
	case KIND_FD:
	case KIND_DIRFD:
		put_descriptor(arguments, index, value);
		break;
	case KIND_INT:
	case KIND_PID:
	case KIND_UID:
	case KIND_GID:
	case KIND_CLOCK:
		text_decimal(arguments->text, (int32_t)value);
		break;
	case KIND_UINT:
		text_unsigned(arguments->text, (uint32_t)value);
		break;
	case KIND_LONG:
	case KIND_OFFSET:
		put_word(arguments, value);
		break;
	case KIND_ULONG:
	case KIND_SIZE:
		text_unsigned(arguments->text, value);
		break;
	case KIND_MODE:
		text_octal(arguments->text, value & UINT32_MAX);
		break;
	case KIND_SIGNAL:
		name_signal(arguments->text, system_of(arguments->call->abi),
			    (int)value);
		break;
	case KIND_PATH:
		put_path(arguments, index, value);
		break;
	case KIND_ARGV:
		put_strings(arguments, KTR_ARGS, value);
		break;
	case KIND_ENVP:
		put_strings(arguments, KTR_ENVS, value);
		break;
	case KIND_BYTES:
	case KIND_XATTR:
	case KIND_MSGBUF:
		put_bytes(arguments, arg, value);
		break;
	case KIND_BLOB:
		put_structure(arguments, arg, value);
		break;
	case KIND_IOVEC:
		put_vector(arguments, "iovec", value);
		break;
	case KIND_MSGHDR:
		put_vector(arguments, "msghdr", value);
		break;
	case KIND_MMSGHDR:
		put_vector(arguments, "mmsghdr", value);
		break;
	case KIND_POINTER:
	case KIND_STRING:
		put_pointer(arguments, value);
		break;
	case KIND_NONE:
	case KIND_HEX:
	case KIND_FLAGS:
	case KIND_ENUM:
	case KIND_DEV:
	case KIND_CMD:
		text_hex(arguments->text, value);
		break;
	}
}

/* Flags of open(2) by which it may make a file. */
static uint64_t making_flags(enum sysdesc_abi abi)
{
	const uint64_t everywhere_else = 0x200;

	return system_of(abi) == RECORD_LINUX
		   ? O_CREAT | (O_TMPFILE & ~O_DIRECTORY)
		   : everywhere_else;
}

/* It looks at a mode only then. */
static bool is_looked_at(const struct call *call, unsigned index)
{
	const struct sysdesc_arg *arg = call->row->arg;

	return index == 0 || arg[index].kind != KIND_MODE ||
	       arg[index - 1].kind != KIND_FLAGS ||
	       arg[index - 1].set != FLAGSET_OPEN ||
	       (call->args[index - 1] & making_flags(call->abi));
}

void arguments_put(struct arguments *arguments)
{
	const struct call *call = arguments->call;

	text_char(arguments->text, '(');
	for (unsigned i = 0; i < call->arg_count; i++) {
		bool is_known = !arguments->view->plain && call->row &&
				i < call->row->narg;

		if (is_known && !is_looked_at(call, i))
			continue;
		if (i > 0)
			text_put(arguments->text, ", ");
		if (is_known)
			put_argument(arguments, &call->row->arg[i], i);
		else
			text_hex(arguments->text, call->args[i]);
	}
	text_char(arguments->text, ')');
}
