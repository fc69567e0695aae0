/*
 * What a name server answers -> addresses of a host. Nothing in a message is
 * trusted: names lead backwards only, and of those that are no names of hosts
 * nothing is told.
 */
#ifndef DECODE_DNS_H
#define DECODE_DNS_H

#include <stddef.h>
#include <stdint.h>

/* Characters of a name, without the NUL. */
#define DNS_NAME_MAX 253u

struct dns_answer {
	const char *host;       /* that was asked for, in small letters */
	int family;             /* AF_INET or AF_INET6 */
	const uint8_t *address; /* 4 or 16 bytes of the message */
};

typedef int dns_visit(void *context, const struct dns_answer *answer);

/*
 * Visits the addresses that a message says the host has that it was asked for,
 * by whatever other names of it; of what is no such answer, or goes wrong, the
 * part before that. With the length in front that it has over TCP, or without.
 * 0, or what a visit returned, which ends it.
 */
int dns_each_answer(const void *data, size_t length, dns_visit *visit,
		    void *context);

#endif
