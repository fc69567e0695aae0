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
	struct policy_rule absent; /* stands for what no line is about */
	bool is_complete;
};

/* 0 or -ENOMEM. verdict_done() frees. Both outlive it. */
int verdict_reach(struct verdict *ret, const struct audit *audit,
		  const struct policy *policy);
void verdict_done(struct verdict *verdict);

/*
 * Judges by a second policy as well, whose file has that name: the stricter
 * line counts; alone: by it instead. What none of its lines is about has the
 * line of its default. It outlives the verdict.
 */
void verdict_restrict(struct verdict *verdict, const struct policy *policy,
		      const char *name, bool alone);

/*
 * What was decided so, as people want to read it: what a line is about before
 * what none is, what worked before what did not, looks last; and of one process
 * together. *ret is malloc'd. 0 or -ENOMEM.
 */
int verdict_list(const struct verdict *verdict, enum policy_decision decision,
		 const struct finding ***ret, unsigned *ret_count);

/* Whether a line is about it, and not only what is said of all else. */
bool verdict_is_meant(const struct verdict *verdict,
		      const struct finding *finding);

int verdict_status(const struct verdict *verdict, bool allows_incomplete);

/* "complies", "violates the policy", "cannot be judged: ..." */
const char *verdict_text(const struct verdict *verdict);

#endif
