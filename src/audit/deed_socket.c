/*
 * Sockets among the arguments of a call -> facts.
 */
#include <errno.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "audit/object.h"
#include "base/cleanup.h"
#include "trace/record.h"

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
	const struct name *cwd = deed_cwd(deed);

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

int deed_socket(struct deed *deed, enum sysdesc_use use)
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

/* A carrier, as socketcall, has none of its arguments, but those of sockets
 * were captured beside it. */
int deed_carried(struct deed *deed)
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
			r = deed_socket(
			    deed, (enum sysdesc_use)inner->row->arg[i].set);
	return r;
}
