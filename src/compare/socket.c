/*
 * Addresses as people write them. Must not know what becomes of them.
 */
#include "compare/socket.h"

#include <sys/socket.h>

#include "base/text.h"
#include "compare/stable.h"
#include "decode/address.h"
#include "decode/data.h"
#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"
#include "trace/record.h"

static bool is_address(const struct sysdesc_arg *arg)
{
	return arg->kind == KIND_MSGHDR || arg->kind == KIND_MMSGHDR ||
	       (arg->kind == KIND_BLOB && arg->set == BLOB_SOCKADDR);
}

enum socket_role socket_role(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < row->narg; i++) {
		if (!is_address(&row->arg[i]))
			continue;
		if (row->arg[i].direction == DIRECTION_IN)
			return SOCKET_GIVEN;
		return row->result == RESULT_ZERO ? SOCKET_NONE : SOCKET_PEER;
	}
	/* One that carries others says nothing of theirs. */
	return SOCKET_GIVEN;
}

static void put_host(struct text *text, const struct address *address,
		     enum socket_role role)
{
	bool is_inet6 = address->number == AF_INET6;

	text_format(text, is_inet6 ? "[%s]" : "%s", address->host);
	if (role == SOCKET_GIVEN)
		text_format(text, ":%u", address->port);
}

void socket_put(struct text *text, const struct record *record,
		enum socket_role role, int32_t ppid)
{
	static const struct data_style style = { .width = 80 };
	struct address address;

	if (!address_parse(record->structure.data, record->structure.length,
			   &address))
		return;
	switch (address.number) {
	case AF_UNSPEC:
		break;
	case AF_UNIX:
		if (address.rest_length == 0)
			break;
		text_put(text, address.is_abstract ? "unix:@" : "unix:");
		stable_put(text, address.rest, address.rest_length, record->pid,
			   ppid);
		break;
	case AF_INET:
	case AF_INET6:
		if (address.host[0])
			put_host(text, &address, role);
		break;
	case AF_NETLINK:
		text_put(text, address.family);
		break;
	default:
		address_put(text, &address, &style);
	}
}
