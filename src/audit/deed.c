/*
 * Arguments of a call -> facts: who did it, and what was done to sockets. Paths
 * are in deed_path.c, processes and the system in deed_system.c.
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

/* ---- a fact of it ---- */

static const struct name *name_of(struct deed *deed, const struct text *text)
{
	if (text->failed)
		return NULL;
	return names_add(&deed->audit->names, text->data, text->length);
}

static const struct name *cwd_of(struct deed *deed)
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

int deed_make(struct deed *deed, enum audit_verb verb, enum fact_mark mark,
	      const struct text *object, const struct text *other,
	      struct fact *ret)
{
	*ret = (struct fact){
		.image = deed->image,
		.row = deed->row,
		.cwd = cwd_of(deed),
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

/* ---- sockets ---- */

static enum audit_verb socket_verb(enum sysdesc_use use)
{
	switch (use) {
	case USE_CONNECT:
		return VERB_CONNECT;
	case USE_BIND:
		return VERB_BIND;
	case USE_LISTEN:
		return VERB_LISTEN;
	case USE_ACCEPT:
		return VERB_ACCEPT;
	case USE_SEND:
		return VERB_SEND;
	default:
		return VERB_COUNT;
	}
}

/* The environment may have it by the name that it was asked by. */
static const struct name *find_door(const struct deed *deed,
				    const struct text *given,
				    const struct name *object)
{
	const struct doors *doors = &deed->audit->doors;
	const struct name *door = doors_find(doors, object->text,
					     object->length);

	return door ?: doors_find(doors, given->data, given->length);
}

/* given: what it was called; object: which it was. */
static int add_endpoint(struct deed *deed, enum audit_verb verb,
			enum fact_mark mark, const struct text *given,
			const struct text *object)
{
	struct fact fact;
	int r = deed_make(deed, verb, mark, object, NULL, &fact);

	if (r)
		return r;
	if (verb == VERB_CONNECT || verb == VERB_SEND)
		fact.key.other = find_door(deed, given, fact.key.object);
	if (verb != VERB_CONNECT || deed->error != EINPROGRESS)
		return facts_add(&deed->audit->facts, &fact);
	return connecting_begin(&deed->audit->connecting, &deed->audit->facts,
				deed->call->entry.pid,
				(int32_t)deed->call->args[0], &fact);
}

/* A socket that is a file has a path like any other. 0; 1: it is not known;
 * -ENOMEM. */
static int find_socket(struct deed *deed, const struct text *given,
		       struct text *ret)
{
	_cleanup_(text_done) struct text path = TEXT_INIT;
	size_t start = strlen(OBJECT_UNIX);
	const char *own = given->data + start;
	const struct name *cwd = cwd_of(deed);

	if (given->failed)
		return -ENOMEM;
	if (given->length <= start ||
	    memcmp(given->data, OBJECT_UNIX, start) != 0 || *own == '@') {
		text_bytes(ret, given->data, given->length);
		return 0;
	}
	if (*own != '/') {
		if (!cwd)
			return 1;
		text_bytes(&path, cwd->text, cwd->length);
		text_char(&path, '/');
	}
	text_bytes(&path, own, given->length - start);
	text_put(ret, OBJECT_UNIX);
	return object_put_path(ret, path.data, path.length,
			       deed->call->entry.pid)
		   ? 0
		   : 1;
}

/* What find_socket() returned, if not 0. */
static int tell_nowhere(struct deed *deed, int r)
{
	return r < 0 ? r
		     : gaps_add(&deed->audit->gaps, &deed->call->entry, 1,
				"a socket relative to a directory that is not "
				"known");
}

static int add_address(struct deed *deed, enum audit_verb verb,
		       const struct record *part)
{
	_cleanup_(text_done) struct text given = TEXT_INIT;
	_cleanup_(text_done) struct text called = TEXT_INIT;
	_cleanup_(text_done) struct text object = TEXT_INIT;
	enum fact_mark mark;
	int r;

	if (!object_put_address(&given, part->structure.data,
				part->structure.length))
		return 0;
	r = find_socket(deed, &given, &called);
	if (r)
		return tell_nowhere(deed, r);
	mark = deed_peer(deed, &called, &object);
	return add_endpoint(deed, verb, mark, &called, &object);
}

static int add_addresses(struct deed *deed, enum audit_verb verb,
			 unsigned *ret_count)
{
	struct record part;
	int r = 0;

	for (unsigned i = 0; !r && i < deed->call->part_count; i++) {
		if (!call_part(deed->call, i, &part) ||
		    !record_is_struct(&part, "sockaddr"))
			continue;
		++*ret_count;
		r = add_address(deed, verb, &part);
	}
	return r;
}

/* Of a socket that nothing was said of: who listens has an address, though
 * perhaps one that the kernel chose. */
static int add_named_socket(struct deed *deed, enum audit_verb verb)
{
	const struct descriptor_name *name = deed->call->names[0];
	_cleanup_(text_done) struct text given = TEXT_INIT;
	_cleanup_(text_done) struct text object = TEXT_INIT;
	int r;

	if (name)
		object_put_socket(&given, name->text, name->length);
	else
		text_put(&given, "socket");
	r = find_socket(deed, &given, &object);
	return r ? tell_nowhere(deed, r)
		 : deed_add(deed, verb, deed_claim(deed), &object, NULL);
}

static int take_socket(struct deed *deed, enum sysdesc_use use)
{
	enum audit_verb verb = socket_verb(use);
	unsigned count = 0;
	int r;

	/* What is no socket is none of theirs. */
	if (deed->error == EBADF || deed->error == ENOTSOCK)
		return 0;
	r = add_addresses(deed, verb, &count);
	if (r || count)
		return r;
	if (verb == VERB_LISTEN || (verb == VERB_ACCEPT && !deed->error))
		return add_named_socket(deed, verb);
	if ((verb == VERB_CONNECT || verb == VERB_BIND) && !deed->error)
		return gaps_add(&deed->audit->gaps, &deed->call->entry, 1,
				"an address could not be read");
	return deed->call->is_cut
		   ? gaps_add(&deed->audit->gaps, &deed->call->entry, 1,
			      "more parts of a call than can be kept")
		   : 0;
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
		return take_socket(deed, (enum sysdesc_use)arg.set);
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

/* Whoever could change what it was given stood still meanwhile. */
static bool was_alone(const struct call *call)
{
	struct record part;

	for (unsigned i = 0; i < call->part_count; i++)
		if (call_part(call, i, &part) &&
		    record_is_struct(&part, KTR_STRUCT_HELD))
			return true;
	return false;
}

/* Others could change what the call was given: those who share all with its
 * image, unless they stood still meanwhile, or some memory only. */
static bool could_change(const struct image *image, const struct call *call)
{
	return (image->is_shared && !was_alone(call)) ||
	       common_has_given(&image->common, call);
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

/* A carrier, as socketcall, has none of its arguments, but those of sockets
 * were captured beside it. */
static int take_carried(struct deed *deed)
{
	const struct sysdesc_inner *inner =
	    sysdesc_inner_find(deed->call->row, deed->call->args[0]);
	int r = 0;

	if (!inner)
		return 0;
	deed->row = inner->row;
	for (unsigned i = 0; !r && i < inner->row->narg; i++)
		if (inner->row->arg[i].kind == KIND_FD &&
		    socket_verb((enum sysdesc_use)inner->row->arg[i].set) !=
			VERB_COUNT)
			r = take_socket(
			    deed, (enum sysdesc_use)inner->row->arg[i].set);
	return r;
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
		r = take_use(&deed, i);
	if (!r && deed.executed)
		r = deed_executed(&deed);
	return r ?: deed_system(&deed) ?: take_carried(&deed);
}
