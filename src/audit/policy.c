/* Which line decides. How lines are written is policy_parse.c's business. */
#include "audit/policy.h"

#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include "audit/fact.h"
#include "audit/host.h"
#include "audit/object.h"
#include "base/array.h"
#include "base/glob.h"
#include "base/text.h"

#define BELOW "/**"

void policy_open(struct policy *ret)
{
	*ret = (struct policy){ .otherwise = POLICY_ALLOW };
}

static void patterns_done(struct policy_patterns *patterns)
{
	for (unsigned i = 0; i < patterns->count; i++)
		free(patterns->items[i].text);
}

void policy_done(struct policy *policy)
{
	for (unsigned i = 0; i < policy->count; i++) {
		patterns_done(&policy->rules[i].object);
		patterns_done(&policy->rules[i].by);
		free(policy->rules[i].file);
	}
	free(policy->rules);
	roots_done(&policy->roots);
	policy_open(policy);
}

const char *policy_decision_name(enum policy_decision decision)
{
	static const char *const names[] = {
		[POLICY_ALLOW] = "allow",
		[POLICY_WARN] = "warn",
		[POLICY_DENY] = "deny",
	};

	return names[decision];
}

/* ---- one rule ---- */

/* "DIR" followed by a slash and two stars is DIR itself as well. */
static bool matches_pattern(const struct policy_pattern *pattern,
			    const char *text, size_t length)
{
	struct glob glob = { pattern->text, pattern->length, true };
	size_t below = strlen(BELOW);

	if (glob_matches(&glob, text, length))
		return true;
	if (glob.length <= below ||
	    memcmp(glob.pattern + glob.length - below, BELOW, below) != 0)
		return false;
	glob.length -= below;
	return glob_matches(&glob, text, length);
}

/* *ret_weight is that of the pattern that matches, the heaviest. */
static bool matches(const struct policy_patterns *patterns, const char *text,
		    size_t length, unsigned *ret_weight)
{
	bool any = false;

	for (unsigned i = 0; i < patterns->count; i++) {
		const struct policy_pattern *pattern = &patterns->items[i];

		if ((any && pattern->weight <= *ret_weight) ||
		    !matches_pattern(pattern, text, length))
			continue;
		any = true;
		*ret_weight = pattern->weight;
	}
	return any;
}

/* What a name is given to, who answers says: all names count less than any
 * address, and more than none. */
#define WEIGHT_NAME 2u
#define WEIGHT_HOST 65536u

/* Ports alone: 0 or 1. */
static unsigned weigh_host(const struct endpoint *endpoint)
{
	unsigned weight = endpoint_weight(endpoint);

	return endpoint->family != AF_UNSPEC && endpoint->prefix
		   ? WEIGHT_HOST + weight
		   : weight;
}

/* Bits of the host that count, and one more where there is a port. */
static bool matches_host(const struct policy_rule *rule, const char *text,
			 size_t length, unsigned *ret_weight)
{
	size_t start = strlen(OBJECT_INET);
	struct endpoint one;

	if (length < start || memcmp(text, OBJECT_INET, start) != 0 ||
	    !endpoint_parse(&one, text + start, length - start) ||
	    !endpoint_covers(&rule->endpoint, &one))
		return false;
	*ret_weight = weigh_host(&rule->endpoint);
	return true;
}

/* Any of the names that were observed. */
static bool matches_name(const struct policy_rule *rule,
			 const struct name *object, const struct host *host,
			 unsigned *ret_weight)
{
	unsigned port, weight;
	bool any = false;

	if (!host || !matches_host(rule, object->text, object->length, &port))
		return false;
	for (unsigned i = 0; i < host->count; i++)
		any |= matches(&rule->object, host->names[i]->text,
			       host->names[i]->length, &weight);
	if (any)
		*ret_weight = MIN(WEIGHT_NAME + 2 * weight + port,
				  WEIGHT_HOST - 1);
	return any;
}

struct subject {
	enum audit_verb verb;
	const struct name *object, *exe;
	const struct host *host;
};

static bool applies(const struct policy_rule *rule,
		    const struct subject *subject, unsigned *ret_weight)
{
	const struct name *object = subject->object;
	unsigned by;

	if (!(rule->verbs & VERB_BIT(subject->verb)))
		return false;
	if (rule->by.count &&
	    (!subject->exe || !matches(&rule->by, subject->exe->text,
				       subject->exe->length, &by)))
		return false;
	*ret_weight = 0;
	switch (rule->kind) {
	case POLICY_GLOB:
		return matches(&rule->object, object->text, object->length,
			       ret_weight);
	case POLICY_INET:
		return matches_host(rule, object->text, object->length,
				    ret_weight);
	case POLICY_NAME:
		return matches_name(rule, object, subject->host, ret_weight);
	case POLICY_ANY:
		break;
	}
	return true;
}

