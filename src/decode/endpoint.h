/*
 * Where a socket leads, as a person names it: a host or a network, a port, a
 * path.
 */
#ifndef DECODE_ENDPOINT_H
#define DECODE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/glob.h"

struct endpoint {
	int family; /* AF_INET, AF_INET6; AF_UNIX; AF_UNSPEC: any host */
	uint8_t host[16];
	unsigned prefix; /* so many of its bits count */
	uint32_t port_low, port_high;
	struct glob path; /* of AF_UNIX; the caller's text */
};

/*
 * 10.0.0.0/8, 127.0.0.1:80, [::1]:8000-9000, ::1, :443; a path, or with an @ in
 * front the name of a socket that is no file, each a pattern. False: it is
 * neither. The text must live as long.
 */
bool endpoint_parse(struct endpoint *ret, const char *text, size_t length);

/* Whether a struct sockaddr, of whatever length, leads there. */
bool endpoint_has(const struct endpoint *endpoint, const void *data,
		  size_t length);

/* Whether all that the other one is, this one is too: hosts and ports alone. */
bool endpoint_covers(const struct endpoint *endpoint,
		     const struct endpoint *other);
/* How little it leaves open: bits of its host, and one for a port. */
unsigned endpoint_weight(const struct endpoint *endpoint);

#endif
