/*
 * Hands records on to those who understand them. Must not know how differences
 * are shown.
 */
#include "compare/comparison.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "compare/trait.h"
#include "join/call.h"
#include "trace/record.h"

int comparison_open(struct comparison **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void comparison_close(struct comparison *comparison)
{
	if (!comparison)
		return;
	for (unsigned i = 0; i < 2; i++) {
		whole_done(&comparison->traces[i].whole);
		programs_done(&comparison->traces[i].programs);
	}
	temporaries_done(&comparison->temporaries);
	traits_done(&comparison->traits);
	free(comparison);
}

static struct comparison_trace *current(struct comparison *comparison)
{
	return &comparison->traces[comparison->trace];
}

int comparison_learn(struct comparison *comparison, const struct record *record)
{
	struct comparison_trace *trace = current(comparison);

	return whole_learn(&trace->whole, record)
		   ?: programs_learn(&trace->programs, record);
}

int comparison_learn_call(struct comparison *comparison,
			  const struct call *call)
{
	return temporaries_learn(&comparison->temporaries, comparison->trace,
				 call);
}

static struct trait_source source_of(struct comparison *comparison, int32_t pid)
{
	return (struct trait_source){
		comparison->trace,
		programs_find(&current(comparison)->programs, pid),
	};
}

int comparison_add_call(struct comparison *comparison, const struct call *call)
{
	const struct trait_source source = source_of(comparison,
						     call->entry.pid);

	return trait_add_call(&comparison->traits, &source, call);
}

int comparison_add(struct comparison *comparison, const struct record *record)
{
	const struct trait_source source = source_of(comparison, record->pid);

	return trait_add_record(&comparison->traits, &source, record);
}

/* ---- temporary names ---- */

struct renaming {
	const struct temporaries *temporaries;
	struct traits renamed;
	struct text text;
};

/* A part as it is to be; in the text, or where it was. */
static struct trait_part rename_part(struct renaming *renaming,
				     const struct trait_part *part)
{
	size_t from = renaming->text.length;

	if (!temporaries_put(renaming->temporaries, &renaming->text, part->data,
			     part->length))
		return *part;
	/* It may move until all is there. */
	return (struct trait_part){ NULL, renaming->text.length - from };
}

/* Where it is, behind those in front of it. */
static void find_part(const struct renaming *renaming, struct trait_part *part,
		      size_t *at)
{
	if (part->data || !part->length)
		return;
	part->data = renaming->text.data + *at;
	*at += part->length;
}

static int rename_trait(void *context, const struct trait *trait)
{
	struct renaming *renaming = context;
	struct trait renamed = *trait;
	size_t at = 0;

	text_clear(&renaming->text);
	renamed.who = rename_part(renaming, &trait->who);
	renamed.what = rename_part(renaming, &trait->what);
	if (renaming->text.failed)
		return -ENOMEM;
	find_part(renaming, &renamed.who, &at);
	find_part(renaming, &renamed.what, &at);
	return traits_add(&renaming->renamed, &renamed);
}

int comparison_settle(struct comparison *comparison)
{
	struct renaming renaming = { .temporaries = &comparison->temporaries };
	int r = temporaries_settle(&comparison->temporaries);

	if (!r)
		r = traits_each(&comparison->traits, rename_trait, &renaming);
	text_done(&renaming.text);
	if (r < 0) {
		traits_done(&renaming.renamed);
		return r;
	}
	for (unsigned i = 0; i < 2; i++)
		renaming.renamed.left_out[i] += comparison->traits.left_out[i];
	traits_done(&comparison->traits);
	comparison->traits = renaming.renamed;
	return 0;
}

bool comparison_is_whole(const struct comparison *comparison, unsigned trace)
{
	const struct comparison_trace *one = &comparison->traces[trace];

	return !one->is_damaged && whole_is(&one->whole) &&
	       !comparison->traits.left_out[trace];
}
