/*
 * A table by all that a fact says. Must not know where facts come from.
 */
#include "compare/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"

struct facts_entry {
	struct fact fact;
	UT_hash_handle hh;
	char key[]; /* group and lengths, then the parts' bytes */
};

/* What a key begins with. */
struct head {
	size_t group, who, what, outcome;
};

void facts_done(struct facts *facts)
{
	struct facts_entry *entry = facts->entries, *next;

	HASH_CLEAR(hh, facts->entries);
	for (; entry; entry = next) {
		next = entry->hh.next;
		free(entry);
	}
	text_done(&facts->key);
	facts->bytes = 0;
}

static int make_key(struct text *key, const struct fact *fact)
{
	const struct head head = { fact->group, fact->who.length,
				   fact->what.length, fact->outcome.length };

	text_clear(key);
	text_bytes(key, &head, sizeof(head));
	text_bytes(key, fact->who.data, fact->who.length);
	text_bytes(key, fact->what.data, fact->what.length);
	text_bytes(key, fact->outcome.data, fact->outcome.length);
	return key->failed ? -ENOMEM : 0;
}

/* A copy that holds its bytes. */
static struct facts_entry *new_entry(const struct text *key,
				     const struct fact *fact)
{
	struct facts_entry *entry = malloc(sizeof(*entry) + key->length);
	const char *from;

	if (!entry)
		return NULL;
	memcpy(entry->key, key->data, key->length);
	entry->fact = *fact;
	from = entry->key + sizeof(struct head);
	entry->fact.who.data = from;
	entry->fact.what.data = from + fact->who.length;
	entry->fact.outcome.data = entry->fact.what.data + fact->what.length;
	return entry;
}

static void count(struct fact *fact, const struct fact *added)
{
	fact->count[0] += added->count[0];
	fact->count[1] += added->count[1];
}

static bool is_full(const struct facts *facts, size_t length)
{
	return HASH_COUNT(facts->entries) >= FACTS_MAX ||
	       length > FACTS_BYTES_MAX - facts->bytes;
}

int facts_add(struct facts *facts, const struct fact *fact)
{
	struct facts_entry *entry;

	if (make_key(&facts->key, fact) < 0)
		return -ENOMEM;
	HASH_FIND(hh, facts->entries, facts->key.data, facts->key.length,
		  entry);
	if (entry) {
		count(&entry->fact, fact);
		return 0;
	}
	if (is_full(facts, facts->key.length)) {
		facts->left_out[0] += fact->count[0] > 0;
		facts->left_out[1] += fact->count[1] > 0;
		return 0;
	}
	entry = new_entry(&facts->key, fact);
	if (!entry)
		return -ENOMEM;
	HASH_ADD_KEYPTR(hh, facts->entries, entry->key, facts->key.length,
			entry);
	if (entry->hh.tbl) {
		facts->bytes += facts->key.length;
		return 0;
	}
	free(entry);
	return -ENOMEM;
}

int facts_each(const struct facts *facts, facts_visit *visit, void *context)
{
	const struct facts_entry *entry = facts->entries;
	int r = 0;

	for (; !r && entry; entry = entry->hh.next)
		r = visit(context, &entry->fact);
	return r;
}

/* ---- differences ---- */

static int compare_parts(const struct fact_part *one,
			 const struct fact_part *other)
{
	int order = memcmp(one->data, other->data,
			   MIN(one->length, other->length));

	if (order)
		return order;
	return one->length < other->length ? -1 : one->length > other->length;
}

/* What they are about. */
static int compare_subjects(const struct fact *one, const struct fact *other)
{
	if (one->group != other->group)
		return one->group < other->group ? -1 : 1;
	return compare_parts(&one->who, &other->who)
		   ?: compare_parts(&one->what, &other->what);
}

static int compare(const struct facts_entry *one,
		   const struct facts_entry *other)
{
	int order = compare_subjects(&one->fact, &other->fact);

	if (order)
		return order;
	if (!one->fact.count[0] != !other->fact.count[0])
		return one->fact.count[0] ? -1 : 1;
	return compare_parts(&one->fact.outcome, &other->fact.outcome);
}

static bool differs(const struct fact *fact, bool counts)
{
	if (counts)
		return fact->count[0] != fact->count[1];
	return !fact->count[0] != !fact->count[1];
}

static bool is_outcome(const struct fact *fact, const char *outcome)
{
	return fact->outcome.length == strlen(outcome) &&
	       !memcmp(fact->outcome.data, outcome, fact->outcome.length);
}

static bool worked(const struct fact *fact)
{
	return (fact->group == FACT_RESULT && is_outcome(fact, FACT_WORKED)) ||
	       (fact->group == FACT_END && is_outcome(fact, FACT_ENDED));
}

/* Facts about the same, from `first` up to `end`. */
struct run {
	const struct facts_entry *first, *end;
	bool is_in[2];    /* whether a trace has any of them */
	bool any_failure; /* that is one and differs */
};

/* All that a program calls is about one thing, when it comes to whether it was
 * there at all. */
static bool is_of_run(const struct fact *first, const struct fact *fact)
{
	if (first->group == FACT_CALL)
		return fact->group == FACT_CALL &&
		       !compare_parts(&first->who, &fact->who);
	return !compare_subjects(first, fact);
}

static struct run find_run(const struct facts_entry *first, bool counts)
{
	struct run run = { .first = first, .end = first };

	for (; run.end && is_of_run(&first->fact, &run.end->fact);
	     run.end = run.end->hh.next) {
		const struct fact *fact = &run.end->fact;

		run.is_in[0] |= fact->count[0] > 0;
		run.is_in[1] |= fact->count[1] > 0;
		run.any_failure |= !worked(fact) && differs(fact, counts);
	}
	return run;
}

/* What it is told as, if it is. */
static bool is_told(const struct run *run, const struct fact *fact, bool counts,
		    enum fact_group *ret)
{
	bool is_in_both = run->is_in[0] && run->is_in[1];

	*ret = fact->group;
	if (!differs(fact, counts))
		return false;
	if (fact->group == FACT_CALL)
		return is_in_both;
	if (fact->group == FACT_RESULT && !is_in_both)
		*ret = FACT_FAILURE;
	return run->any_failure || !worked(fact);
}

struct visiting {
	bool counts;
	bool of_failures; /* which come last */
	facts_visit *visit;
	void *context;
};

static int visit_run(const struct visiting *visiting, const struct run *run)
{
	const struct facts_entry *entry = run->first;
	int r = 0;

	for (; !r && entry != run->end; entry = entry->hh.next) {
		struct fact fact = entry->fact;

		if (is_told(run, &entry->fact, visiting->counts, &fact.group) &&
		    (fact.group == FACT_FAILURE) == visiting->of_failures)
			r = visiting->visit(visiting->context, &fact);
	}
	return r;
}

static int visit_all(const struct facts *facts, const struct visiting *visiting)
{
	const struct facts_entry *entry = facts->entries;
	int r = 0;

	while (!r && entry) {
		const struct run run = find_run(entry, visiting->counts);

		r = visit_run(visiting, &run);
		entry = run.end;
	}
	return r;
}

int facts_each_difference(struct facts *facts, bool counts, facts_visit *visit,
			  void *context)
{
	const struct visiting rest = { counts, false, visit, context };
	const struct visiting failures = { counts, true, visit, context };

	HASH_SORT(facts->entries, compare);
	return visit_all(facts, &rest) ?: visit_all(facts, &failures);
}
