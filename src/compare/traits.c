/*
 * A table by all that a trait says. Must not know where traits come from.
 */
#include "compare/traits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"

struct traits_entry {
	struct trait trait;
	UT_hash_handle hh;
	char key[]; /* group and lengths, then the parts' bytes */
};

/* What a key begins with. */
struct head {
	size_t group, who, what, outcome;
};

void traits_done(struct traits *traits)
{
	struct traits_entry *entry = traits->entries, *next;

	HASH_CLEAR(hh, traits->entries);
	for (; entry; entry = next) {
		next = entry->hh.next;
		free(entry);
	}
	text_done(&traits->key);
	traits->bytes = 0;
}

static int make_key(struct text *key, const struct trait *trait)
{
	const struct head head = { trait->group, trait->who.length,
				   trait->what.length, trait->outcome.length };

	text_clear(key);
	text_bytes(key, &head, sizeof(head));
	text_bytes(key, trait->who.data, trait->who.length);
	text_bytes(key, trait->what.data, trait->what.length);
	text_bytes(key, trait->outcome.data, trait->outcome.length);
	return key->failed ? -ENOMEM : 0;
}

/* A copy that holds its bytes. */
static struct traits_entry *new_entry(const struct text *key,
				      const struct trait *trait)
{
	struct traits_entry *entry = malloc(sizeof(*entry) + key->length);
	const char *from;

	if (!entry)
		return NULL;
	memcpy(entry->key, key->data, key->length);
	entry->trait = *trait;
	from = entry->key + sizeof(struct head);
	entry->trait.who.data = from;
	entry->trait.what.data = from + trait->who.length;
	entry->trait.outcome.data = entry->trait.what.data + trait->what.length;
	return entry;
}

static void count(struct trait *trait, const struct trait *added)
{
	trait->count[0] += added->count[0];
	trait->count[1] += added->count[1];
}

static bool is_full(const struct traits *traits, size_t length)
{
	return HASH_COUNT(traits->entries) >= FACTS_MAX ||
	       length > FACTS_BYTES_MAX - traits->bytes;
}

int traits_add(struct traits *traits, const struct trait *trait)
{
	struct traits_entry *entry;

	if (make_key(&traits->key, trait) < 0)
		return -ENOMEM;
	HASH_FIND(hh, traits->entries, traits->key.data, traits->key.length,
		  entry);
	if (entry) {
		count(&entry->trait, trait);
		return 0;
	}
	if (is_full(traits, traits->key.length)) {
		traits->left_out[0] += trait->count[0] > 0;
		traits->left_out[1] += trait->count[1] > 0;
		return 0;
	}
	entry = new_entry(&traits->key, trait);
	if (!entry)
		return -ENOMEM;
	HASH_ADD_KEYPTR(hh, traits->entries, entry->key, traits->key.length,
			entry);
	if (entry->hh.tbl) {
		traits->bytes += traits->key.length;
		return 0;
	}
	free(entry);
	return -ENOMEM;
}

int traits_each(const struct traits *traits, traits_visit *visit, void *context)
{
	const struct traits_entry *entry = traits->entries;
	int r = 0;

	for (; !r && entry; entry = entry->hh.next)
		r = visit(context, &entry->trait);
	return r;
}

/* ---- differences ---- */

static int compare_parts(const struct trait_part *one,
			 const struct trait_part *other)
{
	int order = memcmp(one->data, other->data,
			   MIN(one->length, other->length));

	if (order)
		return order;
	return one->length < other->length ? -1 : one->length > other->length;
}

/* What they are about. */
static int compare_subjects(const struct trait *one, const struct trait *other)
{
	if (one->group != other->group)
		return one->group < other->group ? -1 : 1;
	return compare_parts(&one->who, &other->who)
		   ?: compare_parts(&one->what, &other->what);
}

static int compare(const struct traits_entry *one,
		   const struct traits_entry *other)
{
	int order = compare_subjects(&one->trait, &other->trait);

	if (order)
		return order;
	if (!one->trait.count[0] != !other->trait.count[0])
		return one->trait.count[0] ? -1 : 1;
	return compare_parts(&one->trait.outcome, &other->trait.outcome);
}

static bool differs(const struct trait *trait, bool counts)
{
	if (counts)
		return trait->count[0] != trait->count[1];
	return !trait->count[0] != !trait->count[1];
}

static bool is_outcome(const struct trait *trait, const char *outcome)
{
	return trait->outcome.length == strlen(outcome) &&
	       !memcmp(trait->outcome.data, outcome, trait->outcome.length);
}

static bool worked(const struct trait *trait)
{
	return (trait->group == TRAIT_RESULT &&
		is_outcome(trait, TRAIT_WORKED)) ||
	       (trait->group == TRAIT_END && is_outcome(trait, TRAIT_ENDED));
}

/* Facts about the same, from `first` up to `end`. */
struct run {
	const struct traits_entry *first, *end;
	bool is_in[2];    /* whether a trace has any of them */
	bool any_failure; /* that is one and differs */
};

/* All that a program calls is about one thing, when it comes to whether it was
 * there at all. */
static bool is_of_run(const struct trait *first, const struct trait *trait)
{
	if (first->group == TRAIT_CALL)
		return trait->group == TRAIT_CALL &&
		       !compare_parts(&first->who, &trait->who);
	return !compare_subjects(first, trait);
}

static struct run find_run(const struct traits_entry *first, bool counts)
{
	struct run run = { .first = first, .end = first };

	for (; run.end && is_of_run(&first->trait, &run.end->trait);
	     run.end = run.end->hh.next) {
		const struct trait *trait = &run.end->trait;

		run.is_in[0] |= trait->count[0] > 0;
		run.is_in[1] |= trait->count[1] > 0;
		run.any_failure |= !worked(trait) && differs(trait, counts);
	}
	return run;
}

/* What it is told as, if it is. */
static bool is_told(const struct run *run, const struct trait *trait,
		    bool counts, enum trait_group *ret)
{
	bool is_in_both = run->is_in[0] && run->is_in[1];

	*ret = trait->group;
	if (!differs(trait, counts))
		return false;
	if (trait->group == TRAIT_CALL)
		return is_in_both;
	if (trait->group == TRAIT_RESULT && !is_in_both)
		*ret = TRAIT_FAILURE;
	return run->any_failure || !worked(trait);
}

struct visiting {
	bool counts;
	bool of_failures; /* which come last */
	traits_visit *visit;
	void *context;
};

static int visit_run(const struct visiting *visiting, const struct run *run)
{
	const struct traits_entry *entry = run->first;
	int r = 0;

	for (; !r && entry != run->end; entry = entry->hh.next) {
		struct trait trait = entry->trait;

		if (is_told(run, &entry->trait, visiting->counts,
			    &trait.group) &&
		    (trait.group == TRAIT_FAILURE) == visiting->of_failures)
			r = visiting->visit(visiting->context, &trait);
	}
	return r;
}

static int visit_all(const struct traits *traits,
		     const struct visiting *visiting)
{
	const struct traits_entry *entry = traits->entries;
	int r = 0;

	while (!r && entry) {
		const struct run run = find_run(entry, visiting->counts);

		r = visit_run(visiting, &run);
		entry = run.end;
	}
	return r;
}

int traits_each_difference(struct traits *traits, bool counts,
			   traits_visit *visit, void *context)
{
	const struct visiting rest = { counts, false, visit, context };
	const struct visiting failures = { counts, true, visit, context };

	HASH_SORT(traits->entries, compare);
	return visit_all(traits, &rest) ?: visit_all(traits, &failures);
}
