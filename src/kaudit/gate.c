/* The file is read once: what is written is judged by as it was written. */
#include "kaudit/gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/baseline.h"
#include "audit/learn.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/destination.h"
#include "kaudit/load.h"
#include "kaudit/options.h"
#include "kaudit/output.h"
#include "kaudit/verdict.h"

void gate_done(struct gate *gate)
{
	policy_done(&gate->policy);
	free(gate->text);
}

static int parse(struct gate *gate, const struct kaudit_options *options,
		 const char *directory, struct text *error)
{
	int r = load_rules(&gate->policy, options, directory, options->baseline,
			   gate->text, gate->length, error);

	/* It says what may be, and not only what may not. */
	gate->policy.otherwise = POLICY_DENY;
	return r;
}

int gate_load(struct gate *ret, const struct kaudit_options *options,
	      const char *directory, struct text *error)
{
	int r;

	*ret = (struct gate){ 0 };
	if (!options->baseline)
		return 0;
	r = load_text(options->baseline, &ret->text, &ret->length);
	if (r && !(r == -ENOENT && options->updates_baseline))
		return output_fail(error, options->baseline,
				   r == -EINVAL ? -EIO : r);
	return parse(ret, options, directory, error);
}

/* One that is made anew has them allowed. */
bool gate_judges_looks(const struct gate *gate,
		       const struct kaudit_options *options)
{
	return options->baseline && gate->text &&
	       policy_judges_looks(&gate->policy);
}

/* ---- updating ---- */

static int learn(const struct gate *gate, const struct kaudit_options *options,
		 const struct audit *audit, struct text *ret)
{
	_cleanup_(learn_done) struct learn learnt = { 0 };
	const struct fact *fact = audit->facts.first;
	int r = 0;

	learn_open(&learnt, &gate->policy, options->collapse);
	learnt.lacks_looks = audit->lacks_looks;
	for (; !r && fact; fact = fact->hh.next)
		if (policy_judge(&gate->policy, fact).decision == POLICY_DENY)
			r = learn_add_fact(&learnt, fact);
	return r ? r : baseline_put(ret, gate->text, gate->length, &learnt);
}

static int is_same(const struct gate *gate, const struct text *text)
{
	return gate->text && gate->length == text->length &&
	       !memcmp(gate->text, text->data, text->length);
}

/* The text becomes the gate's. */
static int reopen(struct gate *gate, const struct kaudit_options *options,
		  const char *directory, struct text *text, struct text *error)
{
	gate_done(gate);
	gate->text = text->data;
	gate->length = text->length;
	*text = (struct text)TEXT_INIT;
	return parse(gate, options, directory, error);
}

static int update(struct gate *gate, const struct kaudit_options *options,
		  const char *directory, const struct destination *destination,
		  const struct audit *audit, struct text *error)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	int r = learn(gate, options, audit, &text);

	if (!r && !is_same(gate, &text))
		r = destination_replace(destination, &text);
	return r ? output_fail(error, options->baseline, r)
		 : reopen(gate, options, directory, &text, error);
}

int gate_judge(struct gate *gate, const struct kaudit_options *options,
	       const char *directory, const struct destination *destination,
	       struct verdict *verdict, struct text *error)
{
	int r = 0;

	if (!options->baseline)
		return 0;
	if (options->updates_baseline)
		r = update(gate, options, directory, destination,
			   verdict->audit, error);
	if (!r)
		verdict_restrict(verdict, &gate->policy, options->baseline,
				 options->policy == NULL);
	return r;
}
