/*
 * What a call does to processes and to the system -> facts.
 */
#include <string.h>

#include <linux/sched.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "base/cleanup.h"
#include "decode/name.h"

#define NAMESPACES                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* ---- processes ---- */

static void put_target(struct deed *deed, int32_t pid, struct text *text)
{
	const struct image *image;

	if (pid == -1) {
		text_put(text, "all");
		return;
	}
	if (pid <= 0) {
		text_put(text, "group");
		return;
	}
	image = images_find(&deed->audit->images, pid);
	if (pid == deed->call->entry.pid || pid == deed->call->entry.tid)
		text_put(text, "self");
	else if (image && image->exe)
		text_bytes(text, image->exe->text, image->exe->length);
	else
		text_put(text, image ? "unknown" : "outside");
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

/* What a descriptor of a process leads to is not told by its name. */
int deed_process(struct deed *deed, unsigned index, enum sysdesc_use use)
{
	_cleanup_(text_done) struct text object = TEXT_INIT;
	_cleanup_(text_done) struct text other = TEXT_INIT;

	if (use == USE_SIGNAL && asks_only(deed))
		return 0;
	if (deed->row->arg[index].kind == KIND_PID)
		put_target(deed, (int32_t)deed->call->args[index], &object);
	else
		text_put(&object, "unknown");
	put_signal(deed, &other);
	return deed_add(deed, use == USE_SIGNAL ? VERB_SIGNAL : VERB_TRACE,
			FACT_KERNEL, &object, other.length ? &other : NULL);
}

/* ---- the system ---- */

static uint64_t namespace_flags(const struct deed *deed)
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
	return namespace_flags(deed) & NAMESPACES;
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

int deed_system(struct deed *deed)
{
	int r = take_namespaces(deed);

	if (!r && deed->row->classes & CLASS_KERNEL)
		r = deed_add_string(deed, VERB_KERNEL, FACT_KERNEL,
				    deed->row->name);
	if (!r && deed->row->effect == EFFECT_CREDS)
		r = deed_add_string(deed, VERB_PRIVILEGE, FACT_KERNEL,
				    deed->row->name);
	return r;
}
