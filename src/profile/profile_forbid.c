/*
 * Which calls, families of sockets and namespaces a policy allows nothing of.
 */
#include <string.h>

#include <sys/socket.h>

#include "audit/fact.h"
#include "audit/policy.h"
#include "profile/profile_calls.h"
#include "profile/profile_private.h"
#include "sysdesc/deeds.h"

bool profile_allows(struct profile *profile, const struct policy *policy,
		    enum audit_verb verb, const char *object)
{
	struct fact fact = { 0 };

	fact.key.verb = (uint16_t)verb;
	fact.key.object = names_add(&profile->names, object, strlen(object));
	return !fact.key.object ||
	       policy_judge(policy, &fact).decision != POLICY_DENY;
}

struct forbidding {
	struct profile *profile;
	const struct policy *policy;
	bool changes; /* anything at all may be changed */
};

static bool allows(struct forbidding *forbidding, enum audit_verb verb,
		   const char *object)
{
	return profile_allows(forbidding->profile, forbidding->policy, verb,
			      object);
}

static bool is_done_by(const struct sysdesc_row *row, enum sysdesc_use use)
{
	for (unsigned i = 0; i < row->narg; i++)
		if ((row->arg[i].kind == KIND_PATH ||
		     row->arg[i].kind == KIND_FD ||
		     row->arg[i].kind == KIND_PID) &&
		    row->arg[i].set == use)
			return true;
	return false;
}

static bool is_denied(struct forbidding *forbidding,
		      const struct sysdesc_row *row)
{
	/* What makes namespaces is looked at by its flags, and who only asks
	 * needs no line. */
	if (row->classes & CLASS_KERNEL && row->effect != EFFECT_UNSHARE &&
	    !deeds_may_be_none(row) &&
	    !allows(forbidding, VERB_KERNEL, row->name))
		return true;
	if (row->effect == EFFECT_CREDS &&
	    !allows(forbidding, VERB_PRIVILEGE, row->name))
		return true;
	if (is_done_by(row, USE_CHANGE) && !forbidding->changes)
		return true;
	return is_done_by(row, USE_TRACE) &&
	       !(forbidding->profile->others & VERB_BIT(VERB_TRACE));
}

/* Sockets of families for which no line allows anything. */
static void take_families(struct forbidding *forbidding)
{
	struct profile *profile = forbidding->profile;
	const uint64_t bit = 1;

	profile->has_families = profile->census.families != UINT64_MAX;
	if (profile->uses_inet)
		profile->census.families |= bit << AF_INET | bit << AF_INET6;
	if (profile->uses_unix)
		profile->census.families |= bit << AF_UNIX;
	for (unsigned family = 0; family < CENSUS_FAMILIES; family++) {
		const char *name = profile_family(family);

		if (name && family != AF_INET && family != AF_INET6 &&
		    family != AF_UNIX &&
		    (allows(forbidding, VERB_CONNECT, name) ||
		     allows(forbidding, VERB_BIND, name) ||
		     allows(forbidding, VERB_SEND, name)))
			profile->census.families |= bit << family;
	}
}

static void take_calls(struct forbidding *forbidding)
{
	struct profile *profile = forbidding->profile;

	forbidding->changes = profile->everywhere & VERB_BIT(VERB_CHANGE);
	for (size_t i = 0; i < profile->count; i++)
		forbidding->changes |= profile->paths[i].verbs &
				       VERB_BIT(VERB_CHANGE);
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (is_denied(forbidding, sysdesc_row(i)))
			select_add(&profile->denied, sysdesc_row(i));
	profile->denies_userns = !allows(forbidding, VERB_KERNEL, "userns");
	profile->denies_namespaces = !allows(forbidding, VERB_KERNEL,
					     "namespace");
	profile->denies_signals = !allows(forbidding, VERB_SIGNAL, "outside");
}

void profile_forbid_calls(struct profile *profile, const struct policy *policy)
{
	struct forbidding forbidding = { .profile = profile, .policy = policy };

	take_families(&forbidding);
	take_calls(&forbidding);
}
