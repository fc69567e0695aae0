/*
 * Memory that a process has in common with others, who change it while a call
 * reads it: a name that lies there is nothing but a claim.
 */
#ifndef AUDIT_COMMON_H
#define AUDIT_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call;

/* More are not told apart: then all memory counts as such. */
#define COMMON_MAX 1024u

struct common {
	struct common_range {
		uint64_t start, length;
	} * ranges; /* malloc'd */
	unsigned count;
	bool is_everywhere;
};

void common_done(struct common *common);

/* What a process has that was born of another. 0 or -ENOMEM. */
int common_inherit(struct common *common, const struct common *creator);

/* Whether a call maps, moves or unmaps some, and what it does to *common. */
bool common_is_changed_by(const struct call *call);
int common_learn(struct common *common, const struct call *call);

/* Whether anything that a call was given may lie in it. */
bool common_has_given(const struct common *common, const struct call *call);

#endif
