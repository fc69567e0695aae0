/* Which system calls a profile lets through, by their names.
 */
#ifndef PROFILE_PROFILE_CALLS_H
#define PROFILE_PROFILE_CALLS_H

#include "sysdesc/guard.h"
#include "sysdesc/select.h"

struct profile;

#define PROFILE_CALLS_MAX SELECT_ROWS_MAX

/* All that were made, and what may be made in their place. */
void profile_calls(struct select *ret, const struct profile *profile);

/* Names of those of a set with one guard, by name, each once. Returns how many
 * there are; ret has room for PROFILE_CALLS_MAX. */
unsigned profile_call_names(const struct select *select, enum guard guard,
			    const char **ret);

/* "AF_INET"; NULL: it has no name. */
const char *profile_family(unsigned family);

#endif
