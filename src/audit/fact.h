/*
 * What was done, to what, by which program, and how that is known: each once,
 * counted. Memory is bounded, whatever a file says.
 */
#ifndef AUDIT_FACT_H
#define AUDIT_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/name.h"
#include "audit/verb.h"

struct host;
struct image;
struct sysdesc_row;

/* More are not kept, and that is said. */
#define FACTS_MAX 262144u

/* How it is known what it was done to. */
enum fact_mark {
	FACT_KERNEL,   /* the kernel said so */
	FACT_PROVEN,   /* the program did, and nobody could have changed it */
	FACT_RACED,    /* the kernel did, but that could have changed */
	FACT_UNPROVEN, /* the program did, and others ran beside it */
	FACT_MARKS,
};

/* What a socket was that it was done with. */
#define FACT_ON_STREAM   1u
#define FACT_ON_DATAGRAM 2u
#define FACT_ON_OTHER    4u

/* In `error`, beside 0 and numbers of Linux: */
#define FACT_NO_RETURN (-1) /* it never returned, or not within the trace */

struct fact {
	struct fact_key {
		const struct name *object;
		const struct name *other; /* its other name, or NULL */
		const struct name *exe;   /* of who did it; NULL: not known */
		int32_t error;            /* 0: it worked */
		uint16_t verb;            /* enum audit_verb */
		uint16_t mark;            /* enum fact_mark */
	} key;
	/* Of the first time: */
	const struct image *image;     /* NULL: not known */
	const struct host *host;       /* what name servers called the object
					* by the first time that they had;
					* NULL: not known, or no address */
	const struct name *cwd;        /* NULL: not known */
	const struct sysdesc_row *row; /* the call */
	uint64_t first_ns;
	uint64_t count;
	uint8_t protocols; /* FACT_ON_ bits, of all times; 0: not known */
	bool is_outside;   /* asked of somebody whom nobody recorded */
	UT_hash_handle hh; /* in order of their first time */
};

struct facts {
	struct fact *first; /* a table */
	uint64_t left_out;
};

void facts_done(struct facts *facts);

/* Counts one: all but `count` of *fact is what is told of the first. 0 or
 * -ENOMEM. */
int facts_add(struct facts *facts, const struct fact *fact);

/* "kernel", "proven", "raced", "unproven" */
const char *fact_mark_name(enum fact_mark mark);
/* Whether that is no proof. */
bool fact_is_weak(const struct fact *fact);
/* Whether it worked, or at least has begun to. */
bool fact_worked(const struct fact *fact);
/* Whether it looked for a file or socket, to use or remove it, and there is
 * none. */
bool fact_found_nothing(const struct fact *fact);

#endif
