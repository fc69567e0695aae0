/*
 * Names -> directories. Deepest first: of a directory it is counted how many
 * different names below it are used.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/learn.h"
#include "audit/learn_private.h"
#include "audit/policy.h"
#include "base/array.h"

#define TEMPORARY "tmp"
#define TOOLCHAIN "toolchain"

struct collapsing {
	struct learn *learn;
	enum learn_group group;
	struct learn_item **items; /* of the group, by path */
	size_t count;
	unsigned deepest; /* of them */
};

/* ---- paths ---- */

/* A directory comes right before what is in it. */
static int compare_paths(const char *one, const char *other)
{
	for (; *one && *one == *other; one++, other++)
		;
	if (*one == *other)
		return 0;
	if (!*one || !*other)
		return *one ? 1 : -1;
	if (*one == '/' || *other == '/')
		return *one == '/' ? -1 : 1;
	return (unsigned char)*one < (unsigned char)*other ? -1 : 1;
}

static int compare_items(const void *one, const void *other)
{
	const struct learn_item *const *this = one, *const *that = other;

	return compare_paths((*this)->key.object->text,
			     (*that)->key.object->text);
}

/* How long the first `depth` components are; 0: there are not so many. */
static size_t components(const struct name *path, unsigned depth)
{
	size_t at = 0;

	for (unsigned i = 0; i < depth; i++) {
		if (at >= path->length || path->length == 1)
			return 0;
		at++;
		at += strcspn(path->text + at, "/");
	}
	return at;
}

static bool is_same_start(const struct name *one, const struct name *other,
			  size_t length)
{
	return one->length >= length && other->length >= length &&
	       !memcmp(one->text, other->text, length) &&
	       (one->length == length || one->text[length] == '/') &&
	       (other->length == length || other->text[length] == '/');
}

/* ---- which directories ---- */

static bool is_above_root(const struct roots *roots, const char *dir,
			  size_t length)
{
	for (unsigned i = 0; i < roots->count; i++)
		for (unsigned one = 0; one < roots->items[i].count; one++) {
			const char *root = roots->items[i].dirs[one];

			if (!roots->items[i].is_wide && strlen(root) > length &&
			    !memcmp(root, dir, length) && root[length] == '/')
				return true;
		}
	return false;
}

static bool is_root(const struct roots *roots, const char *dir, size_t length)
{
	size_t own;

	return roots_of(roots, dir, length, &own) && own == length;
}

/* Never more than one of a machine's own directories, never across what is
 * sensitive, never beyond a root. */
static bool may_collapse(const struct learn *learn, const char *dir,
			 size_t length, unsigned depth)
{
	const struct policy *policy = learn->policy;

	return (depth >= 2 || is_root(&policy->roots, dir, length)) &&
	       !is_above_root(&policy->roots, dir, length) &&
	       !policy_has_sensitive_below(policy, dir, length);
}

/* ---- making trees ---- */

static void absorb(struct learn_item *tree, struct learn_item *item)
{
	tree->verbs |= item->verbs;
	tree->traces = MAX(tree->traces, item->traces);
	if (!tree->exe)
		tree->exe = item->exe;
	if (!tree->least ||
	    (item->least && strcmp(item->least->text, tree->least->text) < 0))
		tree->least = item->least;
	if (item == tree)
		return;
	tree->count += item->count;
	tree->names += item->names;
	item->is_covered = true;
}

/* The items from first to end are below the directory. */
static int make_tree(const struct collapsing *collapsing, size_t first,
		     size_t end, const char *dir, size_t length)
{
	struct learn *learn = collapsing->learn;
	struct learn_key key;
	struct learn_item *tree;

	memset(&key, 0, sizeof(key));
	key.group = collapsing->group;
	key.verb = VERB_COUNT;
	key.object = names_add(&learn->names, dir, length);
	tree = key.object ? learn_item(learn, &key) : NULL;
	if (!tree)
		return -ENOMEM;
	tree->is_tree = true;
	tree->is_covered = false;
	for (size_t i = first; i < end; i++)
		if (!collapsing->items[i]->is_sensitive &&
		    !collapsing->items[i]->is_covered)
			absorb(tree, collapsing->items[i]);
	return 0;
}

/* One directory, from its first item on: where it ends, and how many different
 * names there are in it. */
static size_t measure(const struct collapsing *collapsing, size_t first,
		      unsigned depth, size_t length, unsigned *ret_names)
{
	const struct name *path = collapsing->items[first]->key.object;
	const struct name *last = NULL;
	size_t i = first;

	*ret_names = 0;
	for (; i < collapsing->count; i++) {
		const struct learn_item *item = collapsing->items[i];
		size_t child = components(item->key.object, depth + 1);

		if (i > first && !is_same_start(path, item->key.object, length))
			break;
		if (!child || item->is_sensitive)
			continue;
		if (!last || !is_same_start(last, item->key.object, child))
			++*ret_names;
		last = item->key.object;
	}
	return i;
}

static int collapse_level(struct collapsing *collapsing, unsigned depth)
{
	struct learn *learn = collapsing->learn;
	size_t end;
	int r = 0;

	for (size_t i = 0; !r && i < collapsing->count; i = end) {
		const struct name *path = collapsing->items[i]->key.object;
		size_t length = components(path, depth);
		unsigned names;

		end = i + 1;
		if (!length)
			continue;
		end = measure(collapsing, i, depth, length, &names);
		if (names > learn->collapse &&
		    may_collapse(learn, path->text, length, depth))
			r = make_tree(collapsing, i, end, path->text, length);
	}
	return r;
}