/* ---- all of them ---- */

/* The heaviest wins; of equals, one that says by whom; of equals, the last. */
static struct policy_judgement judge(const struct policy *policy,
				     const struct subject *subject,
				     unsigned count)
{
	struct policy_judgement best = { .decision = policy->otherwise };
	unsigned best_weight = 0, weight;

	for (unsigned i = 0; i < count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (!applies(rule, subject, &weight))
			continue;
		if (best.rule && (weight < best_weight ||
				  (weight == best_weight && !rule->by.count &&
				   best.rule->by.count)))
			continue;
		best.decision = rule->decision;
		best.rule = rule;
		best_weight = weight;
	}
	return best;
}

static struct policy_judgement judge_name(const struct policy *policy,
					  const struct fact *fact,
					  const struct name *object)
{
	struct subject subject = { (enum audit_verb)fact->key.verb, object,
				   fact->key.exe, fact->host };
	struct policy_judgement one = judge(policy, &subject, policy->count);

	if (one.rule || !fact_found_nothing(fact))
		return one;
	subject.verb = VERB_LOOK;
	return judge(policy, &subject, policy->count);
}

struct policy_judgement policy_judge(const struct policy *policy,
				     const struct fact *fact)
{
	struct policy_judgement one, other;

	one = judge_name(policy, fact, fact->key.object);
	/* Of a process that is the signal it was sent. */
	if (!fact->key.other ||
	    verb_family((enum audit_verb)fact->key.verb) == VERB_ON_PROCESS)
		return one;
	other = judge_name(policy, fact, fact->key.other);
	return other.decision > one.decision ? other : one;
}

static bool is_of_all(const struct policy_rule *rule)
{
	return !rule->by.count &&
	       (rule->kind == POLICY_ANY ||
		(rule->kind == POLICY_GLOB && rule->object.count &&
		 !strcmp(rule->object.items[0].text, "**")));
}

static bool is_on_looks(const struct policy_rule *rule)
{
	return rule->verbs & VERB_BIT(VERB_LOOK);
}

static bool is_same(const struct policy_rule *one,
		    const struct policy_rule *other)
{
	if (one->kind != other->kind || one->kind != POLICY_GLOB ||
	    one->by.count || other->by.count ||
	    one->object.count != other->object.count)
		return false;
	for (unsigned i = 0; i < one->object.count; i++)
		if (strcmp(one->object.items[i].text,
			   other->object.items[i].text) != 0)
			return false;
	return true;
}

/* No later line takes that back. */
static bool forbids_looks(const struct policy *policy, unsigned index)
{
	const struct policy_rule *rule = &policy->rules[index];

	if (!is_on_looks(rule) || rule->decision == POLICY_ALLOW)
		return false;
	for (unsigned i = index + 1; i < policy->count; i++)
		if (is_on_looks(&policy->rules[i]) &&
		    is_same(rule, &policy->rules[i]))
			return false;
	return true;
}

bool policy_judges_looks(const struct policy *policy)
{
	bool judges = policy->otherwise != POLICY_ALLOW;

	for (unsigned i = 0; judges && i < policy->count; i++)
		judges = !is_on_looks(&policy->rules[i]) ||
			 !is_of_all(&policy->rules[i]);
	for (unsigned i = 0; !judges && i < policy->count; i++)
		judges = forbids_looks(policy, i);
	return judges;
}

bool policy_is_sensitive(const struct policy *policy, enum audit_verb verb,
			 const char *object, size_t length)
{
	unsigned weight;

	for (unsigned i = 0; i < policy->sensitive; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (!(rule->verbs & VERB_BIT(verb)))
			continue;
		if (rule->kind == POLICY_INET
			? matches_host(rule, object, length, &weight)
			: matches(&rule->object, object, length, &weight))
			return true;
	}
	return false;
}

bool policy_has_sensitive_below(const struct policy *policy, const char *dir,
				size_t length)
{
	for (unsigned i = 0; i < policy->sensitive; i++) {
		const struct policy_patterns *object = &policy->rules[i].object;

		for (unsigned one = 0; one < object->count; one++) {
			const char *text = object->items[one].text;
			size_t literal = strcspn(text, "*?[");
			size_t common = MIN(literal, length);

			if (object->items[one].length && *text == '/' &&
			    !memcmp(text, dir, common) &&
			    (common < length || literal == length ||
			     text[length] == '/'))
				return true;
		}
	}
	return false;
}
