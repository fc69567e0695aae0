/*
 * Lines of a policy -> a profile. Sandboxes know paths, and directories with
 * all that is in them: what a line leaves out of one is let through, and said.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/object.h"
#include "audit/policy.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "profile/profile_private.h"

#define BELOW "/**"

struct making {
	struct profile *profile;
	const struct policy *policy;
};

/* ---- what is wider ---- */

static int note(struct making *making, const struct policy_rule *rule,
		const char *what)
{
	struct text text = TEXT_INIT;

	if (rule && rule->is_builtin)
		text_format(&text, "built-in line %u: ", rule->line);
	else if (rule) {
		policy_put_name(&text, rule->file, strlen(rule->file));
		text_format(&text, ":%u: ", rule->line);
	}
	text_put(&text, what);
	return gaps_add_text(&making->profile->coarse, NULL, 1, &text);
}

/* ---- patterns ---- */

/* What stands for itself at the start of a pattern, without backslashes; true:
 * all of it does. */
static bool put_literal(struct text *text, const char *pattern, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (strchr("*?[", pattern[i]))
			return false;
		i += pattern[i] == '\\' && i + 1 < length;
		text_char(text, pattern[i]);
	}
	return true;
}

/* A pattern as a directory, or a name; false: that is more than it says. */
static bool put_place(struct text *text, const char *pattern, size_t length,
		      bool *ret_is_tree)
{
	size_t below = strlen(BELOW);
	bool is_exact;

	*ret_is_tree = length >= below &&
		       !memcmp(pattern + length - below, BELOW, below);
	is_exact = put_literal(text, pattern,
			       length - (*ret_is_tree ? below : 0));
	if (!is_exact) {
		while (text->length > 0 && text->data[text->length - 1] != '/')
			text->length--;
		*ret_is_tree = true;
	}
	while (text->length > 1 && text->data[text->length - 1] == '/')
		text->length--;
	if (text->length == 0)
		text_char(text, '/');
	return is_exact;
}

/* ---- lines that allow ---- */

static int allow_pattern(struct making *making, const struct policy_rule *rule,
			 const struct policy_pattern *pattern, uint32_t verbs)
{
	_cleanup_(text_done) struct text place = TEXT_INIT;
	size_t start = !strncmp(pattern->text, OBJECT_UNIX, strlen(OBJECT_UNIX))
			   ? strlen(OBJECT_UNIX)
			   : 0;
	bool is_tree, is_exact;
	int r;

	if (pattern->text[start] != '/' && strncmp(pattern->text, "**", 2) != 0)
		return 0;
	is_exact = put_place(&place, pattern->text + start,
			     pattern->length - start, &is_tree);
	if (place.failed)
		return -ENOMEM;
	r = is_exact ? 0
		     : note(making, rule,
			    "a pattern is its directory, and all below");
	return r ? r
		 : profile_add_path(making->profile, verbs, place.data,
				    place.length, is_tree);
}

static int allow_files(struct making *making, const struct policy_rule *rule,
		       uint32_t verbs)
{
	struct profile *profile = making->profile;
	bool is_named = false;
	int r = 0;

	if (rule->kind == POLICY_ANY) {
		profile->everywhere |= verbs;
		return 0;
	}
	for (unsigned i = 0; !r && i < rule->object.count; i++) {
		const struct policy_pattern *pattern = &rule->object.items[i];
		size_t below = strlen(BELOW);

		r = allow_pattern(making, rule, pattern, verbs);
		is_named |= pattern->length < below ||
			    memcmp(pattern->text + pattern->length - below,
				   BELOW, below) != 0;
	}
	if (!r && is_named && verbs & PROFILE_NAMING)
		r = note(making, rule,
			 "names are made and removed in its whole directory");
	if (!r && verbs & VERB_BIT(VERB_CREATE) &&
	    !(verbs & VERB_BIT(VERB_WRITE)))
		r = note(making, rule,
			 "where names are made, files are "
			 "written");
	if (!r && verbs & VERB_BIT(VERB_CHANGE))
		r = note(making, rule, "change is allowed of anything, or not");
	return r;
}

