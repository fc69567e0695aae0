/* A table by process and descriptor. Which call says what, the table of calls
 * tells. */
#include "audit/connecting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include "join/call.h"
#include "sysdesc/sets.h"

struct connecting_one {
	uint64_t key;
	struct fact fact;
	UT_hash_handle hh;
};

static uint64_t key_of(int32_t pid, int32_t fd)
{
	return (uint64_t)(uint32_t)pid << 32 | (uint32_t)fd;
}

static struct connecting_one *find(const struct connecting *connecting,
				   uint64_t key)
{
	struct connecting_one *one;

	HASH_FIND(hh, connecting->first, &key, sizeof(key), one);
	return one;
}

static int finish(struct connecting *connecting, struct facts *facts,
		  struct connecting_one *one, int32_t error)
{
	int r;

	one->fact.key.error = error;
	r = facts_add(facts, &one->fact);
	HASH_DEL(connecting->first, one);
	free(one);
	return r;
}

void connecting_done(struct connecting *connecting)
{
	struct connecting_one *one = connecting->first, *next;

	HASH_CLEAR(hh, connecting->first);
	for (; one; one = next) {
		next = one->hh.next;
		free(one);
	}
}

int connecting_begin(struct connecting *connecting, struct facts *facts,
		     int32_t pid, int32_t fd, const struct fact *fact)
{
	struct connecting_one *one = find(connecting, key_of(pid, fd));
	int r = 0;

	if (!one && HASH_COUNT(connecting->first) >= CONNECTING_MAX)
		one = connecting->first;
	if (one)
		r = finish(connecting, facts, one, EINPROGRESS);
	if (r)
		return r;
	one = calloc(1, sizeof(*one));
	if (!one)
		return -ENOMEM;
	one->key = key_of(pid, fd);
	one->fact = *fact;
	HASH_ADD(hh, connecting->first, key, sizeof(one->key), one);
	if (one->hh.tbl)
		return 0;
	free(one);
	return -ENOMEM;
}

/* ---- what calls say of it ---- */

#define OPEN_STILL (-1)

static bool gives_option(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_BLOB &&
		    row->arg[i].set == BLOB_SOCKET_OPTION &&
		    row->arg[i].direction == DIRECTION_OUT)
			return true;
	return false;
}

static int32_t by_option(const struct call *call)
{
	struct record part;
	int32_t error = OPEN_STILL;

	if ((int32_t)call->args[1] != SOL_SOCKET ||
	    (int32_t)call->args[2] != SO_ERROR)
		return OPEN_STILL;
	for (unsigned i = 0; i < call->part_count; i++)
		if (call_part(call, i, &part) &&
		    record_is_struct(&part, "socket_option") &&
		    part.structure.length >= sizeof(error))
			memcpy(&error, part.structure.data, sizeof(error));
	return error < 0 ? OPEN_STILL : error;
}

/* Errors that are the connection's, and not of the call that met them. */
static bool is_of_connection(int32_t error)
{
	static const int32_t errors[] = { ECONNREFUSED, ETIMEDOUT,
					  EHOSTUNREACH, ENETUNREACH,
					  ECONNRESET,   ECONNABORTED };

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i] == error)
			return true;
	return false;
}

static int32_t by_result(const struct call *call, bool connects)
{
	int32_t error = call->exit.sysret.error;

	if (error == 0 || (connects && error == EISCONN))
		return 0;
	return is_of_connection(error) ? error : OPEN_STILL;
}

static int32_t outcome(const struct call *call, bool connects)
{
	if (!call->has_returned)
		return OPEN_STILL;
	if (call->row->effect == EFFECT_CLOSE)
		return EINPROGRESS;
	if (gives_option(call->row))
		return call->exit.sysret.error ? OPEN_STILL : by_option(call);
	if (connects || call->row->classes & CLASS_IO)
		return by_result(call, connects);
	return OPEN_STILL;
}

int connecting_settle(struct connecting *connecting, struct facts *facts,
		      const struct call *call)
{
	const struct sysdesc_arg *arg = call->row ? &call->row->arg[0] : NULL;
	struct connecting_one *one = NULL;
	bool connects;
	int32_t error;
	int r = 0;

	if (arg && arg->kind == KIND_FD && connecting->first)
		one = find(connecting,
			   key_of(call->entry.pid, (int32_t)call->args[0]));
	if (!one)
		return 0;
	connects = arg->set == USE_CONNECT;
	error = outcome(call, connects);
	if (error != OPEN_STILL)
		r = finish(connecting, facts, one, error);
	return r ? r : connects;
}

int connecting_end(struct connecting *connecting, struct facts *facts)
{
	struct connecting_one *one = connecting->first;
	int r = 0;

	for (; !r && one; one = one->hh.next) {
		one->fact.key.error = EINPROGRESS;
		r = facts_add(facts, &one->fact);
	}
	connecting_done(connecting);
	return r;
}
