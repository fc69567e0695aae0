/* What the files that make profiles share. Private to them. */
#ifndef PROFILE_PROFILE_PRIVATE_H
#define PROFILE_PROFILE_PRIVATE_H

#include "profile/profile.h"

/* Adds verbs to a path; the paths are in no order before profile_settle(). 0 or
 * -ENOMEM. */
int profile_add_path(struct profile *profile, uint32_t verbs, const char *path,
		     size_t length, bool is_tree);
/* Ports from low to high, of a list that may be full: then all. */
void profile_add_ports(struct profile_ports *ports, uint32_t low,
		       uint32_t high);
/* Sorts, and joins what is the same. */
void profile_settle(struct profile *profile);

/* Whether a path of the profile has that name; as a tree, or alone. */
bool profile_has(const struct profile *profile, const char *path, size_t length,
		 bool is_tree);

/* Of a policy's: what it says of one thing, and of calls and sockets. */
bool profile_allows(struct profile *profile, const struct policy *policy,
		    enum audit_verb verb, const char *object);
void profile_forbid_calls(struct profile *profile, const struct policy *policy);

#endif
