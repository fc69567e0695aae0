/*
 * Two audits -> what one of them tells and the other one does not, without what
 * is never the same twice: numbers of processes, names that programs make up,
 * ports that the kernel chooses, where the job was started.
 */
#ifndef KAUDIT_DIFFERENCE_H
#define KAUDIT_DIFFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/name.h"
#include "audit/roots.h"
#include "audit/verb.h"
#include "compare/temporary.h"

struct audit;
struct call;

/* Bits of errors: those that are larger are taken as one. */
#define OUTCOME_BITS 192u

struct difference_item {
	struct difference_key {
		const struct name *object, *other; /* other: or NULL */
		enum audit_verb verb;
	} key;
	/* The first program that did it, by audit; NULL: not known. Another one
	 * is no difference: what it does besides is. */
	const struct name *exe[2];
	/* How it ended, by audit: bit n is error n - 1. None: it was not done
	 * there. */
	uint64_t outcomes[2][OUTCOME_BITS / 64];
	UT_hash_handle hh;
};

enum difference_kind {
	DIFFERENCE_NONE,
	DIFFERENCE_REMOVED, /* the first one has it */
	DIFFERENCE_NEW,     /* the second one has it */
	DIFFERENCE_CHANGED, /* it ended in another way */
};

/* All zeros at first. */
struct difference {
	struct temporaries temporaries;
	struct names names;
	struct roots roots[2];         /* to be set before facts are added */
	struct difference_item *items; /* a table */
	unsigned count;                /* of those that differ */
};

void difference_done(struct difference *difference);

/* A call of one of the two (0 or 1), all before any fact. 0 or -ENOMEM. */
int difference_learn(struct difference *difference, unsigned which,
		     const struct call *call);

/* Both audits, when all their calls are learnt. 0 or -ENOMEM. */
int difference_find(struct difference *difference,
		    const struct audit *const audits[2]);

enum difference_kind difference_kind(const struct difference_item *item);

/* Visits how it ended in one of the two: errors, as facts have them. */
typedef void difference_visit(void *context, int32_t error);
void difference_outcomes(const struct difference_item *item, unsigned which,
			 difference_visit *visit, void *context);

#endif
