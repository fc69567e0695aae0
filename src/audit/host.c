/* A table by address. */
#include "audit/host.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <ktrace-u/format.h>

#include "audit/object.h"
#include "base/text.h"
#include "decode/address.h"
#include "decode/dns.h"
#include "join/call.h"
#include "join/descriptor_name.h"
#include "trace/record.h"

/* Of name servers. */
#define PORT      53
#define PORT_TEXT ":53"

void hosts_done(struct hosts *hosts)
{
	struct host *host = hosts->first, *next;

	HASH_CLEAR(hh, hosts->first);
	for (; host; host = next) {
		next = host->hh.next;
		free(host);
	}
}

static struct host *find(const struct hosts *hosts, const char *address,
			 size_t length)
{
	struct host *host;

	HASH_FIND(hh, hosts->first, address, length, host);
	return host;
}

const struct host *hosts_find(const struct hosts *hosts,
			      const struct name *object)
{
	const char *colon = strrchr(object->text, ':');

	return hosts->first && colon
		   ? find(hosts, object->text, (size_t)(colon - object->text))
		   : NULL;
}

/* ---- learning ---- */

struct learning {
	struct hosts *hosts;
	struct names *names;
};

static int add_name(struct host *host, struct names *names, const char *text)
{
	const struct name *name = names_add(names, text, strlen(text));

	if (!name)
		return -ENOMEM;
	for (unsigned i = 0; i < host->count; i++)
		if (host->names[i] == name)
			return 0;
	if (host->count < HOST_NAMES_MAX)
		host->names[host->count++] = name;
	return 0;
}

/* NULL: out of memory, or too many. */
static struct host *add(struct hosts *hosts, const struct name *address)
{
	struct host *host = find(hosts, address->text, address->length);

	if (host || HASH_COUNT(hosts->first) >= HOSTS_MAX)
		return host;
	host = calloc(1, sizeof(*host));
	if (!host)
		return NULL;
	host->address = address;
	HASH_ADD_KEYPTR(hh, hosts->first, address->text, address->length, host);
	if (host->hh.tbl)
		return host;
	free(host);
	return NULL;
}

static int take_answer(void *context, const struct dns_answer *answer)
{
	struct learning *learning = context;
	char text[sizeof(OBJECT_INET "[]") + INET6_ADDRSTRLEN];
	char address[INET6_ADDRSTRLEN];
	const struct name *name;
	struct host *host;

	if (!inet_ntop(answer->family, answer->address, address,
		       sizeof(address)))
		return 0;
	snprintf(text, sizeof(text),
		 answer->family == AF_INET6 ? OBJECT_INET "[%s]"
					    : OBJECT_INET "%s",
		 address);
	name = names_add(learning->names, text, strlen(text));
	if (!name)
		return -ENOMEM;
	host = add(learning->hosts, name);
	if (host)
		return add_name(host, learning->names, answer->host);
	return HASH_COUNT(learning->hosts->first) < HOSTS_MAX ? -ENOMEM : 0;
}

/* ---- who sent it ---- */

static bool is_of_server(const struct record *part)
{
	struct address address;

	return record_is_struct(part, "sockaddr") &&
	       address_parse(part->structure.data, part->structure.length,
			     &address) &&
	       address.has_port && address.port == PORT;
}

/* By the address that came with it, or else by where the socket leads. */
static bool comes_from_server(const struct call *call)
{
	const struct descriptor_name *name = call->names[0];
	size_t end = strlen(PORT_TEXT);
	struct record part;

	for (unsigned i = 0; i < call->part_count; i++)
		if (call->parts[i].record.kind == KTR_STRUCT &&
		    call_part(call, i, &part) && is_of_server(&part))
			return true;
	return name && name->length > end && name->text[0] != '/' &&
	       name->text[0] != '@' &&
	       !memcmp(name->text + name->length - end, PORT_TEXT, end);
}

static bool is_brought(const struct record *part)
{
	return part->kind == KTR_GENIO && part->genio.rw == 0;
}

int hosts_learn(struct hosts *hosts, struct names *names,
		const struct call *call)
{
	struct learning learning = { hosts, names };
	struct record part;
	int r = 0;

	if (!call->has_returned || call->exit.sysret.error)
		return 0;
	for (unsigned i = 0; !r && i < call->part_count; i++)
		if (is_brought(&call->parts[i].record) &&
		    comes_from_server(call) && call_part(call, i, &part))
			r = dns_each_answer(part.genio.data, part.genio.length,
					    take_answer, &learning);
	return r;
}
