/* Names as text. Looks at nothing but the bytes it is given. */
#include "audit/object.h"

#include <stdio.h>
#include <string.h>

#include <sys/socket.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/address.h"

#define PROC   "/proc/"
#define MAPPED "::ffff:"

/* ---- paths ---- */

/* Takes the last component away; that of the root stays. */
static void take_back(struct text *text)
{
	while (text->length > 0 && text->data[text->length - 1] != '/')
		text->length--;
	text->length -= text->length > 0;
}

static void put_components(struct text *text, const char *path, size_t length)
{
	const char *end = path + length;

	while (path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		size_t n = slash ? (size_t)(slash - path)
				 : (size_t)(end - path);

		if (n == 2 && !memcmp(path, "..", 2))
			take_back(text);
		else if (n > 1 || (n == 1 && *path != '.')) {
			text_char(text, '/');
			text_bytes(text, path, n);
		}
		path += n + (slash != NULL);
	}
	if (text->length == 0)
		text_char(text, '/');
}

/* How long "/proc/123" at the start of a path of 123 is; 0: it is another's. */
static size_t own_length(const struct text *path, int32_t pid)
{
	char own[sizeof(PROC) + 12];
	size_t length = (size_t)snprintf(own, sizeof(own), PROC "%d", pid);

	if (path->length < length || memcmp(path->data, own, length) != 0 ||
	    (path->length > length && path->data[length] != '/'))
		return 0;
	return length;
}

bool object_put_path(struct text *text, const char *path, size_t length,
		     int32_t pid)
{
	_cleanup_(text_done) struct text plain = TEXT_INIT;
	size_t own;

	if (length == 0 || path[0] != '/' || memchr(path, '\0', length))
		return false;
	put_components(&plain, path, length);
	if (plain.failed) {
		text->failed = true;
		return true;
	}
	own = own_length(&plain, pid);
	text_put(text, own ? PROC "self" : "");
	text_bytes(text, plain.data + own, plain.length - own);
	return true;
}

/* ---- sockets ---- */

/* A host of IPv4 is one, whichever way a socket speaks to it; of a zone rules
 * know nothing. */
static void put_host(struct text *text, const struct address *address)
{
	const char *host = address->host;
	size_t length = strcspn(host, "%");
	bool is_mapped = !strncmp(host, MAPPED, strlen(MAPPED)) &&
			 strchr(host, '.');
	bool is_wide = strchr(host, ':') && !is_mapped;

	if (is_mapped) {
		host += strlen(MAPPED);
		length -= strlen(MAPPED);
	}
	text_put(text, is_wide ? OBJECT_INET "[" : OBJECT_INET);
	text_bytes(text, host, length);
	text_format(text, is_wide ? "]:%u" : ":%u", address->port);
}

static bool is_inet(const struct address *address)
{
	return address->has_port &&
	       (address->number == AF_INET || address->number == AF_INET6);
}

bool object_put_address(struct text *text, const void *data, size_t length)
{
	struct address address;

	if (!address_parse(data, length, &address) ||
	    address.number == AF_UNSPEC)
		return false;
	if (address.number == AF_UNIX && address.rest_length) {
		text_put(text, OBJECT_UNIX);
		text_put(text, address.is_abstract ? "@" : "");
		text_bytes(text, address.rest, address.rest_length);
	} else if (is_inet(&address)) {
		put_host(text, &address);
	} else if (address.family) {
		text_put(text, address.family);
	} else {
		text_format(text, "AF_%u", address.number);
	}
	return true;
}

/* "127.0.0.1:80", "[::1]:80" */
static bool has_port(const char *name, size_t length)
{
	size_t digits = 0;

	while (digits < length && name[length - digits - 1] >= '0' &&
	       name[length - digits - 1] <= '9')
		digits++;
	return digits > 0 && digits < length &&
	       name[length - digits - 1] == ':';
}

/* "socket", "socket:[1]", "AF_NETLINK" */
static bool is_nameless(const char *name, size_t length)
{
	static const char *const starts[] = { "AF_", "socket:[", "socket" };
	size_t i = 0;

	while (i < ARRAY_LEN(starts) &&
	       (length < strlen(starts[i]) ||
		memcmp(name, starts[i], strlen(starts[i])) != 0))
		i++;
	return i < 2 || (i == 2 && length == strlen(starts[i]));
}

void object_put_socket(struct text *text, const char *name, size_t length)
{
	if (has_port(name, length))
		text_put(text, OBJECT_INET);
	else if (!is_nameless(name, length))
		text_put(text, OBJECT_UNIX);
	text_bytes(text, name, length);
}