static int allow_hosts(struct making *making, const struct policy_rule *rule,
		       uint32_t verbs)
{
	struct profile *profile = making->profile;
	const struct endpoint *endpoint = &rule->endpoint;
	bool is_any = rule->kind == POLICY_ANY;
	uint32_t low = is_any ? 0 : endpoint->port_low;
	uint32_t high = is_any ? UINT16_MAX : endpoint->port_high;

	profile->uses_inet = true;
	if (verbs & VERB_BIT(VERB_CONNECT))
		profile_add_ports(&profile->connects, low, high);
	if (verbs & VERB_BIT(VERB_BIND))
		profile_add_ports(&profile->binds, low, high);
	if (is_any)
		return 0;
	return note(making, rule,
		    endpoint->prefix
			? "of a host only the port is looked at, of TCP"
			: "ports are looked at of TCP alone");
}

/* By their addresses or by their names: a sandbox knows neither. */
static bool is_of_hosts(const struct policy_rule *rule)
{
	return rule->kind == POLICY_INET || rule->kind == POLICY_NAME;
}

static int allow_sockets(struct making *making, const struct policy_rule *rule,
			 uint32_t verbs)
{
	struct profile *profile = making->profile;
	int r = 0;

	if (is_of_hosts(rule) || rule->kind == POLICY_ANY)
		r = allow_hosts(making, rule, verbs);
	if (is_of_hosts(rule) || r)
		return r;
	if (rule->kind == POLICY_ANY) {
		profile->uses_unix = true;
		profile->census.families = UINT64_MAX;
		return 0;
	}
	for (unsigned i = 0; !r && i < rule->object.count; i++) {
		const struct policy_pattern *pattern = &rule->object.items[i];

		if (strncmp(pattern->text, OBJECT_UNIX, strlen(OBJECT_UNIX)) !=
		    0)
			continue;
		profile->uses_unix = true;
		r = note(making, rule,
			 "sockets of the machine are allowed by any name, "
			 "or not");
		if (!r && verbs & VERB_BIT(VERB_BIND))
			r = allow_pattern(making, rule, pattern,
					  VERB_BIT(VERB_CREATE));
	}
	return r;
}

static uint32_t verbs_on(uint32_t verbs, enum verb_family family)
{
	uint32_t some = 0;

	for (unsigned verb = 0; verb < VERB_COUNT; verb++)
		if (verb_family((enum audit_verb)verb) == family)
			some |= verbs & VERB_BIT(verb);
	return some;
}

static int allow(struct making *making, const struct policy_rule *rule)
{
	uint32_t files = verbs_on(rule->verbs, VERB_ON_FILE);
	uint32_t sockets = verbs_on(rule->verbs, VERB_ON_SOCKET);
	int r = 0;

	making->profile->others |= rule->verbs;
	if (rule->by.count)
		r = note(making, rule, "it is allowed by any program");
	if (!r && files)
		r = allow_files(making, rule, files);
	if (!r && sockets)
		r = allow_sockets(making, rule, sockets);
	return r;
}

/* ---- lines that deny ---- */

/* Verbs that a directory around the place was allowed for, or the place was
 * named itself. */
static uint32_t allowed_around(const struct profile *profile, const char *path,
			       size_t length)
{
	uint32_t verbs = profile->everywhere;

	for (size_t i = 0; i < profile->count; i++) {
		const struct profile_path *one = &profile->paths[i];
		size_t own = profile_place(profile, one);

		if (((one->is_tree || own < one->name->length) &&
		     profile_holds(one->name->text, own, path, length)))
			verbs |= one->verbs;
	}
	return verbs;
}

