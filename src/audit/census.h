/*
 * Which system calls were made, and what filters of calls can tell apart of
 * them: families of sockets, namespaces. Counts nothing, names nobody.
 */
#ifndef AUDIT_CENSUS_H
#define AUDIT_CENSUS_H

#include <stdbool.h>
#include <stdint.h>

#include "sysdesc/select.h"
#include "sysdesc/sysdesc.h"

struct call;

/* Address families that are told apart; all above are `other_families`. */
#define CENSUS_FAMILIES 64u

struct census {
	struct select calls[SYSDESC_ABI_COUNT];
	bool abis[SYSDESC_ABI_COUNT]; /* in which any were made */
	uint64_t families;            /* of sockets: a bit for each AF_ */
	bool other_families;
	uint64_t namespaces;  /* flags of clone and unshare */
	bool was_told_all;    /* each session holds all calls that were made */
	unsigned in_sessions; /* of so many */
};

/* A session begins, with all calls or not. */
void census_begin(struct census *census, bool has_all);

/*
 * One that was made: row, or the one that it carries. namespaces: the flags of
 * it that make some. What the kernel said that it does not have was not used.
 */
void census_take(struct census *census, const struct call *call,
		 const struct sysdesc_row *row, uint64_t namespaces);

/* What another trace has, too. */
void census_join(struct census *census, const struct census *other);

/* Whether a call of that row was made, in whichever ABI. */
bool census_has(const struct census *census, const struct sysdesc_row *row);

#endif
