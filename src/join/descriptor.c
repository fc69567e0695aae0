/*
 * What records and calls tell. A child begins with its parent's names; an exec
 * begins anew with what the recorder tells of.
 */
#include "join/descriptor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sys/socket.h>

#include "base/text.h"
#include "decode/address.h"
#include "join/call.h"
#include "join/descriptor_table.h"
#include "join/use.h"
#include "sysdesc/sets.h"
#include "trace/fields.h"
#include "trace/record.h"

void descriptors_done(struct descriptors *descriptors)
{
	descriptor_table_forget_all(descriptors);
}

struct descriptor_name *descriptors_find(const struct descriptors *descriptors,
					 int32_t pid, int32_t fd)
{
	const struct descriptor_table *table =
	    descriptor_table_find(descriptors, pid);
	const struct descriptor *descriptor = descriptor_table_get(table, fd);

	return descriptor ? descriptor->name : NULL;
}

static int set_field(struct descriptors *descriptors,
		     struct descriptor_table *table, int32_t fd,
		     const struct field *field)
{
	return descriptor_table_set(
	    descriptors, table, fd,
	    descriptor_name_make(field->data, field->length));
}

/* ---- what records tell ---- */

/* A birth; else another program, or one that is met: of those the recorder
 * tells. Nor has a child a table when what was lost may have been its parent's.
 */
static int learn_process(struct descriptors *descriptors,
			 const struct record *record)
{
	struct descriptor_table *table = descriptor_table_find(descriptors,
							       record->pid);
	int64_t creator;

	if (table)
		descriptor_table_forget(descriptors, table);
	else if (fields_find_number(record->structure.data,
				    record->structure.length, "creator",
				    &creator))
		return descriptor_table_inherit(descriptors, record->pid,
						(int32_t)creator);
	return 0;
}

/* "cwd=/src", "fd:3", "path=/etc/passwd", and so on. */
static int learn_list(struct descriptors *descriptors,
		      const struct record *record)
{
	struct descriptor_table *table = descriptor_table_take(descriptors,
							       record->pid);
	int32_t fd = -1;
	bool is_malformed = false;
	struct field field;
	size_t at = 0;
	int r = 0;

	if (!table)
		return -ENOMEM;
	descriptor_table_clear(descriptors, table);
	while (!r &&
	       fields_next(record->structure.data, record->structure.length,
			   &at, &field, &is_malformed)) {
		if (field.is_number && fields_is(&field, "fd"))
			fd = (int32_t)field.number;
		else if (!field.is_number && fd >= 0 &&
			 fields_is(&field, "path"))
			r = set_field(descriptors, table, fd, &field);
		else if (!field.is_number && fields_is(&field, "cwd"))
			r = set_field(descriptors, table, DESCRIPTOR_CWD,
				      &field);
	}
	return r;
}

int descriptors_learn(struct descriptors *descriptors,
		      const struct record *record)
{
	struct descriptor_table *table = NULL;

	/* What other kernels close at an exec is not followed. */
	if (record->system != RECORD_LINUX)
		return 0;
	/* A loss may have been of any call; of a newborn, of its parent's. */
	if (record->after_drop || record->kind == KTR_PROCDTOR)
		table = descriptor_table_find(descriptors, record->pid);
	if (table)
		descriptor_table_forget(descriptors, table);
	else if (record->after_drop && record->kind == KTR_PROCCTOR)
		return descriptor_table_take(descriptors, record->pid)
			   ? 0
			   : -ENOMEM;
	if (record_is_struct(record, KTR_STRUCT_PROCESS))
		return learn_process(descriptors, record);
	if (record_is_struct(record, KTR_STRUCT_DESCRIPTORS))
		return learn_list(descriptors, record);
	return 0;
}

/* ---- what calls tell ---- */

static bool is_descriptor(const struct sysdesc_row *row, unsigned index)
{
	return index < row->narg && row->arg[index].kind == KIND_FD;
}

void descriptors_enter(struct descriptors *descriptors, const struct call *call)
{
	struct descriptor_table *table = descriptor_table_find(descriptors,
							       call->entry.pid);

	if (!table || !call->row)
		return;
	switch (call->row->effect) {
	case EFFECT_CLOSE:
		descriptor_table_close(descriptors, table,
				       (int32_t)call->args[0]);
		break;
	case EFFECT_DUP:
		if (is_descriptor(call->row, 1) &&
		    (int32_t)call->args[0] != (int32_t)call->args[1])
			descriptor_table_close(descriptors, table,
					       (int32_t)call->args[1]);
		break;
	case EFFECT_CLOSE_RANGE:
		if ((uint32_t)call->args[2] & CLOSE_RANGE_UNSHARE)
			descriptor_table_forget(descriptors, table);
		else if (!((uint32_t)call->args[2] & CLOSE_RANGE_CLOEXEC))
			descriptor_table_close_range(descriptors, table,
						     (uint32_t)call->args[0],
						     (uint32_t)call->args[1]);
		break;
	case EFFECT_UNSHARE:
		if (call->args[0] & (CLONE_FILES | CLONE_FS))
			descriptor_table_forget(descriptors, table);
		break;
	case EFFECT_SETNS:
	case EFFECT_RINGS:
		/* Another directory; or a ring may close what nobody sees. */
		descriptor_table_forget(descriptors, table);
		break;
	default:
		break;
	}
}

