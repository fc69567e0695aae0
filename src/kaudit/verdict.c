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
		ret->violations += finding->judgement.decision == POLICY_DENY;
		ret->warnings += finding->judgement.decision == POLICY_WARN;
	}
	qsort(ret->findings, ret->count, sizeof(*ret->findings), compare);
	return 0;
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
