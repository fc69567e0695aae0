/*
 * Facts of a trace -> a profile. Directories are taken together as in a policy
 * that is learnt.
 */
#include <errno.h>
#include <string.h>

#include <linux/sched.h>

#include "audit/audit.h"
#include "audit/learn.h"
#include "audit/object.h"
#include "audit/policy.h"
#include "base/array.h"
#include "profile/profile_private.h"

#define DELETED " (deleted)"
#define TMP     "/tmp"

static const char *const link_names[] = PROFILE_LINKS;

static bool begins(const struct name *name, const char *start)
{
	return name->length >= strlen(start) &&
	       !memcmp(name->text, start, strlen(start));
}

/* What has no name any more cannot be let through by one. */
static bool is_deleted(const struct name *name)
{
	size_t own = strlen(DELETED);

	return name->length > own &&
	       !memcmp(name->text + name->length - own, DELETED, own);
}

/* ---- what was learnt ---- */

static void take_port(struct profile *profile, uint32_t verbs,
		      const struct name *object)
{
	const char *colon = strrchr(object->text, ':');
	uint32_t port = 0;

	profile->uses_inet = true;
	for (const char *digit = colon + 1;
	     *digit >= '0' && *digit <= '9' && port <= 65535; digit++)
		port = port * 10 + (uint32_t)(*digit - '0');
	if (verbs & VERB_BIT(VERB_CONNECT))
		profile_add_ports(&profile->connects, port, port);
	if (verbs & VERB_BIT(VERB_BIND))
		profile_add_ports(&profile->binds, port, port);
}

static int take_socket(struct profile *profile, uint32_t verbs,
		       const struct name *object)
{
	size_t start = strlen(OBJECT_UNIX);

	if (begins(object, OBJECT_INET))
		take_port(profile, verbs, object);
	if (!begins(object, OBJECT_UNIX))
		return 0;
	profile->uses_unix = true;
	if (object->text[start] != '/')
		return 0;
	if (verbs & VERB_BIT(VERB_BIND))
		verbs |= VERB_BIT(VERB_CREATE);
	return profile_add_path(profile, verbs, object->text + start,
				object->length - start, false);
}

static enum verb_family family_of(uint32_t verbs)
{
	return verb_family((enum audit_verb)__builtin_ctz(verbs));
}

static int take_learnt(void *context, uint32_t verbs, const struct name *name,
		       bool is_tree)
{
	struct profile *profile = context;

	switch (family_of(verbs)) {
	case VERB_ON_FILE:
		if (name->text[0] != '/' || is_deleted(name))
			return 0;
		return profile_add_path(profile, verbs, name->text,
					name->length, is_tree);
	case VERB_ON_SOCKET:
		profile->others |= verbs;
		return take_socket(profile, verbs, name);
	default:
		profile->others |= verbs;
		return 0;
	}
}

/* ---- what only the facts tell ---- */

static int note_made(struct profile *profile, const struct name *name)
{
	return names_add(&profile->made, name->text, name->length) ? 0
								   : -ENOMEM;
}

static int take_made(struct profile *profile, const struct fact *fact)
{
	switch ((enum audit_verb)fact->key.verb) {
	case VERB_CREATE:
		return note_made(profile, fact->key.object);
	case VERB_RENAME:
	case VERB_LINK:
		return fact->key.other ? note_made(profile, fact->key.other)
				       : 0;
	default:
		return 0;
	}
}

/* What the kernel calls so is no link. */
static void take_link(struct profile *profile, const struct fact *fact)
{
	const struct name *object = fact->key.object;

	for (unsigned i = 0;
	     fact->key.mark == FACT_KERNEL && i < ARRAY_LEN(link_names); i++)
		if (profile_holds(link_names[i], strlen(link_names[i]),
				  object->text, object->length))
			profile->links &= ~(1u << i);
}

/* Read, and not made by the job. */
static int take_old(struct profile *profile, const struct fact *fact)
{
	const struct name *name = fact->key.object, *found;

	if (!(VERB_BIT(fact->key.verb) & PROFILE_READING) ||
	    name->length <= strlen(TMP) ||
	    !profile_holds(TMP, strlen(TMP), name->text, name->length))
		return 0;
	HASH_FIND(hh, profile->made.first, name->text, name->length, found);
	return found || names_add(&profile->old, name->text, name->length)
		   ? 0
		   : -ENOMEM;
}

static bool is_told(const struct fact *fact)
{
	return fact_worked(fact) &&
	       verb_family((enum audit_verb)fact->key.verb) == VERB_ON_FILE;
}

static int take_facts(struct profile *profile, const struct audit *audit)
{
	const struct fact *fact;
	int r = 0;

	for (fact = audit->facts.first; !r && fact; fact = fact->hh.next) {
		if (!is_told(fact))
			continue;
		take_link(profile, fact);
		r = take_made(profile, fact);
	}
	for (fact = audit->facts.first; !r && fact; fact = fact->hh.next)
		if (is_told(fact))
			r = take_old(profile, fact);
	return r;
}

/* It is in /tmp, but neither named besides nor in a directory that is. */
static bool needs_tmp(const struct profile *profile, const struct name *name)
{
	size_t length = name->length;

	if (profile_has(profile, name->text, length, false))
		return false;
	while (length > strlen(TMP)) {
		if (profile_has(profile, name->text, length, true))
			return false;
		do
			length--;
		while (name->text[length] != '/');
	}
	return true;
}

static int copy_aliases(struct profile *profile, const struct audit *audit)
{
	const struct name *name = audit->aliases.first;

	for (; name; name = name->hh.next)
		if (!names_add(&profile->aliases, name->text, name->length))
			return -ENOMEM;
	return 0;
}

/* ---- */

static int take_cwd(struct profile *profile, const struct audit *audit)
{
	const struct image *first = audit->images.first;

	if (!first || !first->cwd || first->cwd->text[0] != '/')
		return 0;
	profile->cwd = names_add(&profile->names, first->cwd->text,
				 first->cwd->length);
	return profile->cwd ? 0 : -ENOMEM;
}

void profile_open(struct profile *ret, const struct policy *policy,
		  unsigned collapse)
{
	*ret = (struct profile){ .links = (1u << ARRAY_LEN(link_names)) - 1 };
	learn_open(&ret->learn, policy, collapse);
	ret->learn.skips_refused = true;
}

int profile_add_trace(struct profile *profile, const struct audit *audit)
{
	int r = learn_add(&profile->learn, audit);

	census_join(&profile->census, &audit->census);
	if (!r)
		r = take_facts(profile, audit);
	if (!r)
		r = copy_aliases(profile, audit);
	return r || profile->cwd ? r : take_cwd(profile, audit);
}

/* Of what was not told nothing is said. */
static void take_calls(struct profile *profile)
{
	const struct census *census = &profile->census;
	uint64_t others = census->namespaces & ~(uint64_t)CLONE_NEWUSER;

	profile->has_calls = census->was_told_all;
	if (!census->was_told_all)
		return;
	profile->has_families = !census->other_families;
	profile->denies_userns = !(census->namespaces & CLONE_NEWUSER);
	profile->denies_namespaces = !others;
}

int profile_end_traces(struct profile *profile)
{
	const struct name *name;
	int r = learn_each(&profile->learn, take_learnt, profile);

	if (r)
		return r;
	profile_settle(profile);
	take_calls(profile);
	profile->tmp_is_private = true;
	for (name = profile->old.first; name; name = name->hh.next)
		profile->tmp_is_private &= !needs_tmp(profile, name);
	return 0;
}
