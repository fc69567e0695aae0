/*
 * What the files that read policies share. Private to them.
 */
#ifndef AUDIT_POLICY_PRIVATE_H
#define AUDIT_POLICY_PRIVATE_H

#include <stddef.h>

#include "audit/policy.h"
#include "audit/policy_line.h"

/* A file that is being read. */
struct source {
	char *name;
	char *text; /* owned, but for that of the first */
	const char *at;
	size_t left;
	unsigned line;
};

struct parse {
	struct policy *policy;
	policy_reader *reader;
	void *context;
	struct text *error;
	struct source sources[POLICY_DEPTH_MAX];
	unsigned depth;
	struct policy_line line;
};

/* -EINVAL, with a line in parse->error: where, and what. */
int policy_parse_complain(struct parse *parse, unsigned column,
			  const char *what);
/* The same about a word, which may hold anything. */
int policy_parse_complain_of(struct parse *parse,
			     const struct policy_word *word, const char *what);

/* Verbs, object and program of the line that is being read. 0, -EINVAL
 * likewise, -ENOMEM. */
int policy_rule_fill(struct parse *parse, struct policy_rule *rule);

#endif
