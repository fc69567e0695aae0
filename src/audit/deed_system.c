/*
 * What a call does to processes and to the system -> facts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
		text_put(text, image ? "unknown" : "outside");
}

/* Of descriptors those are known that lead to a directory of /proc. */
static int32_t pid_behind(const struct deed *deed, unsigned index)
{
	static const char proc[] = "/proc/";
	const struct descriptor_name *name = deed->call->names[index];
	char digits[16];
	size_t length;

	if (!name || name->length <= strlen(proc) ||
	    name->length - strlen(proc) >= sizeof(digits) ||
	    memcmp(name->text, proc, strlen(proc)) != 0)
		return 0;
	length = name->length - strlen(proc);
	memcpy(digits, name->text + strlen(proc), length);
	digits[length] = '\0';
	return digits[strspn(digits, "0123456789")]
		   ? 0
		   : (int32_t)strtol(digits, NULL, 10);
}

/* Where 0 is no group, it is the caller. */
static void put_target(struct deed *deed, unsigned index, enum sysdesc_use use,
		       struct text *text)
{
	bool is_descriptor = deed->row->arg[index].kind == KIND_FD;
	int32_t pid = is_descriptor ? pid_behind(deed, index)
				    : (int32_t)deed->call->args[index];

	if (pid > 0)
		put_process(deed, pid, text);
	else if (is_descriptor)
		text_put(text, "unknown");
	else if (use == USE_ADJUST || use == USE_HOLD)
		text_put(text, pid ? "all" : "self");
	else
		text_put(text, pid == -1 ? "all" : "group");
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

int deed_process(struct deed *deed, unsigned index, enum sysdesc_use use)
{
	_cleanup_(text_done) struct text object = TEXT_INIT;
	_cleanup_(text_done) struct text other = TEXT_INIT;
	bool is_signal = use == USE_SIGNAL || use == USE_SIGNALS;

	if (is_signal && asks_only(deed))
		return 0;
	put_target(deed, index, use, &object);
	if (is_aside(use, &object) || is_nobody(deed, &object))
		return 0;
	put_signal(deed, &other);
	return deed_add(deed, is_signal ? VERB_SIGNAL : VERB_TRACE, FACT_KERNEL,
			&object, other.length ? &other : NULL);
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
	int r = take_namespaces(deed) ?: take_result(deed);

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
