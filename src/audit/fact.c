/* A table of facts by all that tells two of them apart. */
#include "audit/fact.h"

#include <errno.h>
#include <stdlib.h>

void facts_done(struct facts *facts)
{
	struct fact *fact = facts->first, *next;

	HASH_CLEAR(hh, facts->first);
	for (; fact; fact = next) {
		next = fact->hh.next;
		free(fact);
	}
}

int facts_add(struct facts *facts, const struct fact *fact)
{
	struct fact *found;

	HASH_FIND(hh, facts->first, &fact->key, sizeof(fact->key), found);
	if (found) {
		found->count++;
		found->protocols |= fact->protocols;
		found->host = found->host ?: fact->host;
		return 0;
	}
	if (HASH_COUNT(facts->first) >= FACTS_MAX) {
		facts->left_out++;
		return 0;
	}
	found = malloc(sizeof(*found));
	if (!found)
		return -ENOMEM;
	*found = *fact;
	found->count = 1;
	HASH_ADD(hh, facts->first, key, sizeof(found->key), found);
	if (found->hh.tbl)
		return 0;
	free(found);
	return -ENOMEM;
}

const char *fact_mark_name(enum fact_mark mark)
{
	static const char *const names[FACT_MARKS] = {
		[FACT_KERNEL] = "kernel",
		[FACT_PROVEN] = "proven",
		[FACT_RACED] = "raced",
		[FACT_UNPROVEN] = "unproven",
	};

	return names[mark];
}

bool fact_is_weak(const struct fact *fact)
{
	return fact->key.mark == FACT_RACED || fact->key.mark == FACT_UNPROVEN;
}

bool fact_worked(const struct fact *fact)
{
	return fact->key.error == 0 || fact->key.error == EINPROGRESS;
}

/* Which attempts at what is not there come to nothing but the knowledge. */
#define SEEKING                                                                \
	(VERB_BIT(VERB_READ) | VERB_BIT(VERB_LIST) | VERB_BIT(VERB_EXEC) |     \
	 VERB_BIT(VERB_DELETE) | VERB_BIT(VERB_CONNECT) | VERB_BIT(VERB_SEND))

bool fact_found_nothing(const struct fact *fact)
{
	return (fact->key.error == ENOENT || fact->key.error == ENOTDIR) &&
	       (VERB_BIT(fact->key.verb) & SEEKING);
}