/* Names below @tmp are others in each run. */
static int collapse_temporary(struct collapsing *collapsing)
{
	const struct roots *roots = &collapsing->learn->policy->roots;
	int r = 0;

	for (size_t i = 0; !r && i < collapsing->count; i++) {
		const struct name *path = collapsing->items[i]->key.object;
		size_t own;
		const struct root *root = roots_of(roots, path->text,
						   path->length, &own);

		if (root && !strcmp(root->name, TEMPORARY) &&
		    own < path->length && !collapsing->items[i]->is_sensitive)
			r = make_tree(collapsing, i, i + 1, root->dirs[0],
				      strlen(root->dirs[0]));
	}
	return r;
}

static size_t in_toolchain(const struct root *root,
			   const struct learn_item *item)
{
	const struct name *path = item->key.object;

	return item->is_sensitive
		   ? 0
		   : roots_holding(root, path->text, path->length);
}

/* Of what all programs of the machine come with, nobody wants to read a list:
 * what is run is one. */
static int collapse_toolchain(struct collapsing *collapsing)
{
	const struct learn *learn = collapsing->learn;
	const struct root *root = roots_find(&learn->policy->roots, TOOLCHAIN,
					     strlen(TOOLCHAIN));
	size_t names = 0;
	int r = 0;

	if (!root || (collapsing->group != LEARN_READING &&
		      collapsing->group != LEARN_MAPPING))
		return 0;
	for (size_t i = 0; i < collapsing->count; i++)
		names += in_toolchain(root, collapsing->items[i]) > 0;
	if (names <= learn->collapse)
		return 0;
	for (size_t i = 0; !r && i < collapsing->count; i++) {
		struct learn_item *item = collapsing->items[i];
		size_t own = in_toolchain(root, item);

		if (own)
			r = make_tree(collapsing, i, i + 1,
				      item->key.object->text, own);
	}
	return r;
}

/* ---- groups ---- */

static unsigned depth_of(const struct name *path)
{
	unsigned depth = 0;

	for (size_t i = 0; i < path->length; i++)
		depth += path->text[i] == '/';
	return depth;
}

static void collect(struct collapsing *collapsing)
{
	struct learn_item *item = collapsing->learn->items;

	collapsing->count = 0;
	collapsing->deepest = 0;
	for (; item; item = item->hh.next) {
		if (item->key.group != collapsing->group || item->is_covered ||
		    item->key.object->text[0] != '/')
			continue;
		collapsing->items[collapsing->count++] = item;
		collapsing->deepest = MAX(collapsing->deepest,
					  depth_of(item->key.object));
	}
	qsort(collapsing->items, collapsing->count, sizeof(struct learn_item *),
	      compare_items);
}

static int collapse_group(struct collapsing *collapsing)
{
	int r;

	collect(collapsing);
	r = collapse_temporary(collapsing);
	collect(collapsing);
	if (!r)
		r = collapse_toolchain(collapsing);
	collect(collapsing);
	for (unsigned depth = collapsing->deepest; !r && depth > 0; depth--) {
		r = collapse_level(collapsing, depth);
		collect(collapsing);
	}
	return r;
}

static int collapse(struct learn *learn, enum learn_group group)
{
	/* A tree takes the place of something: there are never more. */
	size_t room = HASH_COUNT(learn->items) + 1;
	struct collapsing collapsing = { .learn = learn, .group = group };
	int r;

	collapsing.items = calloc(2 * room, sizeof(struct learn_item *));
	if (!collapsing.items)
		return -ENOMEM;
	r = collapse_group(&collapsing);
	free(collapsing.items);
	return r;
}

/* ---- what it reads of what it makes ---- */

static bool is_own_tree(const struct learn_item *item)
{
	return item->is_tree && !item->is_covered &&
	       item->key.group == LEARN_CHANGING &&
	       (item->verbs & VERB_BIT(VERB_CREATE));
}

static void absorb_reads(struct learn *learn, struct learn_item *tree)
{
	const struct name *path = tree->key.object;
	struct learn_item *item = learn->items;

	for (; item; item = item->hh.next)
		if (item->key.group == LEARN_READING && !item->is_sensitive &&
		    !item->is_covered &&
		    is_same_start(path, item->key.object, path->length)) {
			tree->verbs |= item->verbs;
			tree->count += item->count;
			item->is_covered = true;
		}
}

/* Where a job makes many files, their names may be others in each run; it may
 * read whatever it may make there. */
static void collapse_own(struct learn *learn)
{
	struct learn_item *item = learn->items;

	for (; item; item = item->hh.next)
		if (is_own_tree(item))
			absorb_reads(learn, item);
}

int learn_collapse(struct learn *learn)
{
	int r = collapse(learn, LEARN_CHANGING);

	if (!r)
		collapse_own(learn);
	for (unsigned group = 0; !r && group < LEARN_OTHER; group++)
		if (group != LEARN_CHANGING)
			r = collapse(learn, (enum learn_group)group);
	return r;
}
