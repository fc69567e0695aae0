/*
 * A table of what was done to which name; directories of which there are many
 * names become a pattern. What is sensitive never becomes part of one.
 */
#include "audit/learn.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/host.h"
#include "audit/learn_private.h"
#include "audit/object.h"
#include "audit/policy.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

/* What is only looked at is not told apart. */
#define LOOKS "allow look **\n"

void learn_open(struct learn *ret, const struct policy *policy,
		unsigned collapse)
{
	*ret = (struct learn){ .policy = policy, .collapse = collapse };
}

void learn_done(struct learn *learn)
{
	struct learn_item *item = learn->items, *next;

	HASH_CLEAR(hh, learn->items);
	for (; item; item = next) {
		next = item->hh.next;
		free(item);
	}
	names_done(&learn->names);
}

/* ---- taking ---- */

/* What belongs together may be allowed together. */
static enum learn_group group_of(enum audit_verb verb)
{
	switch (verb) {
	case VERB_READ:
	case VERB_LIST:
		return LEARN_READING;
	case VERB_EXEC:
		return LEARN_RUNNING;
	case VERB_MAP:
		return LEARN_MAPPING;
	case VERB_WRITE:
	case VERB_CREATE:
	case VERB_DELETE:
	case VERB_RENAME:
	case VERB_LINK:
	case VERB_CHANGE:
		return LEARN_CHANGING;
	default:
		return LEARN_OTHER;
	}
}

struct learn_item *learn_item(struct learn *learn, const struct learn_key *key)
{
	struct learn_item *item;

	HASH_FIND(hh, learn->items, key, sizeof(*key), item);
	if (item)
		return item;
	item = calloc(1, sizeof(*item));
	if (!item)
		return NULL;
	item->key = *key;
	HASH_ADD(hh, learn->items, key, sizeof(item->key), item);
	if (item->hh.tbl)
		return item;
	free(item);
	return NULL;
}

/* Ports of who connects are the kernel's choice. */
static size_t lasting_length(enum audit_verb verb, const struct name *object)
{
	const char *colon = strrchr(object->text, ':');

	if (verb != VERB_ACCEPT || !colon ||
	    strncmp(object->text, OBJECT_INET, strlen(OBJECT_INET)) != 0)
		return object->length;
	return (size_t)(colon - object->text);
}

static int take_exe(struct learn *learn, struct learn_item *item,
		    const struct name *exe)
{
	const struct name *own = names_add(&learn->names, exe->text,
					   exe->length);

	if (!own)
		return -ENOMEM;
	if (!item->exe)
		item->exe = own;
	if (!item->least || strcmp(own->text, item->least->text) < 0)
		item->least = own;
	return 0;
}

static int take_hosts(struct learn *learn, struct learn_item *item,
		      const struct host *host)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	for (unsigned i = 0; i < host->count; i++) {
		text_put(&text, i ? " " : "");
		text_bytes(&text, host->names[i]->text, host->names[i]->length);
	}
	item->observed = text.failed
			     ? NULL
			     : names_add(&learn->names, text.data, text.length);
	return item->observed ? 0 : -ENOMEM;
}

static int take(struct learn *learn, const struct fact *fact,
		const struct name *object)
{
	enum audit_verb verb = (enum audit_verb)fact->key.verb;
	struct learn_key key;
	struct learn_item *item;

	memset(&key, 0, sizeof(key));
	key.group = group_of(verb);
	key.verb = key.group == LEARN_OTHER ? verb : VERB_COUNT;
	key.object = names_add(&learn->names, object->text,
			       lasting_length(verb, object));
	item = key.object ? learn_item(learn, &key) : NULL;
	if (!item)
		return -ENOMEM;
	item->verbs |= VERB_BIT(verb);
	item->count += fact->count;
	item->names = 1;
	item->is_sensitive |= policy_is_sensitive(learn->policy, verb,
						  object->text, object->length);
	if (item->last_trace != learn->traces)
		item->traces++;
	item->last_trace = learn->traces;
	if (fact->host && !item->observed &&
	    take_hosts(learn, item, fact->host))
		return -ENOMEM;
	return fact->key.exe ? take_exe(learn, item, fact->key.exe) : 0;
}

