/* Judging all facts, once. */
#include "kaudit/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"

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
