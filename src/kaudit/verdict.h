/*
 * Facts, and what a policy says of each.
 */
#ifndef KAUDIT_VERDICT_H
#define KAUDIT_VERDICT_H

#include <stdbool.h>

#include "audit/policy.h"

struct audit;
struct fact;

/* Exit statuses. */
enum {
	VERDICT_COMPLIES,
	VERDICT_VIOLATES,
	VERDICT_FAILED, /* or misused */
	VERDICT_INCOMPLETE,
	VERDICT_BAD_POLICY,
};

struct verdict {
	const struct audit *audit;
	const struct policy *policy;
	/* By verb, then by name: */
	struct finding {
		const struct fact *fact;
		struct policy_judgement judgement;
	} * findings;
	unsigned count;
	unsigned violations, warnings;
	bool is_complete;
};

/* 0 or -ENOMEM. verdict_done() frees. Both outlive it. */
int verdict_reach(struct verdict *ret, const struct audit *audit,
		  const struct policy *policy);
void verdict_done(struct verdict *verdict);

int verdict_status(const struct verdict *verdict, bool allows_incomplete);

/* "complies", "violates the policy", "cannot be judged: ..." */
const char *verdict_text(const struct verdict *verdict);

#endif
