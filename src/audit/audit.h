/*
 * A trace -> what was done in it: facts, the processes that did them, and what
 * the trace does not hold. Judges nothing.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/census.h"
#include "audit/connecting.h"
#include "audit/door.h"
#include "audit/fact.h"
#include "audit/host.h"
#include "audit/image.h"
#include "audit/name.h"
#include "base/text.h"
#include "join/calls.h"
#include "join/descriptor.h"
#include "join/gap.h"
#include "join/state.h"
#include "join/whole.h"

struct record;

/* Of the pids of those who recorded. */
#define AUDIT_GUARDED_MAX 8u
/* Told of a call, while it lives. 0 or -errno, which ends it. */
typedef int audit_visit(void *context, const struct call *call);

struct audit {
	/* The caller's, to be set before anything is taken; NULL: nobody. */
	audit_visit *each_call;
	void *context;
	/* What there is to tell, whole after audit_end(): */
	struct facts facts;
	struct images images;
	struct gaps gaps;   /* none: the trace is complete */
	struct whole whole; /* and what was recorded: its command */
	uint64_t records, first_ns, last_ns;
	uint64_t ended;       /* processes */
	unsigned outside;     /* facts that are marked so */
	struct census census; /* calls */
	/* Names that led to what has another one: of symbolic links. */
	struct names aliases;
	/* And what it takes to know it: */
	struct names names;
	struct hosts hosts;
	struct state state;
	struct calls calls;
	struct descriptors descriptors;
	struct connecting connecting;
	/* Who recorded it, where the traced were kept from them. */
	int32_t guarded[AUDIT_GUARDED_MAX];
	unsigned guarded_count;
	struct doors doors;
	bool lacks_looks; /* no session, or not each, holds who only looked */
	int failure;      /* of what was visited */
};

void audit_open(struct audit *ret);
void audit_done(struct audit *audit);

/* Takes the next record. 0 or -ENOMEM. */
int audit_take(struct audit *audit, const struct record *record);

/* Nothing more comes: why is NULL, or says what is wrong with the file. 0 or
 * -ENOMEM. */
int audit_end(struct audit *audit, const char *why);

#endif
