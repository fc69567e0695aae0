/*
 * Sockets among the arguments of a call -> facts.
 */
#include <errno.h>
#include <string.h>

#include <netinet/in.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "audit/object.h"
#include "base/cleanup.h"
#include "sysdesc/sets.h"
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

static int tell_unread(struct deed *deed)
{
	return gaps_add(&deed->audit->gaps, &deed->call->entry, 1,
			"an address could not be read");
}

/* To bind and to send without a family is to do so by IPv4. */
static bool put_given(enum audit_verb verb, const struct record *part,
		      struct text *text)
{
	const struct sockaddr *own = (const void *)part->structure.data;
	struct sockaddr_in address;
	bool is_short = part->structure.length < sizeof(address);

	if (!is_short)
		memcpy(&address, own, sizeof(address));
	if (is_short || verb == VERB_CONNECT || address.sin_family != AF_UNSPEC)
		return object_put_address(text, own, part->structure.length);
	address.sin_family = AF_INET;
	return object_put_address(text, &address, sizeof(address));
}

static bool leads(enum audit_verb verb)
{
	return verb == VERB_CONNECT || verb == VERB_BIND || verb == VERB_SEND;
}

/* A family that has hosts, without one. */
static bool is_vague(const struct text *given)
{
	const char *name = text_string((struct text *)(uintptr_t)given);

	return !strcmp(name, "AF_INET") || !strcmp(name, "AF_INET6");
}

static bool is_carried(const struct deed *deed)
{
	return deed->row != deed->call->row;
}

/* What is sent may open the connection that it goes through. */
static bool connects(const struct deed *deed)
{
	for (unsigned i = 0; i < deed->row->narg; i++)
		if (deed->row->arg[i].kind == KIND_FLAGS &&
		    deed->row->arg[i].set == FLAGSET_MSG)
			return !is_carried(deed) &&
			       deed->call->args[i] & MSG_FASTOPEN;
	return false;
}

static bool is_disconnect(enum audit_verb verb, const struct record *part)
{
	return verb == VERB_CONNECT &&
	       part->structure.length >= sizeof(sa_family_t);
}

static int add_address(struct deed *deed, enum audit_verb verb,
		       const struct record *part)
{
	_cleanup_(text_done) struct text given = TEXT_INIT;
	_cleanup_(text_done) struct text called = TEXT_INIT;
	_cleanup_(text_done) struct text object = TEXT_INIT;
	bool is_lost = leads(verb) && !deed->error;
	enum fact_mark mark;
	int r;

	if (!put_given(verb, part, &given))
		return is_lost && !is_disconnect(verb, part) ? tell_unread(deed)
							     : 0;
	if (is_lost && is_vague(&given))
		return tell_unread(deed);
	r = find_socket(deed, &given, &called);
	if (r)
		return tell_nowhere(deed, r);
	mark = deed_peer(deed, &called, &object);
	r = add_endpoint(deed, verb, mark, &called, &object);
	return !r && verb == VERB_SEND && connects(deed)
		   ? add_endpoint(deed, VERB_CONNECT, mark, &called, &object)
		   : r;
}

/* ---- what was read of it ---- */

struct told {
	unsigned addresses, headers;
	unsigned named; /* headers that lead to an address */
};

/* Of a struct msghdr the first are where its address is, and how long. */
static bool has_name(const struct deed *deed, const struct record *part)
{
	unsigned word = sysdesc_word(deed->call->abi);
	uint64_t address = 0;
	uint32_t length;

	if (part->structure.length < word + sizeof(length))
		return true;
	memcpy(&address, part->structure.data, word);
	memcpy(&length, part->structure.data + word, sizeof(length));
	return address && length;
}

static int add_addresses(struct deed *deed, enum audit_verb verb,
			 struct told *told)
{
	struct record part;
	int r = 0;

	for (unsigned i = 0; !r && i < deed->call->part_count; i++) {
		if (!call_part(deed->call, i, &part))
			continue;
		if (record_is_struct(&part, "msghdr")) {
			told->headers++;
			told->named += has_name(deed, &part);
		}
		if (!record_is_struct(&part, "sockaddr"))
			continue;
		told->addresses++;
		r = add_address(deed, verb, &part);
	}
	return r;
}

/* Of a call that another one carries it is not known, unless it has none. */
static bool is_given(const struct deed *deed, unsigned index)
{
	const struct sysdesc_arg *arg = &deed->row->arg[index];
	const struct sysdesc_inner *inner =
	    sysdesc_inner_find(deed->call->row, deed->call->args[0]);

	if (is_carried(deed))
		return !inner || inner->from[index] != FROM_NOWHERE;
	return deed->call->args[index] &&
	       (uint32_t)deed->call->args[arg->len_arg];
}

/* Of several messages those before the result were sent. */
static unsigned sent(const struct deed *deed, const struct sysdesc_arg *arg)
{
	if (arg->kind == KIND_MSGHDR)
		return 1;
	if (!deed->error)
		return (unsigned)deed->call->exit.sysret.retval;
	return is_carried(deed) || (uint32_t)deed->call->args[arg->len_arg];
}

static bool lacks(const struct deed *deed, unsigned index,
		  const struct told *told)
{
	const struct sysdesc_arg *arg = &deed->row->arg[index];

	if (arg->direction != DIRECTION_IN)
		return false;
	switch (arg->kind) {
	case KIND_BLOB:
		return arg->set == BLOB_SOCKADDR && is_given(deed, index) &&
		       !told->addresses;
	case KIND_MSGHDR:
	case KIND_MMSGHDR:
		return told->headers < sent(deed, arg) ||
		       told->addresses < told->named;
	default:
		return false;
	}
}

/* Other kernels tell only of those that were taken. */
static bool lacks_any(const struct deed *deed, enum audit_verb verb,
		      const struct told *told)
{
	bool any = false;

	if (!leads(verb) || deed_is_rejected(deed))
		return false;
	if (deed->call->entry.system != RECORD_LINUX)
		return verb != VERB_SEND && !deed->error && !told->addresses;
	for (unsigned i = 0; i < deed->row->narg; i++)
		any |= lacks(deed, i, told);
	return any;
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
	struct told told = { 0 };
	int r;

	/* What is no socket is none of theirs. */
	if (deed->error == EBADF || deed->error == ENOTSOCK)
		return 0;
	r = add_addresses(deed, verb, &told);
	if (!r && leads(verb) && deed->call->is_cut)
		return gaps_add(&deed->audit->gaps, &deed->call->entry, 1,
				"more parts of a call than can be kept");
	if (!r && lacks_any(deed, verb, &told))
		return tell_unread(deed);
	if (r || told.addresses)
		return r;
	if (verb == VERB_LISTEN || (verb == VERB_ACCEPT && !deed->error))
		return add_named_socket(deed, verb);
	return 0;
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
