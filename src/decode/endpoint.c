/*
 * Networks, ports and paths of sockets. Asks no resolver: a name of a host is
 * none of these.
 */
#include "decode/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/options.h"
#include "decode/address.h"

#define ANY_PORT UINT32_MAX

/* A piece of the text, with a NUL behind it; false: it is too long to be one.
 */
static bool copy(char *to, size_t size, const char *from, size_t length)
{
	if (length >= size)
		return false;
	memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

static bool parse_number(const char *text, size_t length, int64_t most,
			 int64_t *ret)
{
	char word[16];

	return copy(word, sizeof(word), text, length) &&
	       options_number(word, 0, most, ret) == 0;
}

/* "443", "8000-9000" */
static bool parse_ports(struct endpoint *endpoint, const char *text,
			size_t length)
{
	const char *dash = memchr(text, '-', length);
	size_t first = dash ? (size_t)(dash - text) : length;
	int64_t low, high;

	if (!parse_number(text, first, UINT16_MAX, &low))
		return false;
	high = low;
	if (dash &&
	    !parse_number(dash + 1, length - first - 1, UINT16_MAX, &high))
		return false;
	endpoint->port_low = (uint32_t)low;
	endpoint->port_high = (uint32_t)high;
	return low <= high;
}

/* "127.0.0.1", "10.0.0.0/8" */
static bool parse_host(struct endpoint *endpoint, int family, const char *text,
		       size_t length)
{
	const char *slash = memchr(text, '/', length);
	size_t first = slash ? (size_t)(slash - text) : length;
	int64_t most = family == AF_INET ? 32 : 128;
	int64_t prefix = most;
	char host[INET6_ADDRSTRLEN];

	if (!copy(host, sizeof(host), text, first) ||
	    inet_pton(family, host, endpoint->host) != 1)
		return false;
	if (slash &&
	    !parse_number(slash + 1, length - first - 1, most, &prefix))
		return false;
	endpoint->family = family;
	endpoint->prefix = (unsigned)prefix;
	return true;
}

/* "[::1]:80"; text is behind the bracket. */
static bool parse_bracketed(struct endpoint *endpoint, const char *text,
			    size_t length)
{
	const char *end = memchr(text, ']', length);
	size_t host = end ? (size_t)(end - text) : 0;
	size_t rest = end ? length - host - 1 : 0;

	if (!end || !parse_host(endpoint, AF_INET6, text, host))
		return false;
	return rest == 0 ||
	       (end[1] == ':' && parse_ports(endpoint, end + 2, rest - 1));
}

static bool parse_inet(struct endpoint *endpoint, const char *text,
		       size_t length)
{
	const char *colon = memchr(text, ':', length);
	size_t host = colon ? (size_t)(colon - text) : length;
	size_t rest = length - host;

	if (length > 0 && text[0] == '[')
		return parse_bracketed(endpoint, text + 1, length - 1);
	if (colon && memchr(colon + 1, ':', rest - 1))
		return parse_host(endpoint, AF_INET6, text, length);
	if (host > 0 && !parse_host(endpoint, AF_INET, text, host))
		return false;
	return colon ? parse_ports(endpoint, colon + 1, rest - 1) : host > 0;
}

bool endpoint_parse(struct endpoint *ret, const char *text, size_t length)
{
	*ret = (struct endpoint){
		.family = AF_UNSPEC,
		.port_low = 0,
		.port_high = ANY_PORT,
	};
	if (length == 0)
		return false;
	if (!strchr("/@*", text[0]))
		return parse_inet(ret, text, length);
	ret->family = AF_UNIX;
	ret->path = (struct glob){ text, length, text[0] == '/' };
	return true;
}

/* ---- whether one leads there ---- */

static bool same_bits(const uint8_t *one, const uint8_t *other, unsigned count)
{
	unsigned rest = count % 8;

	if (memcmp(one, other, count / 8) != 0)
		return false;
	return rest == 0 ||
	       (one[count / 8] ^ other[count / 8]) >> (8 - rest) == 0;
}

/* Without the zone that text may have behind it. */
static bool host_fits(const struct endpoint *endpoint,
		      const struct address *address)
{
	const char *text = address->host;

	uint8_t host[16] = { 0 };
	char plain[ADDRESS_HOST_MAX];

	copy(plain, sizeof(plain), text, strcspn(text, "%"));
	return address->number == (unsigned)endpoint->family &&
	       inet_pton(endpoint->family, plain, host) == 1 &&
	       same_bits(host, endpoint->host, endpoint->prefix);
}

static bool path_fits(const struct endpoint *endpoint,
		      const struct address *address)
{
	struct glob name = endpoint->path;

	if (address->number != AF_UNIX || address->rest_length == 0)
		return false;
	if (!address->is_abstract)
		return glob_matches(&name, address->rest, address->rest_length);
	if (name.pattern[0] == '@') {
		name.pattern++;
		name.length--;
	} else if (name.pattern[0] != '*') {
		return false;
	}
	return glob_matches(&name, address->rest, address->rest_length);
}

bool endpoint_has(const struct endpoint *endpoint, const void *data,
		  size_t length)
{
	struct address address;

	if (!address_parse(data, length, &address))
		return false;
	if (endpoint->family == AF_UNIX)
		return path_fits(endpoint, &address);
	if (endpoint->family != AF_UNSPEC && !host_fits(endpoint, &address))
		return false;
	if (endpoint->port_high == ANY_PORT)
		return true;
	return address.has_port && address.port >= endpoint->port_low &&
	       address.port <= endpoint->port_high;
}

bool endpoint_covers(const struct endpoint *endpoint,
		     const struct endpoint *other)
{
	if (endpoint->family == AF_UNIX || other->family == AF_UNIX)
		return false;
	if (endpoint->family != AF_UNSPEC &&
	    (endpoint->family != other->family ||
	     endpoint->prefix > other->prefix ||
	     !same_bits(endpoint->host, other->host, endpoint->prefix)))
		return false;
	return endpoint->port_low <= other->port_low &&
	       endpoint->port_high >= other->port_high;
}

unsigned endpoint_weight(const struct endpoint *endpoint)
{
	unsigned bits = endpoint->family == AF_UNSPEC ? 0 : endpoint->prefix;

	return bits + (endpoint->port_high != ANY_PORT);
}
