/*
 * What a call asks of the system -> facts.
 */
#include <string.h>

#include <linux/mount.h>
#include <linux/sched.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "base/array.h"
#include "sysdesc/sets.h"
#include "trace/fields.h"

/* What --guard of ktrace-u did with a call. */
#define REFUSED "refuse"

#define NAMESPACES                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

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
	int r = take_namespaces(deed) ?: take_aliases(deed)
		    ?: take_result(deed);

	if (!r && !deed->names_recorder)
		r = take_refusal(deed);
	if (!r)
		r = deed_command(deed) ?: deed_kernel(deed);
	if (!r && deed->row->effect == EFFECT_CREDS)
		r = deed_add_string(deed, VERB_PRIVILEGE, FACT_KERNEL,
				    deed->row->name);
	return r;
}
