/*
 * Connections that were begun and have not come about yet: what becomes of one
 * is told by a later call on its descriptor.
 */
#ifndef AUDIT_CONNECTING_H
#define AUDIT_CONNECTING_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/fact.h"

struct call;
struct connecting_one;

/* At a time; of more the oldest stays open. */
#define CONNECTING_MAX 4096u

struct connecting {
	struct connecting_one *first; /* a table, by process and descriptor */
};

void connecting_done(struct connecting *connecting);

/* Keeps the fact until it is settled; what is in its place then, or too old, is
 * counted as it stands. 0 or -ENOMEM. */
int connecting_begin(struct connecting *connecting, struct facts *facts,
		     int32_t pid, int32_t fd, const struct fact *fact);

/*
 * A call on a descriptor: 1 when it was the call that connects, again, so that
 * nothing else is to be told of it; 0; or -ENOMEM.
 */
int connecting_settle(struct connecting *connecting, struct facts *facts,
		      const struct call *call);

/* Nothing more is heard: all are counted as they stand. 0 or -ENOMEM. */
int connecting_end(struct connecting *connecting, struct facts *facts);

#endif
