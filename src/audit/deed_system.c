/*
 * What a call does to processes and to the system -> facts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <linux/mount.h>
#include <linux/sched.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "decode/name.h"
#include "join/descriptor_name.h"
#include "sysdesc/sets.h"
#include "trace/fields.h"

/* What --guard of ktrace-u did with a call. */
#define REFUSED "refuse"

/* Whom a descriptor leads to that nobody knows. */
#define UNKNOWN "unknown"

#define NAMESPACES                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* ---- processes ---- */

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

/* Of descriptors those are known that were opened as a process, or lead to a
 * directory of /proc. */
static int32_t pid_behind(const struct deed *deed, unsigned index)
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
	int32_t pid = is_descriptor ? pid_behind(deed, index)
				    : (int32_t)deed->call->args[index];

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

/* Who is to get signals of one, as a structure says it: a kind of number, and
 * that. */
static bool find_owner(const struct deed *deed, int32_t *ret)
{
	struct record part;
	struct f_owner_ex owner;

	for (unsigned i = 0; i < deed->call->part_count; i++) {
		if (!call_part(deed->call, i, &part) ||
		    !record_is_struct(&part, "f_owner_ex") ||
		    part.structure.length < sizeof(owner))
			continue;
		memcpy(&owner, part.structure.data, sizeof(owner));
		*ret = owner.type == F_OWNER_PGRP && owner.pid > 0 ? -owner.pid
								   : owner.pid;
		return true;
	}
	return false;
}

static int take_owner(struct deed *deed)
{
	_cleanup_(text_done) struct text object = TEXT_INIT;
	int32_t owner;

	if (deed->row->effect != EFFECT_FCNTL ||
	    (int32_t)deed->call->args[1] != F_SETOWN_EX)
		return 0;
	if (!find_owner(deed, &owner))
		return tell_anybody(deed);
	put_number(deed, owner, USE_ADJUST, &object);
	return add_process(deed, &object, USE_ADJUST);
}

/* ---- the system ---- */

static uint64_t spawn_flags(const struct deed *deed)
{
	const struct call *call = deed->call;
	struct record part;
	uint64_t flags = 0;

	switch (deed->row->effect) {
	case EFFECT_SPAWN:
	case EFFECT_UNSHARE:
		return deed->row->narg ? call->args[0] : 0;
	case EFFECT_SPAWN3:
		for (unsigned i = 0; i < call->part_count; i++)
			if (call_part(call, i, &part) &&
			    record_is_struct(&part, "clone_args") &&
			    part.structure.length >= sizeof(flags))
				memcpy(&flags, part.structure.data,
				       sizeof(flags));
		return flags;
	default:
		return 0;
	}
}

uint64_t deed_namespaces(const struct deed *deed)
{
	return spawn_flags(deed) & NAMESPACES;
}

static int take_namespaces(struct deed *deed)
{
	uint64_t flags = deed_namespaces(deed);
	int r = 0;

	if (flags & CLONE_NEWUSER)
		r = deed_add_string(deed, VERB_KERNEL, FACT_KERNEL, "userns");
	if (!r && flags & ~(uint64_t)CLONE_NEWUSER)
		r = deed_add_string(deed, VERB_KERNEL, FACT_KERNEL,
				    "namespace");
	return r;
}

/* The recorder did not let it: it was meant, whatever it was called. */
static int take_refusal(struct deed *deed)
{
	struct record part;
	struct field field;

	for (unsigned i = 0; i < deed->call->part_count; i++)
		if (call_part(deed->call, i, &part) &&
		    record_is_struct(&part, KTR_STRUCT_DENIED) &&
		    fields_find(part.structure.data, part.structure.length,
				"action", &field) &&
		    field.length == strlen(REFUSED) &&
		    !memcmp(field.data, REFUSED, strlen(REFUSED)))
			return deed_add_string(deed, VERB_TRACE, FACT_KERNEL,
					       "recorder");
	return 0;
}

/* ---- what leads to files by other names ---- */

