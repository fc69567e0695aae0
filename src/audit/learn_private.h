/* What the files about learning share. Private to them. */
#ifndef AUDIT_LEARN_PRIVATE_H
#define AUDIT_LEARN_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/name.h"
#include "audit/verb.h"

struct learn;

/* Of these groups verbs may be joined, and directories taken together. */
enum learn_group {
	LEARN_READING,
	LEARN_RUNNING,
	LEARN_MAPPING,
	LEARN_CHANGING,
	LEARN_OTHER, /* nothing is */
	LEARN_GROUPS,
};

struct learn_item {
	struct learn_key {
		const struct name *object;
		enum learn_group group;
		enum audit_verb verb; /* of LEARN_OTHER */
	} key;
	uint32_t verbs;
	uint64_t count;
	uint64_t names;              /* that it stands for */
	const struct name *exe;      /* the first that did it, */
	const struct name *least;    /* and by its letters */
	const struct name *observed; /* names of its address; or NULL */
	unsigned traces, last_trace;
	bool is_sensitive;
	bool is_tree;    /* a directory, and all below it */
	bool is_covered; /* by one */
	UT_hash_handle hh;
};

/* The item of a key, which is made when it is new. NULL: out of memory. */
struct learn_item *learn_item(struct learn *learn, const struct learn_key *key);

/* Makes trees of items. 0 or -ENOMEM. */
int learn_collapse(struct learn *learn);

#endif
