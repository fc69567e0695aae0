/*
 * What a call does to processes -> facts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "decode/name.h"
#include "join/descriptor_name.h"
#include "trace/fields.h"
#include "trace/record.h"

/* Whom a descriptor leads to that nobody knows. */
#define UNKNOWN "unknown"

static bool is_recorder(const struct audit *audit, int32_t pid)
{
	for (unsigned i = 0; i < audit->guarded_count; i++)
		if (audit->guarded[i] == pid)
			return true;
	return false;
}

static void put_process(struct deed *deed, int32_t pid, struct text *text)
{
	const struct image *image = images_find_since(
	    &deed->audit->images, pid, deed->call->entry.time_ns);

	if (pid == deed->call->entry.pid || pid == deed->call->entry.tid ||
	    (image && image->pid == deed->call->entry.pid))
		text_put(text, "self");
	else if (is_recorder(deed->audit, pid)) {
		text_put(text, "recorder");
		deed->names_recorder = true;
	} else if (image && image->exe)
		text_bytes(text, image->exe->text, image->exe->length);
	else
		text_put(text, image ? UNKNOWN : "outside");
}

/* What the recorder has seen of the descriptor; 0: nothing. */
static int32_t find_told(const struct deed *deed, unsigned index)
{
	struct record part;
	int64_t arg, pid;

	for (unsigned i = 0; i < deed->call->part_count; i++)
		if (call_part(deed->call, i, &part) &&
		    record_is_struct(&part, KTR_STRUCT_PIDFD) &&
		    fields_find_number(part.structure.data,
				       part.structure.length, "arg", &arg) &&
		    fields_find_number(part.structure.data,
				       part.structure.length, "pid", &pid) &&
		    arg == index && pid > 0 && pid <= INT32_MAX)
			return (int32_t)pid;
	return 0;
}

/* Of other descriptors those are known that were opened as a process, or lead
 * to a directory of /proc. */
static int32_t find_named(const struct deed *deed, unsigned index)
{
	static const char *const starts[] = { "/proc/", DESCRIPTOR_PROCESS };
	const struct descriptor_name *name = deed->call->names[index];
	size_t i = 0;

	while (name && i < ARRAY_LEN(starts) &&
	       strncmp(name->text, starts[i], strlen(starts[i])) != 0)
		i++;
	if (!name || i == ARRAY_LEN(starts))
		return 0;
	i = strlen(starts[i]);
	return name->length - i > 9 ||
		       name->text[i + strspn(name->text + i, "0123456789")]
		   ? 0
		   : (int32_t)strtol(name->text + i, NULL, 10);
}

/* A group that has a process's number was made in the job. */
static void put_group(const struct deed *deed, int64_t group, struct text *text)
{
	bool is_own = images_had(&deed->audit->images, (int32_t)group);

	text_put(text, is_own ? "group" : "outside");
}

static void put_number(struct deed *deed, int32_t pid, enum sysdesc_use use,
		       struct text *text)
{
	bool is_signal = use == USE_SIGNAL || use == USE_SIGNALS;

	if (pid > 0)
		put_process(deed, pid, text);
	else if (pid == 0)
		text_put(text, is_signal ? "group" : "self");
	else if (is_signal ? pid == -1 : deed->row->effect != EFFECT_FCNTL)
		text_put(text, "all");
	else
		put_group(deed, -(int64_t)pid, text);
}

static void put_target(struct deed *deed, unsigned index, enum sysdesc_use use,
		       struct text *text)
{
	bool is_descriptor = deed->row->arg[index].kind == KIND_FD;
	int32_t pid = is_descriptor ? find_told(deed, index)
				    : (int32_t)deed->call->args[index];

	if (is_descriptor && !pid)
		pid = find_named(deed, index);
	if (is_descriptor && pid <= 0)
		text_put(text, UNKNOWN);
	else
		put_number(deed, pid, use, text);
}