/* As the kernel looks at flags of mount(2): a new place of what is there goes
 * before what is only shared otherwise, and magic before all. */
static bool is_mount(uint64_t flags)
{
	const uint64_t sharing = MS_SHARED | MS_PRIVATE | MS_SLAVE |
				 MS_UNBINDABLE;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~(uint64_t)MS_MGC_MSK;
	return !(flags & MS_REMOUNT) && (flags & MS_BIND || !(flags & sharing));
}

static bool is_copy(uint64_t flags)
{
	return flags & OPEN_TREE_CLONE;
}

/* By the flags that only such calls have. */
static const struct {
	uint8_t set;
	bool (*is_one)(uint64_t flags); /* NULL: whatever they are */
} mounting[] = {
	{ FLAGSET_MOUNT, is_mount },
	{ FLAGSET_OPEN_TREE, is_copy },
	{ FLAGSET_MOVE_MOUNT, NULL },
	{ FLAGSET_FSMOUNT, NULL },
};

static bool mounts_by(const struct deed *deed, unsigned index)
{
	const struct sysdesc_arg *arg = &deed->row->arg[index];

	/* Of two paths the second is where the old root goes. */
	if (arg->kind == KIND_PATH)
		return index == 1 && arg->set == USE_MOUNT &&
		       deed->row->arg[0].kind == KIND_PATH;
	for (size_t i = 0; i < ARRAY_LEN(mounting); i++)
		if (arg->kind == KIND_FLAGS && arg->set == mounting[i].set)
			return !mounting[i].is_one ||
			       mounting[i].is_one(deed->call->args[index]);
	return false;
}

static bool mounts(const struct deed *deed)
{
	for (unsigned i = 0; i < deed->row->narg; i++)
		if (mounts_by(deed, i))
			return true;
	return false;
}

static bool opens_handle(const struct deed *deed)
{
	for (unsigned i = 0; i < deed->row->narg; i++)
		if (deed->row->arg[i].kind == KIND_BLOB &&
		    deed->row->arg[i].set == BLOB_FILE_HANDLE &&
		    deed->row->result == RESULT_FD)
			return true;
	return false;
}

static int take_aliases(struct deed *deed)
{
	struct text what = TEXT_INIT;
	bool is_handle = opens_handle(deed);

	if (deed->error || !(is_handle || mounts(deed)))
		return 0;
	text_format(&what,
		    is_handle ? "a file was opened without a name: %s"
			      : "names below a mount may be others': %s",
		    deed->row->name);
	return gaps_add_text(&deed->audit->gaps, &deed->call->entry, 1, &what);
}

/* ---- who begins and ends ---- */

static bool waits(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_BLOB &&
		    row->arg[i].set == BLOB_WAIT_STATUS)
			return true;
	return false;
}

/* Its result names somebody who is from here on, or is no more. */
static int take_result(struct deed *deed)
{
	const struct call *call = deed->call;
	struct images *images = &deed->audit->images;

	if (deed->error || deed->row->result != RESULT_PID)
		return 0;
	if (waits(deed->row))
		images_reaped(images, (int32_t)call->exit.sysret.retval,
			      call->exit.time_ns);
	return spawn_flags(deed) & CLONE_THREAD
		   ? images_thread(images, call->entry.pid,
				   (int32_t)call->exit.sysret.retval)
		   : 0;
}

int deed_system(struct deed *deed)
{
	int r = take_namespaces(deed) ?: take_owner(deed) ?: take_aliases(deed)
		    ?: take_result(deed);

	if (!r && !deed->names_recorder)
		r = take_refusal(deed);

	if (!r && deed->row->classes & CLASS_KERNEL)
		r = deed_add_string(deed, VERB_KERNEL, FACT_KERNEL,
				    deed->row->name);
	if (!r && deed->row->effect == EFFECT_CREDS)
		r = deed_add_string(deed, VERB_PRIVILEGE, FACT_KERNEL,
				    deed->row->name);
	return r;
}