/* What was not there was looked for, unless nobody should look for it. */
static bool is_look(const struct learn *learn, const struct fact *fact)
{
	const struct name *object = fact->key.object;

	return fact->key.verb == VERB_LOOK ||
	       (fact_found_nothing(fact) &&
		!policy_is_sensitive(learn->policy,
				     (enum audit_verb)fact->key.verb,
				     object->text, object->length));
}

int learn_add_fact(struct learn *learn, const struct fact *fact)
{
	enum audit_verb verb = (enum audit_verb)fact->key.verb;
	int r;

	if (is_look(learn, fact)) {
		learn->looks += fact->count;
		return 0;
	}
	r = take(learn, fact, fact->key.object);
	if (r || !fact->key.other || verb_family(verb) == VERB_ON_PROCESS)
		return r;
	return take(learn, fact, fact->key.other);
}

/* What led nowhere, or was forbidden: no sandbox has to let it through. */
static bool was_refused(const struct fact *fact)
{
	static const int32_t refusals[] = { ENOENT, ENOTDIR, EACCES,
					    EPERM,  EROFS,   ELOOP,
					    EFAULT, ENOSYS,  ENAMETOOLONG };

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (fact->key.error == refusals[i])
			return true;
	return false;
}

int learn_add(struct learn *learn, const struct audit *audit)
{
	const struct fact *fact = audit->facts.first;
	int r = 0;

	learn->lacks_looks |= audit->lacks_looks;
	learn->traces++;
	for (; !r && fact; fact = fact->hh.next)
		if (!learn->skips_refused || !was_refused(fact))
			r = learn_add_fact(learn, fact);
	return r;
}

/* ---- telling ---- */

/* Who may write a file may make it as well: whether it is there already is not
 * the same from run to run. */
static uint32_t verbs_of(const struct learn_item *item)
{
	uint32_t verbs = item->verbs;

	if (verbs & VERB_BIT(VERB_WRITE))
		verbs |= VERB_BIT(VERB_CREATE);
	return verbs;
}

static void put_verbs(struct text *text, uint32_t verbs)
{
	bool any = false;

	for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
		if (!(verbs & VERB_BIT(verb)))
			continue;
		text_put(text, any ? "," : "");
		text_put(text, verb_name((enum audit_verb)verb));
		any = true;
	}
}

static void put_object(struct text *text, const struct learn *learn,
		       const struct learn_item *item)
{
	const char *path = item->key.object->text;
	size_t length = item->key.object->length, own = 0;
	const struct root *root = NULL;
	char before[64] = "";

	if (*path == '/')
		root = roots_of(&learn->policy->roots, path, length, &own);
	/* What is sensitive stands there in full. */
	if (item->is_sensitive || (root && strlen(root->name) > 60))
		own = 0;
	if (root && own) {
		before[0] = '@';
		memcpy(before + 1, root->name, strlen(root->name) + 1);
	}
	policy_put_pattern(text, before, path + own, length - own,
			   item->is_tree ? "/**" : "");
}

/* No rule is made of them: who is called so says who answers. */
static void put_observed(struct text *text, const struct learn_item *item)
{
	if (!item->observed)
		return;
	text_put(text, ", observed as ");
	text_bytes(text, item->observed->text, item->observed->length);
}