static void put_signal(const struct deed *deed, struct text *text)
{
	for (unsigned i = 0; i < deed->row->narg; i++)
		if (deed->row->arg[i].kind == KIND_SIGNAL)
			name_signal(text, deed->call->entry.system,
				    (int)deed->call->args[i]);
}

/* Signal 0 asks whether it is there, and is none. */
static bool asks_only(const struct deed *deed)
{
	for (unsigned i = 0; i < deed->row->narg; i++)
		if (deed->row->arg[i].kind == KIND_SIGNAL)
			return (int32_t)deed->call->args[i] == 0;
	return false;
}

static bool is_called(const struct text *object, const char *name)
{
	return object->length == strlen(name) &&
	       !memcmp(object->data, name, object->length);
}

/* What is set of a process, or asked about it, is worth telling where it is
 * none of the job. */
static bool is_aside(enum sysdesc_use use, const struct text *object)
{
	return (use == USE_ADJUST || use == USE_HOLD) &&
	       !is_called(object, "outside") && !is_called(object, "recorder");
}

/* A shell that kills what it has waited for reaches nobody. */
static bool is_nobody(const struct deed *deed, const struct text *object)
{
	return deed->error == ESRCH && is_called(object, "outside");
}

/* It may be anybody, outside of the job as well. */
static int tell_anybody(struct deed *deed)
{
	struct text what = TEXT_INIT;

	if (deed->error == EBADF || deed->error == ESRCH ||
	    deed_is_rejected(deed))
		return 0;
	text_format(&what, "a process is not known: %s", deed->row->name);
	return gaps_add_text(&deed->audit->gaps, &deed->call->entry, 1, &what);
}

static int add_process(struct deed *deed, const struct text *object,
		       enum sysdesc_use use)
{
	_cleanup_(text_done) struct text other = TEXT_INIT;
	bool is_signal = use == USE_SIGNAL || use == USE_SIGNALS;

	if (is_aside(use, object) || is_nobody(deed, object))
		return 0;
	put_signal(deed, &other);
	return deed_add(deed, is_signal ? VERB_SIGNAL : VERB_TRACE, FACT_KERNEL,
			object, other.length ? &other : NULL);
}

int deed_process(struct deed *deed, unsigned index, enum sysdesc_use use)
{
	_cleanup_(text_done) struct text object = TEXT_INIT;
	bool is_signal = use == USE_SIGNAL || use == USE_SIGNALS;
	int r = 0;

	if (is_signal && asks_only(deed))
		return 0;
	put_target(deed, index, use, &object);
	if (deed->row->arg[index].kind == KIND_FD &&
	    is_called(&object, UNKNOWN))
		r = tell_anybody(deed);
	return r ?: add_process(deed, &object, use);
}

/* ---- owners of descriptors ---- */

/* Who is to get signals of one: a number, or a kind of number and that. */
static bool read_owner(const struct record *part, int32_t *ret)
{
	struct f_owner_ex owner;

	if (record_is_struct(part, "int") &&
	    part->structure.length >= sizeof(*ret)) {
		memcpy(ret, part->structure.data, sizeof(*ret));
		return true;
	}
	if (!record_is_struct(part, "f_owner_ex") ||
	    part->structure.length < sizeof(owner))
		return false;
	memcpy(&owner, part->structure.data, sizeof(owner));
	*ret = owner.type == F_OWNER_PGRP && owner.pid > 0 ? -owner.pid
							   : owner.pid;
	return true;
}

static bool find_owner(const struct deed *deed, int32_t *ret)
{
	struct record part;

	for (unsigned i = 0; i < deed->call->part_count; i++)
		if (call_part(deed->call, i, &part) && read_owner(&part, ret))
			return true;
	return false;
}

int deed_owner(struct deed *deed)
{
	_cleanup_(text_done) struct text object = TEXT_INIT;
	int32_t owner;

	if (!find_owner(deed, &owner))
		return tell_anybody(deed);
	if (owner < 0)
		put_group(deed, -(int64_t)owner, &object);
	else
		put_number(deed, owner, USE_ADJUST, &object);
	return add_process(deed, &object, USE_ADJUST);
}
