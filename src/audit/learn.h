/*
 * Facts of one or several traces -> a policy that allows them, and not much
 * more.
 */
#ifndef AUDIT_LEARN_H
#define AUDIT_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/name.h"

struct audit;
struct fact;
struct policy;
struct text;

/* Names in a directory that are taken together, unless told. */
#define LEARN_COLLAPSE 8

struct learn_item;

struct learn {
	const struct policy *policy; /* its roots, and what is sensitive */
	unsigned collapse;           /* more of a directory become one */
	struct names names;
	struct learn_item *items; /* a table */
	unsigned traces;
	uint64_t looks;     /* at what is there */
	bool lacks_looks;   /* nor does some trace hold all of those */
	bool skips_refused; /* what did not work is not learnt */
};

void learn_open(struct learn *ret, const struct policy *policy,
		unsigned collapse);
void learn_done(struct learn *learn);

/* What was done in one more trace. 0 or -ENOMEM. */
int learn_add(struct learn *learn, const struct audit *audit);
/* One thing of the same trace. Likewise. */
int learn_add_fact(struct learn *learn, const struct fact *fact);

/* The policy. 0 or -ENOMEM. */
int learn_put(struct learn *learn, struct text *text);
/* Its lines alone, in any order, each with who did it behind. Likewise. */
int learn_put_lines(struct learn *learn, struct text *text);

/* The same for programs: verbs (VERB_BIT()s) that were done to a name, or to a
 * directory and all below it. 0, -ENOMEM, or what the visitor returned. */
typedef int learn_visit(void *context, uint32_t verbs, const struct name *name,
			bool is_tree);
int learn_each(struct learn *learn, learn_visit *visit, void *context);

#endif
