/* Judging all facts, once. */
#include "kaudit/verdict.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/cleanup.h"

static int compare(const void *one, const void *other)
{
	const struct fact *this = ((const struct finding *)one)->fact;
	const struct fact *that = ((const struct finding *)other)->fact;
	int order;

	if (this->key.verb != that->key.verb)
		return this->key.verb < that->key.verb ? -1 : 1;
	order = strcmp(this->key.object->text, that->key.object->text);
	if (order)
		return order;
	return (this->first_ns > that->first_ns) -
	       (this->first_ns < that->first_ns);
}

static void count_findings(struct verdict *verdict)
{
	verdict->violations = verdict->warnings = 0;
	for (unsigned i = 0; i < verdict->count; i++) {
		const struct finding *finding = &verdict->findings[i];

		verdict->violations += finding->judgement.decision ==
				       POLICY_DENY;
		verdict->warnings += finding->judgement.decision == POLICY_WARN;
	}
}

int verdict_reach(struct verdict *ret, const struct audit *audit,
		  const struct policy *policy)
{
	const struct fact *fact = audit->facts.first;
	size_t count = HASH_COUNT(fact);

	*ret = (struct verdict){
		.audit = audit,
		.policy = policy,
		.is_complete = audit->gaps.count == 0,
	};
	ret->findings = calloc(count + 1, sizeof(*ret->findings));
	if (!ret->findings)
		return -ENOMEM;
	for (; fact; fact = fact->hh.next) {
		struct finding *finding = &ret->findings[ret->count++];

		finding->fact = fact;
		finding->judgement = policy_judge(policy, fact);
	}
	count_findings(ret);
	qsort(ret->findings, ret->count, sizeof(*ret->findings), compare);
	return 0;
}

void verdict_restrict(struct verdict *verdict, const struct policy *policy,
		      const char *name, bool alone)
{
	verdict->absent = (struct policy_rule){
		.decision = policy->otherwise,
		.file = (char *)name,
		.line = policy->otherwise_line,
	};
	for (unsigned i = 0; i < verdict->count; i++) {
		struct finding *finding = &verdict->findings[i];
		struct policy_judgement judgement = policy_judge(policy,
								 finding->fact);

		if (!judgement.rule)
			judgement.rule = &verdict->absent;
		if (alone || judgement.decision > finding->judgement.decision)
			finding->judgement = judgement;
	}
	count_findings(verdict);
}

void verdict_done(struct verdict *verdict)
{
	free(verdict->findings);
	verdict->findings = NULL;
}

/* ---- for people ---- */

bool verdict_is_meant(const struct verdict *verdict,
		      const struct finding *finding)
{
	const struct policy_rule *rule = finding->judgement.rule;

	return rule && rule != &verdict->absent;
}

struct listed {
	const struct finding *finding;
	unsigned rank, process;
};

static unsigned rank_of(const struct verdict *verdict,
			const struct finding *finding)
{
	if (verdict_is_meant(verdict, finding))
		return 0;
	if (finding->fact->key.verb == VERB_LOOK)
		return 3;
	return fact_worked(finding->fact) ? 1 : 2;
}

static int compare_listed(const void *one, const void *other)
{
	const struct listed *this = one, *that = other;

	if (this->rank != that->rank)
		return this->rank < that->rank ? -1 : 1;
	if (this->process != that->process)
		return this->process < that->process ? -1 : 1;
	return this->finding < that->finding ? -1 : 1;
}

static unsigned collect(const struct verdict *verdict,
			enum policy_decision decision, struct listed *ret)
{
	unsigned count = 0;

	for (unsigned i = 0; i < verdict->count; i++) {
		const struct finding *finding = &verdict->findings[i];
		const struct image *image = finding->fact->image;

		if (finding->judgement.decision != decision)
			continue;
		ret[count++] = (struct listed){
			finding,
			rank_of(verdict, finding),
			image ? image->number : UINT_MAX,
		};
	}
	qsort(ret, count, sizeof(*ret), compare_listed);
	return count;
}

int verdict_list(const struct verdict *verdict, enum policy_decision decision,
		 const struct finding ***ret, unsigned *ret_count)
{
	struct listed *listed = calloc(verdict->count + 1u, sizeof(*listed));
	const struct finding **list = calloc(verdict->count + 1u,
					     sizeof(struct finding *));

	*ret = NULL;
	*ret_count = 0;
	if (listed && list) {
		*ret_count = collect(verdict, decision, listed);
		for (unsigned i = 0; i < *ret_count; i++)
			list[i] = listed[i].finding;
		*ret = list;
	}
	if (!listed)
		free(list);
	free(listed);
	return *ret ? 0 : -ENOMEM;
}

/* ---- */

int verdict_status(const struct verdict *verdict, bool allows_incomplete)
{
	if (verdict->violations)
		return VERDICT_VIOLATES;
	if (!verdict->is_complete && !allows_incomplete)
		return VERDICT_INCOMPLETE;
	return VERDICT_COMPLIES;
}

const char *verdict_text(const struct verdict *verdict)
{
	if (verdict->violations)
		return "violates the policy";
	if (!verdict->is_complete)
		return "cannot be judged: the trace does not hold all";
	return verdict->warnings ? "complies, with warnings" : "complies";
}