/* Where it comes from. */
static void put_provenance(struct text *text, const struct learn *learn,
			   const struct learn_item *item)
{
	text_put(text, item->is_sensitive ? "# sensitive; " : "# ");
	text_format(text, item->count == 1 ? "once" : "%" PRIu64 " times",
		    item->count);
	if (item->names > 1)
		text_format(text, ", %" PRIu64 " names", item->names);
	if (learn->traces > 1)
		text_format(text, ", in %u of %u traces", item->traces,
			    learn->traces);
	if (item->exe) {
		text_put(text, ", first by ");
		policy_put_name(text, item->exe->text, item->exe->length);
	}
	put_observed(text, item);
	text_char(text, '\n');
}

static void put_rule(struct text *text, const struct learn *learn,
		     const struct learn_item *item)
{
	text_put(text, "allow ");
	put_verbs(text, verbs_of(item));
	text_char(text, ' ');
	put_object(text, learn, item);
}

static const char *group_title(enum learn_group group)
{
	static const char *const titles[LEARN_GROUPS] = {
		[LEARN_READING] = "what it reads",
		[LEARN_RUNNING] = "what it runs",
		[LEARN_MAPPING] = "what it maps into memory to run it",
		[LEARN_CHANGING] = "what it makes and changes",
		[LEARN_OTHER] = "what else it does",
	};

	return titles[group];
}

static int compare(const struct learn_item *one, const struct learn_item *other)
{
	if (one->key.group != other->key.group)
		return one->key.group < other->key.group ? -1 : 1;
	if (one->key.verb != other->key.verb)
		return one->key.verb < other->key.verb ? -1 : 1;
	return strcmp(one->key.object->text, other->key.object->text);
}

static void put_items(struct text *text, struct learn *learn)
{
	const struct learn_item *item;
	enum learn_group group = LEARN_GROUPS;

	HASH_SORT(learn->items, compare);
	for (item = learn->items; item; item = item->hh.next) {
		if (item->is_covered)
			continue;
		if (item->key.group != group)
			text_format(text, "\n# ---- %s ----\n",
				    group_title(item->key.group));
		group = item->key.group;
		put_provenance(text, learn, item);
		put_rule(text, learn, item);
		text_char(text, '\n');
	}
}

static void put_looks(struct text *text, const struct learn *learn)
{
	if (!learn->looks && !learn->lacks_looks)
		return;
	text_char(text, '\n');
	if (learn->looks)
		text_format(text,
			    "# %" PRIu64 " times it asked what is there\n",
			    learn->looks);
	if (learn->lacks_looks)
		text_put(text, "# what it asked of what is there was not "
			       "recorded (run --looks)\n");
	text_put(text, LOOKS);
}

int learn_put(struct learn *learn, struct text *text)
{
	int r = learn_collapse(learn);

	if (r)
		return r;
	text_format(text,
		    "# Learnt from %u trace%s by kaudit-u learn: look it "
		    "through.\ndefault deny\n",
		    learn->traces, learn->traces == 1 ? "" : "s");
	put_looks(text, learn);
	put_items(text, learn);
	return text->failed ? -ENOMEM : 0;
}

int learn_put_lines(struct learn *learn, struct text *text)
{
	const struct learn_item *item;
	int r = learn_collapse(learn);

	if (r)
		return r;
	text_put(text, learn->looks || learn->lacks_looks ? LOOKS : "");
	for (item = learn->items; item; item = item->hh.next) {
		if (item->is_covered)
			continue;
		put_rule(text, learn, item);
		text_put(text, item->is_sensitive ? " # sensitive;" : " #");
		text_put(text, " by ");
		if (item->least)
			policy_put_name(text, item->least->text,
					item->least->length);
		else
			text_char(text, '?');
		put_observed(text, item);
		text_char(text, '\n');
	}
	return text->failed ? -ENOMEM : 0;
}

int learn_each(struct learn *learn, learn_visit *visit, void *context)
{
	int r = learn_collapse(learn);

	for (const struct learn_item *item = learn->items; !r && item;
	     item = item->hh.next)
		if (!item->is_covered)
			r = visit(context, item->verbs, item->key.object,
				  item->is_tree);
	return r;
}