/* A sandbox lets through a directory, and cannot take a part of it away. */
static int deny_files(struct making *making, const struct policy_rule *rule,
		      uint32_t verbs)
{
	for (unsigned i = 0; i < rule->object.count; i++) {
		const struct policy_pattern *pattern = &rule->object.items[i];
		_cleanup_(text_done) struct text place = TEXT_INIT;
		bool is_tree;

		put_place(&place, pattern->text, pattern->length, &is_tree);
		if (place.failed)
			return -ENOMEM;
		if (allowed_around(making->profile, place.data, place.length) &
		    verbs)
			return note(making, rule,
				    "it is in a directory that is allowed");
	}
	if (rule->kind != POLICY_ANY)
		return 0;
	making->profile->everywhere &= ~verbs;
	return verbs & VERB_BIT(VERB_WRITE) &&
		       making->profile->everywhere & VERB_BIT(VERB_CREATE)
		   ? note(making, rule,
			  "where names are made, files are written")
		   : 0;
}

static int deny_hosts(struct making *making, const struct policy_rule *rule,
		      uint32_t verbs)
{
	const struct profile *profile = making->profile;

	if (is_of_hosts(rule) &&
	    (profile->uses_inet && verbs & profile->others))
		return note(making, rule,
			    "of a host only the port is looked at, of TCP");
	if (rule->kind == POLICY_GLOB && profile->uses_unix &&
	    verbs & profile->others)
		return note(making, rule,
			    "sockets of the machine are allowed by any name, "
			    "or not");
	return 0;
}

/* Landlock keeps it from those outside, whoever they are; and that is all. */
static int deny_processes(struct making *making, const struct policy_rule *rule,
			  uint32_t verbs)
{
	static const char *const outside[] = { "outside", "all", "recorder" };

	if (rule->kind == POLICY_ANY) {
		making->profile->others &= ~verbs;
		return 0;
	}
	if (!(making->profile->others & verbs))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(outside); i++)
		if (rule->object.count == 1 &&
		    !strcmp(rule->object.items[0].text, outside[i]))
			return 0;
	return note(making, rule, "any process of the job is allowed");
}

static int deny(struct making *making, const struct policy_rule *rule)
{
	uint32_t files = verbs_on(rule->verbs, VERB_ON_FILE);
	uint32_t sockets = verbs_on(rule->verbs, VERB_ON_SOCKET);
	uint32_t processes = verbs_on(rule->verbs, VERB_ON_PROCESS);
	int r = 0;

	if (files)
		r = deny_files(making, rule, files);
	if (!r && sockets)
		r = deny_hosts(making, rule, sockets);
	return !r && processes ? deny_processes(making, rule, processes) : r;
}

/* ---- what no sandbox prevents ---- */

static int take_holes(struct making *making)
{
	int r = 0;

	if (!(making->profile->everywhere & VERB_BIT(VERB_LOOK)))
		r = note(making, NULL, "to look at anything is allowed");
	if (!r && !profile_allows(making->profile, making->policy, VERB_SIGNAL,
				  "self"))
		r = note(making, NULL, "to signal one another is allowed");
	return r;
}

static int take_rules(struct making *making,
		      bool (*wanted)(const struct policy_rule *),
		      int (*take)(struct making *, const struct policy_rule *))
{
	int r = 0;

	for (unsigned i = 0; !r && i < making->policy->count; i++)
		if (wanted(&making->policy->rules[i]))
			r = take(making, &making->policy->rules[i]);
	return r;
}

static bool is_allowing(const struct policy_rule *rule)
{
	return rule->decision != POLICY_DENY;
}

static bool is_denying(const struct policy_rule *rule)
{
	return rule->decision == POLICY_DENY;
}

int profile_of_policy(struct profile *ret, const struct policy *policy)
{
	const struct policy_rule anything = { .verbs = VERB_ALL };
	struct making making = { ret, policy };
	int r = 0;

	*ret = (struct profile){ .is_policy = true };
	if (policy->otherwise != POLICY_DENY)
		r = allow(&making, &anything);
	if (!r)
		r = take_rules(&making, is_allowing, allow);
	profile_settle(ret);
	if (!r)
		r = take_rules(&making, is_denying, deny);
	profile_forbid_calls(ret, policy);
	return r ? r : take_holes(&making);
}
