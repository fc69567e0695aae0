/*
 * Where the descriptors of processes lead, as far as a trace tells: what they
 * had at first, what calls opened, copied and closed. A name is known for sure
 * or not at all. Memory is bounded, whatever the file says.
 */
#ifndef JOIN_DESCRIPTOR_H
#define JOIN_DESCRIPTOR_H

#include <stdint.h>

#include "join/descriptor_name.h"

struct call;
struct descriptor_table;
struct record;

/* Names remembered, of all processes; for another process the oldest goes. */
#define DESCRIPTORS_MAX 65536u

/* What stands for the working directory, as in calls. */
#define DESCRIPTOR_CWD (-100)

struct descriptors {
	struct descriptor_table *tables; /* by process */
	unsigned count;                  /* of names, and of processes */
};

void descriptors_done(struct descriptors *descriptors);

/* Learns from a record that is no part of a call. 0 or -ENOMEM. */
int descriptors_learn(struct descriptors *descriptors,
		      const struct record *record);

/* NULL: not known. Valid until something is learnt. */
struct descriptor_name *descriptors_find(const struct descriptors *descriptors,
					 int32_t pid, int32_t fd);

/* What a call closes is gone when it is entered: another thread may get the
 * number again before it returns. */
void descriptors_enter(struct descriptors *descriptors,
		       const struct call *call);
/* What it opened, of a call that returned. 0 or -ENOMEM. */
int descriptors_leave(struct descriptors *descriptors, const struct call *call);

/* The address that a call on a socket was given, or gave; the caller's. NULL:
 * none, or it is nothing that has a name. */
struct descriptor_name *descriptors_address(const struct call *call);

#endif
