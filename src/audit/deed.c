/*
 * Arguments of a call -> facts: who did it. Sockets are in deed_socket.c, paths
 * in deed_path.c, processes in deed_process.c, the system in deed_system.c.
 */
#include "audit/deed.h"

#include <errno.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "audit/object.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "foreign/system.h"
#include "sysdesc/constant.h"
#include "sysdesc/sets.h"

/* ---- a fact of it ---- */

static const struct name *name_of(struct deed *deed, const struct text *text)
{
	if (text->failed)
		return NULL;
	return names_add(&deed->audit->names, text->data, text->length);
}

const struct name *deed_cwd(struct deed *deed)
{
	const struct descriptor_name *cwd = descriptors_find(
	    &deed->audit->descriptors, deed->call->entry.pid, DESCRIPTOR_CWD);

	if (cwd)
		return names_add(&deed->audit->names, cwd->text, cwd->length);
	return deed->image ? deed->image->cwd : NULL;
}

static int tell_weak(struct deed *deed, const struct fact *fact)
{
	if (!fact_is_weak(fact))
		return 0;
	return gaps_add(&deed->audit->gaps, &deed->call->entry, 1,
			fact->key.mark == FACT_RACED
			    ? "raced: what was opened may have been closed "
			      "before the kernel could be asked"
			    : "unproven: others could change what a call was "
			      "given while it was made");
}

static uint8_t protocol_of(const struct deed *deed)
{
	static const uint8_t by_type[] = { 0, FACT_ON_STREAM,
					   FACT_ON_DATAGRAM };
	const struct descriptor_name *name = deed->call->names[0];
	int type = name ? name->type : 0;

	return type >= 0 && type < (int)ARRAY_LEN(by_type) ? by_type[type]
							   : FACT_ON_OTHER;
}

int deed_make(struct deed *deed, enum audit_verb verb, enum fact_mark mark,
	      const struct text *object, const struct text *other,
	      struct fact *ret)
{
	*ret = (struct fact){
		.image = deed->image,
		.row = deed->row,
		.cwd = deed_cwd(deed),
		.first_ns = deed->call->entry.time_ns,
	};
	/* Padding counts too: it is compared as bytes. */
	memset(&ret->key, 0, sizeof(ret->key));
	ret->key.verb = (uint16_t)verb;
	ret->key.mark = (uint16_t)mark;
	ret->key.error = deed->error;
	ret->key.exe = deed->image ? deed->image->exe : NULL;
	ret->key.object = name_of(deed, object);
	ret->key.other = other ? name_of(deed, other) : NULL;
	if (!ret->key.object || (other && !ret->key.other))
		return -ENOMEM;
	if (verb_family(verb) == VERB_ON_SOCKET)
		ret->protocols = protocol_of(deed);
	if (verb_family(verb) == VERB_ON_SOCKET)
		ret->host = hosts_find(&deed->audit->hosts, ret->key.object);
	return tell_weak(deed, ret);
}

int deed_add(struct deed *deed, enum audit_verb verb, enum fact_mark mark,
	     const struct text *object, const struct text *other)
{
	struct fact fact;
	int r = deed_make(deed, verb, mark, object, other, &fact);

	return r ? r : facts_add(&deed->audit->facts, &fact);
}

int deed_add_string(struct deed *deed, enum audit_verb verb,
		    enum fact_mark mark, const char *object)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	text_put(&text, object);
	return deed_add(deed, verb, mark, &text, NULL);
}

enum fact_mark deed_claim(const struct deed *deed)
{
	return deed->is_shared ? FACT_UNPROVEN : FACT_PROVEN;
}

bool deed_is_rejected(const struct deed *deed)
{
	return deed->error == EFAULT || deed->error == EINVAL ||
	       deed->error == E2BIG || deed->error == ENOSYS;
}

/* ---- calls ---- */

/* Of what other kernels make of their arguments nothing is known. */
static struct sysdesc_arg argument_of(const struct deed *deed, unsigned index)
{
	return deed->call->entry.system == RECORD_LINUX
		   ? sysdesc_argument(deed->row, deed->call->args, index)
		   : deed->row->arg[index];
}

static int take_use(struct deed *deed, unsigned index)
{
	struct sysdesc_arg arg = argument_of(deed, index);

	if (arg.kind == KIND_PATH)
		return deed_path(deed, index);
	if (arg.kind != KIND_FD && arg.kind != KIND_PID)
		return 0;
	switch (arg.set) {
	case USE_CONNECT:
	case USE_BIND:
	case USE_LISTEN:
	case USE_ACCEPT:
	case USE_SEND:
		return deed_socket(deed, (enum sysdesc_use)arg.set);
	case USE_SIGNAL:
	case USE_SIGNALS:
	case USE_TRACE:
	case USE_ADJUST:
	case USE_HOLD:
		return deed_process(deed, index, (enum sysdesc_use)arg.set);
	default:
		return arg.kind == KIND_FD ? deed_descriptor(deed, index) : 0;
	}
}

