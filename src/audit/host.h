/*
 * Names that addresses were given by name servers, as far as the trace holds
 * what they answered. They prove nothing: who answers may be anybody.
 */
#ifndef AUDIT_HOST_H
#define AUDIT_HOST_H

#include "audit/name.h"

struct call;

/* Addresses that are remembered, and names of one of them. */
#define HOSTS_MAX      65536u
#define HOST_NAMES_MAX 16u

struct host {
	const struct name *address; /* "inet:10.0.0.1" */
	const struct name *names[HOST_NAMES_MAX];
	unsigned count; /* of those, not 0 */
	UT_hash_handle hh;
};

struct hosts {
	struct host *first; /* a table */
};

void hosts_done(struct hosts *hosts);

/* Learns from what a call brought, if a name server sent it. 0 or -ENOMEM. */
int hosts_learn(struct hosts *hosts, struct names *names,
		const struct call *call);

/* Of an object, "inet:10.0.0.1:443". NULL: no name of it is known. */
const struct host *hosts_find(const struct hosts *hosts,
			      const struct name *object);

#endif