/* The argument that is a path, or -1. */
static int path_argument(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_PATH)
			return (int)i;
	return -1;
}

/* Other bits of it are flags. */
static int type_of(const struct call *call)
{
	for (unsigned i = 0; i < call->row->narg; i++)
		if (call->row->arg[i].kind == KIND_FLAGS &&
		    call->row->arg[i].set == FLAGSET_SOCKET_TYPE)
			return (int)(call->args[i] & 0xf);
	return 0;
}

/* What the call makes, by its own name: "socket", "eventfd". */
static struct descriptor_name *name_of_kind(const struct call *call)
{
	const char *own = call->row->name;
	struct descriptor_name *name =
	    descriptor_name_make(own, strcspn(own, "0123456789"));

	if (name)
		name->type = type_of(call);
	return name;
}

/* "/run/x", "@x", "127.0.0.1:80", "[::1]:80", "AF_NETLINK" */
static void put_address(struct text *text, const struct address *address)
{
	bool is_wide = strchr(address->host, ':') != NULL;

	if (address->number == AF_UNIX &&
	    (address->rest_length || address->is_abstract)) {
		text_put(text, address->is_abstract ? "@" : "");
		text_bytes(text, address->rest, address->rest_length);
	} else if (address->has_port)
		text_format(text, is_wide ? "[%s]:%u" : "%s:%u", address->host,
			    address->port);
	else
		text_put(text, address->family);
}

static struct descriptor_name *name_of_address(const void *data, size_t length)
{
	struct descriptor_name *name = NULL;
	struct text text = TEXT_INIT;
	struct address address;

	/* AF_UNSPEC: it leads nowhere any more. */
	if (!address_parse(data, length, &address) || !address.family ||
	    address.number == AF_UNSPEC)
		return NULL;
	put_address(&text, &address);
	if (!text.failed)
		name = descriptor_name_make(text.data, text.length);
	text_done(&text);
	return name;
}

struct descriptor_name *descriptors_address(const struct call *call)
{
	struct record part;

	for (unsigned i = 0; i < call->part_count; i++)
		if (call_part(call, i, &part) &&
		    record_is_struct(&part, "sockaddr"))
			return name_of_address(part.structure.data,
					       part.structure.length);
	return NULL;
}

/* A file without a name, in the directory that the path leads to. */
static bool has_no_name(const struct call *call)
{
	uint64_t flags, mode;

	return use_flags(call, &flags, &mode) &&
	       flags & (O_TMPFILE & ~O_DIRECTORY);
}

/* As the kernel calls it, where it was asked. */
static struct descriptor_name *unnamed(const struct call *call, unsigned index)
{
	struct descriptor_name *name = NULL;
	struct text text = TEXT_INIT;
	struct call_told told;

	if (!call_told(call, index, &told) || !told.is_deleted)
		return NULL;
	text_bytes(&text, told.path, told.length);
	text_put(&text, " (deleted)");
	if (!text.failed)
		name = descriptor_name_make(text.data, text.length);
	text_done(&text);
	return name;
}

/* A process that the call was to get hold of; NULL: it was no process. */
static struct descriptor_name *process_of(const struct call *call)
{
	char name[sizeof(DESCRIPTOR_PROCESS) + 12];
	const struct sysdesc_arg *arg = &call->row->arg[0];
	int length;

	if (!call->row->narg || arg->kind != KIND_PID || arg->set != USE_HOLD)
		return NULL;
	length = snprintf(name, sizeof(name), DESCRIPTOR_PROCESS "%d",
			  (int32_t)call->args[0]);
	return descriptor_name_make(name, (size_t)length);
}

static struct descriptor_name *opened(const struct call *call)
{
	int index = path_argument(call->row);
	struct descriptor_name *name = NULL;
	const char *path;
	size_t length;

	if (index >= 0 && has_no_name(call))
		return unnamed(call, (unsigned)index);
	if (index >= 0 && !call_path(call, (unsigned)index, &path, &length))
		return NULL;
	if (index >= 0) {
		while (length > 2 && !memcmp(path + length - 2, "/.", 2))
			length -= 2;
		return descriptor_name_make(path, length);
	}
	if (call->row->classes & CLASS_NETWORK)
		name = descriptors_address(call);
	return name ?: process_of(call) ?: name_of_kind(call);
}

