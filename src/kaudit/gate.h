/*
 * A baseline: a policy that lists all that a job may do. What is not in it is a
 * violation.
 */
#ifndef KAUDIT_GATE_H
#define KAUDIT_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/policy.h"

struct destination;
struct kaudit_options;
struct text;
struct verdict;

struct gate {
	struct policy policy;
	char *text; /* of its file; owned */
	size_t length;
};

/*
 * Reads what --baseline names; nothing without. One that is not there yet is
 * empty where it is to be updated. As load_policy(); gate_done() in any case.
 */
int gate_load(struct gate *ret, const struct kaudit_options *options,
	      const char *directory, struct text *error);
void gate_done(struct gate *gate);

/* policy_judges_looks() of it. */
bool gate_judges_looks(const struct gate *gate,
		       const struct kaudit_options *options);

/*
 * Judges by it, beside the policy if there is one: the stricter line counts.
 * Before that, with --update-baseline, adds what it would deny, and writes its
 * file anew, which has either the former lines or all of them: the destination,
 * which is not looked at otherwise. 0 or -errno with one line in *error. The
 * gate outlives the verdict.
 */
int gate_judge(struct gate *gate, const struct kaudit_options *options,
	       const char *directory, const struct destination *destination,
	       struct verdict *verdict, struct text *error);

#endif
