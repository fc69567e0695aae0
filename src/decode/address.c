/*
 * Socket addresses of the families that Linux has. Every field is there or not
 * by the length of the record alone.
 */
#include "decode/address.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"

/* clang-format off */
static const char *const family_names[] = {
#define X(name) [name] = #name
	X(AF_UNSPEC), X(AF_UNIX), X(AF_INET), X(AF_AX25), X(AF_IPX),
	X(AF_APPLETALK), X(AF_NETROM), X(AF_BRIDGE), X(AF_ATMPVC), X(AF_X25),
	X(AF_INET6), X(AF_ROSE), X(AF_DECnet), X(AF_NETBEUI), X(AF_SECURITY),
	X(AF_KEY), X(AF_NETLINK), X(AF_PACKET), X(AF_ASH), X(AF_ECONET),
	X(AF_ATMSVC), X(AF_RDS), X(AF_SNA), X(AF_IRDA), X(AF_PPPOX),
	X(AF_WANPIPE), X(AF_LLC), X(AF_IB), X(AF_MPLS), X(AF_CAN), X(AF_TIPC),
	X(AF_BLUETOOTH), X(AF_IUCV), X(AF_RXRPC), X(AF_ISDN), X(AF_PHONET),
	X(AF_IEEE802154), X(AF_CAIF), X(AF_ALG), X(AF_NFC), X(AF_VSOCK),
	X(AF_KCM), X(AF_QIPCRTR), X(AF_SMC), X(AF_XDP),
#undef X
};
/* clang-format on */

static void parse_unix(struct address *address)
{
	const uint8_t *path = address->rest;
	size_t length = address->rest_length;

	address->is_abstract = length > 0 && path[0] == 0;
	if (address->is_abstract) {
		address->rest++;
		address->rest_length--;
	} else {
		address->rest_length = strnlen((const char *)path, length);
	}
}

/* Those below have the bytes of their structure, the last ones perhaps 0. */

static void parse_inet(struct address *address, const void *data)
{
	struct sockaddr_in in;

	memcpy(&in, data, sizeof(in));
	inet_ntop(AF_INET, &in.sin_addr, address->host, sizeof(address->host));
	address->has_port = true;
	address->port = ntohs(in.sin_port);
}

static void parse_inet6(struct address *address, const void *data)
{
	struct sockaddr_in6 in;
	size_t length;

	memcpy(&in, data, sizeof(in));
	inet_ntop(AF_INET6, &in.sin6_addr, address->host,
		  sizeof(address->host));
	length = strlen(address->host);
	if (in.sin6_scope_id)
		snprintf(address->host + length, sizeof(address->host) - length,
			 "%%%u", in.sin6_scope_id);
	address->has_port = true;
	address->port = ntohs(in.sin6_port);
}

static void parse_netlink(struct address *address, const void *data)
{
	struct sockaddr_nl netlink;

	memcpy(&netlink, data, sizeof(netlink));
	address->numbers[0] = (struct address_number){ "pid", netlink.nl_pid,
						       false };
	address->numbers[1] =
	    (struct address_number){ "groups", netlink.nl_groups, true };
}

static void parse_packet(struct address *address, const void *data)
{
	struct sockaddr_ll link;
	unsigned octets;

	memcpy(&link, data, sizeof(link));
	octets = MIN((unsigned)link.sll_halen, (unsigned)sizeof(link.sll_addr));
	for (unsigned i = 0; i < octets; i++)
		snprintf(address->host + (i ? 3 * i - 1 : 0), 4, "%s%02x",
			 i ? ":" : "", link.sll_addr[i]);
	address->numbers[0] = (struct address_number){ "protocol",
						       ntohs(link.sll_protocol),
						       true };
	address->numbers[1] = (struct address_number){
		"ifindex", (uint32_t)link.sll_ifindex, false
	};
}

static void parse_vsock(struct address *address, const void *data)
{
	struct sockaddr_vm vm;

	memcpy(&vm, data, sizeof(vm));
	snprintf(address->host, sizeof(address->host), "%u", vm.svm_cid);
	address->has_port = true;
	address->port = vm.svm_port;
}

static const struct family {
	unsigned number;
	size_t length;
	void (*parse)(struct address *address, const void *data);
} families[] = {
	{ AF_INET, sizeof(struct sockaddr_in), parse_inet },
	/* As in RFC 2133, without a scope, Linux takes it. */
	{ AF_INET6, offsetof(struct sockaddr_in6, sin6_scope_id), parse_inet6 },
	{ AF_NETLINK, sizeof(struct sockaddr_nl), parse_netlink },
	{ AF_PACKET, sizeof(struct sockaddr_ll), parse_packet },
	{ AF_VSOCK, sizeof(struct sockaddr_vm), parse_vsock },
};

bool address_parse(const void *data, size_t length, struct address *ret)
{
	struct sockaddr_storage room = { 0 };
	uint16_t number;

	*ret = (struct address){ .rest = NULL };
	if (length < sizeof(number))
		return false;
	memcpy(&number, data, sizeof(number));
	ret->number = number;
	if (number < ARRAY_LEN(family_names))
		ret->family = family_names[number];
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i].number == number &&
		    length >= families[i].length) {
			memcpy(&room, data, MIN(length, sizeof(room)));
			families[i].parse(ret, &room);
			return true;
		}
	ret->rest = (const uint8_t *)data + sizeof(number);
	ret->rest_length = length - sizeof(number);
	if (number == AF_UNIX)
		parse_unix(ret);
	return true;
}

static void put_host(struct text *text, const struct address *address)
{
	bool is_inet6 = address->number == AF_INET6;

	text_put(text, is_inet6 ? ", [" : ", ");
	text_put(text, address->host);
	text_put(text, is_inet6 ? "]" : "");
	if (!address->has_port)
		return;
	text_char(text, ':');
	text_unsigned(text, address->port);
}

void address_put(struct text *text, const struct address *address,
		 const struct data_style *style)
{
	const struct address_number *number = address->numbers;

	if (address->family)
		text_put(text, address->family);
	else
		text_format(text, "family %u", address->number);
	if (address->host[0])
		put_host(text, address);
	for (; number->name; number++)
		text_format(text, number->is_hex ? ", %s=%#x" : ", %s=%u",
			    number->name, number->value);
	if (address->rest_length == 0 && !address->is_abstract)
		return;
	text_put(text, address->is_abstract ? ", @" : ", ");
	data_escape(text, address->rest, address->rest_length, style);
}