/* A call that changes a table. */
struct leaving {
	struct descriptors *descriptors;
	struct descriptor_table *table;
	const struct call *call;
};

/* Both of a pair. */
static int leave_pair(const struct leaving *leaving)
{
	const struct call *call = leaving->call;
	struct record part;
	int32_t fds[2];
	int r = 0;

	for (unsigned i = 0; i < call->part_count; i++) {
		if (!call_part(call, i, &part) ||
		    !record_is_struct(&part, "fd_pair") ||
		    part.structure.length < sizeof(fds))
			continue;
		memcpy(fds, part.structure.data, sizeof(fds));
		for (unsigned end = 0; !r && end < 2; end++)
			r = descriptor_table_set(leaving->descriptors,
						 leaving->table, fds[end],
						 name_of_kind(call));
	}
	return r;
}

static bool copies(const struct call *call)
{
	int32_t command = (int32_t)call->args[1];

	return call->row->effect == EFFECT_DUP ||
	       (call->row->effect == EFFECT_FCNTL &&
		(command == F_DUPFD || command == F_DUPFD_CLOEXEC));
}

/* Where its first argument led, unless another thread has changed that since.
 */
static struct descriptor_name *first_of(const struct leaving *leaving)
{
	struct descriptor *descriptor = descriptor_table_get(
	    leaving->table, (int32_t)leaving->call->args[0]);

	if (!descriptor || descriptor->name != leaving->call->names[0])
		return NULL;
	return descriptor_name_hold(descriptor->name);
}

/* The working directory is where a path or a descriptor led. */
static int leave_cwd(const struct leaving *leaving)
{
	bool has_path = path_argument(leaving->call->row) >= 0;

	return descriptor_table_set(
	    leaving->descriptors, leaving->table, DESCRIPTOR_CWD,
	    has_path ? opened(leaving->call) : first_of(leaving));
}

static int leave_address(const struct leaving *leaving)
{
	const struct call *call = leaving->call;
	struct descriptor_name *former = call->names[0];
	struct descriptor_name *name = descriptors_address(call)
					   ?: descriptor_name_make("socket", 6);

	if (!name)
		return -ENOMEM;
	name->type = former ? former->type : 0;
	/* The call's own, and this descriptor's. */
	if (former && former->holders > 2)
		descriptor_table_rename(leaving->descriptors, former, name);
	return descriptor_table_set(leaving->descriptors, leaving->table,
				    (int32_t)call->args[0], name);
}

static uint64_t spawn_flags(const struct call *call)
{
	struct record part;
	uint64_t flags = UINT64_MAX; /* not told: whatever may be */

	if (call->row->effect == EFFECT_SPAWN)
		return call->row->narg ? call->args[0] : 0;
	for (unsigned i = 0; i < call->part_count; i++)
		if (call_part(call, i, &part) &&
		    record_is_struct(&part, "clone_args") &&
		    part.structure.length >= sizeof(flags))
			memcpy(&flags, part.structure.data, sizeof(flags));
	return flags;
}

/* Two processes with one table or directory, or two of a process's threads with
 * tables of their own: of neither it is known, until it executes something. */
static void leave_spawn(const struct leaving *leaving)
{
	const uint64_t both = CLONE_FILES | CLONE_FS;
	uint64_t flags = spawn_flags(leaving->call);

	if (flags != UINT64_MAX &&
	    (flags & both) == (flags & CLONE_THREAD ? both : 0))
		return;
	descriptor_table_forget_process(
	    leaving->descriptors, (int32_t)leaving->call->exit.sysret.retval);
	descriptor_table_forget_process(leaving->descriptors,
					leaving->call->entry.pid);
}

static int leave(const struct leaving *leaving)
{
	const struct call *call = leaving->call;

	if (copies(call))
		return descriptor_table_set(
		    leaving->descriptors, leaving->table,
		    (int32_t)call->exit.sysret.retval, first_of(leaving));
	if (call->row->effect == EFFECT_CWD)
		return leave_cwd(leaving);
	if (call->row->result == RESULT_FD)
		return descriptor_table_set(
		    leaving->descriptors, leaving->table,
		    (int32_t)call->exit.sysret.retval, opened(call));
	if (call->row->effect == EFFECT_SPAWN ||
	    call->row->effect == EFFECT_SPAWN3) {
		leave_spawn(leaving);
		return 0;
	}
	return leave_pair(leaving);
}

int descriptors_leave(struct descriptors *descriptors, const struct call *call)
{
	const struct leaving leaving = {
		descriptors,
		descriptor_table_find(descriptors, call->entry.pid), call
	};
	int32_t error = call->exit.sysret.error;

	if (!call->row || !leaving.table)
		return 0;
	if (call->row->effect == EFFECT_ADDRESS)
		return !error || error == EINPROGRESS ? leave_address(&leaving)
						      : 0;
	return error ? 0 : leave(&leaving);
}