static int32_t outcome_of(const struct call *call)
{
	if (!call->has_returned)
		return FACT_NO_RETURN;
	switch (call->exit.sysret.error) {
	case KTR_EJUSTRETURN:
		return 0;
	case KTR_ERESTART:
		return EINTR;
	default:
		return call->exit.sysret.error;
	}
}

static bool is_exec(const struct deed *deed)
{
	return deed->row->effect == EFFECT_EXEC;
}

/* Whether a structure of that name, and so long, came with the call. */
static bool has_structure(const struct call *call, const char *name,
			  size_t length)
{
	struct record part;

	for (unsigned i = 0; i < call->part_count; i++)
		if (call_part(call, i, &part) && record_is_struct(&part, name))
			return part.structure.length >= length;
	return false;
}

/* Others could change what the call was given: those who share all with its
 * image, unless they stood still meanwhile, or some memory only, or who write a
 * file that is mapped there. */
static bool could_change(const struct image *image, const struct call *call)
{
	return (image->is_shared && !has_structure(call, KTR_STRUCT_HELD, 0)) ||
	       common_has_given(&image->common, call) ||
	       has_structure(call, KTR_STRUCT_GIVEN, 0);
}

/* Who became the command looked for it before: that is not the command's
 * doing. And who executes something is who that was before. */
static bool find_actor(struct deed *deed)
{
	struct image *image = images_find(&deed->audit->images,
					  deed->call->entry.pid);

	deed->image = image;
	deed->is_shared = !image || could_change(image, deed->call);
	if (!image)
		return true;
	if (image->is_launcher)
		return false;
	if (is_exec(deed) && !deed->error && image->previous) {
		deed->executed = image;
		deed->is_shared = could_change(image->previous, deed->call);
		if (!image->previous->is_launcher)
			deed->image = image->previous;
	}
	return true;
}

static int take_unknown(struct audit *audit, const struct call *call)
{
	struct text what = TEXT_INIT;

	if (call->has_returned && call->exit.sysret.error == ENOSYS)
		return 0;
	text_format(&what, "system call %lld of %s, which nobody knows",
		    (long long)call->number, system_abi_name(call->abi));
	return gaps_add_text(&audit->gaps, &call->entry, 1, &what);
}

/* ---- what could not be read ---- */

/* Structures that say what a call is to do, with the bytes that count. */
static const struct {
	uint8_t blob;
	const char *name;
	size_t length;
} orders[] = {
	{ BLOB_OPEN_HOW, "open_how", 2 * sizeof(uint64_t) },
	{ BLOB_CLONE_ARGS, "clone_args", sizeof(uint64_t) },
	{ BLOB_MMAP_ARGS, "mmap_args", 6 * sizeof(uint32_t) },
};

static int take_order(struct deed *deed, unsigned index)
{
	const struct sysdesc_arg *arg = &deed->row->arg[index];
	struct text what = TEXT_INIT;
	size_t i = 0;

	while (i < ARRAY_LEN(orders) && orders[i].blob != arg->set)
		i++;
	if (arg->kind != KIND_BLOB || i == ARRAY_LEN(orders) ||
	    !deed->call->args[index] || deed_is_rejected(deed) ||
	    has_structure(deed->call, orders[i].name, orders[i].length))
		return 0;
	text_format(&what, "what it was to do was not read: %s",
		    deed->row->name);
	return gaps_add_text(&deed->audit->gaps, &deed->call->entry, 1, &what);
}

static void take_used(struct deed *deed)
{
	const struct sysdesc_inner *inner =
	    sysdesc_inner_find(deed->row, deed->call->args[0]);
	struct census *census = &deed->audit->census;

	census_take(census, deed->call, deed->row, deed_namespaces(deed));
	if (inner)
		census_take(census, deed->call, inner->row, 0);
}

int deed_take(struct audit *audit, const struct call *call)
{
	struct deed deed = { .audit = audit, .call = call, .row = call->row };
	unsigned count;
	int r;

	if (!call->row)
		return take_unknown(audit, call);
	deed.error = outcome_of(call);
	if (!find_actor(&deed))
		return 0;
	take_used(&deed);
	r = images_map(deed.image, call)
		?: connecting_settle(&audit->connecting, &audit->facts, call);
	if (r)
		return r < 0 ? r : 0;
	count = MIN(call->arg_count, (unsigned)call->row->narg);
	for (unsigned i = 0; !r && i < count; i++)
		r = take_order(&deed, i) ?: take_use(&deed, i);
	if (!r && deed.executed)
		r = deed_executed(&deed);
	return r ?: deed_mapped(&deed) ?: deed_system(&deed) ?: deed_carried(&deed);
}
