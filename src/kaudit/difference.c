/* A table of what was done, by names that both audits have. */
#include "kaudit/difference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/object.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "compare/stable.h"

/* Those who made a process whose number may be in names. */
#define ANCESTORS_MAX 16u

/* Where kernels begin to choose ports, unless told otherwise. */
#define PORT_CHOSEN 32768

void difference_done(struct difference *difference)
{
	struct difference_item *item = difference->items, *next;

	HASH_CLEAR(hh, difference->items);
	for (; item; item = next) {
		next = item->hh.next;
		free(item);
	}
	temporaries_done(&difference->temporaries);
	names_done(&difference->names);
	roots_done(&difference->roots[0]);
	roots_done(&difference->roots[1]);
}

int difference_learn(struct difference *difference, unsigned which,
		     const struct call *call)
{
	return temporaries_learn(&difference->temporaries, which, call);
}

/* ---- names ---- */

static void replace(struct text *text, struct text *by)
{
	text_done(text);
	*text = *by;
	*by = (struct text)TEXT_INIT;
}

static void take_numbers(struct text *text, const struct image *image)
{
	struct text plain = TEXT_INIT;

	for (unsigned i = 0; image && i < ANCESTORS_MAX; i++) {
		const struct image *parent = image->parent;

		stable_put(&plain, text->data, text->length, image->pid,
			   parent ? parent->pid : image->pid);
		replace(text, &plain);
		image = parent;
	}
}

static void take_made_up(struct text *text,
			 const struct temporaries *temporaries)
{
	struct text plain = TEXT_INIT;

	if (temporaries_put(temporaries, &plain, text->data, text->length))
		replace(text, &plain);
	text_done(&plain);
}

static void take_root(struct text *text, const struct roots *roots)
{
	struct text plain = TEXT_INIT;
	size_t own = 0;
	const struct root *root = text->length && text->data[0] == '/'
				      ? roots_of(roots, text->data,
						 text->length, &own)
				      : NULL;

	if (!root)
		return;
	text_format(&plain, "@%s", root->name);
	text_bytes(&plain, text->data + own, text->length - own);
	replace(text, &plain);
}

/* On this machine, that is no service's. */
static void take_port(struct text *text, enum audit_verb verb)
{
	static const char *const hosts[] = { OBJECT_INET "127.",
					     OBJECT_INET "[::1]:" };
	const char *string = text_string(text), *colon = strrchr(string, ':');
	bool is_chosen = verb == VERB_ACCEPT;

	if (!colon || strncmp(string, OBJECT_INET, strlen(OBJECT_INET)) != 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		if (!strncmp(string, hosts[i], strlen(hosts[i])))
			is_chosen |= strtol(colon + 1, NULL, 10) >= PORT_CHOSEN;
	if (!is_chosen)
		return;
	text->length = (size_t)(colon + 1 - string);
	text_char(text, '*');
}

/* Of an address that has names, one of them: servers have many addresses. */
static void take_host(struct text *text, const struct host *host)
{
	const struct name *least = host->names[0];
	const char *colon = strrchr(text_string(text), ':');
	struct text plain = TEXT_INIT;

	if (!colon)
		return;
	for (unsigned i = 1; i < host->count; i++)
		if (strcmp(host->names[i]->text, least->text) < 0)
			least = host->names[i];
	text_put(&plain, OBJECT_INET);
	text_bytes(&plain, least->text, least->length);
	text_put(&plain, colon);
	replace(text, &plain);
}

/* NULL is none, of NULL; else out of memory. */
static const struct name *plain_name(struct difference *difference,
				     unsigned which, const struct fact *fact,
				     const struct name *name)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	if (!name)
		return NULL;
	text_bytes(&text, name->text, name->length);
	take_root(&text, &difference->roots[which]);
	take_numbers(&text, fact->image);
	take_made_up(&text, &difference->temporaries);
	take_port(&text, (enum audit_verb)fact->key.verb);
	if (fact->host && name == fact->key.object)
		take_host(&text, fact->host);
	return text.failed
		   ? NULL
		   : names_add(&difference->names, text.data, text.length);
}

/* ---- facts ---- */

static struct difference_item *find_item(struct difference *difference,
					 const struct difference_key *key)
{
	struct difference_item *item;

	HASH_FIND(hh, difference->items, key, sizeof(*key), item);
	if (item)
		return item;
	item = calloc(1, sizeof(*item));
	if (!item)
		return NULL;
	item->key = *key;
	HASH_ADD(hh, difference->items, key, sizeof(item->key), item);
	if (item->hh.tbl)
		return item;
	free(item);
	return NULL;
}

static int take(struct difference *difference, unsigned which,
		const struct fact *fact)
{
	unsigned bit = MIN((unsigned)fact->key.error + 1, OUTCOME_BITS - 1);
	struct difference_key key;
	const struct name *exe;
	struct difference_item *item;

	/* Padding counts too: it is compared as bytes. */
	memset(&key, 0, sizeof(key));
	key.verb = (enum audit_verb)fact->key.verb;
	key.object = plain_name(difference, which, fact, fact->key.object);
	key.other = plain_name(difference, which, fact, fact->key.other);
	exe = plain_name(difference, which, fact, fact->key.exe);
	if (!key.object || !key.other != !fact->key.other ||
	    !exe != !fact->key.exe)
		return -ENOMEM;
	item = find_item(difference, &key);
	if (!item)
		return -ENOMEM;
	if (!item->exe[which])
		item->exe[which] = exe;
	item->outcomes[which][bit / 64] |= UINT64_C(1) << bit % 64;
	return 0;
}

static int take_all(struct difference *difference, unsigned which,
		    const struct audit *audit)
{
	const struct fact *fact = audit->facts.first;
	int r = 0;

	/* What is only looked at depends on who comes first. */
	for (; !r && fact; fact = fact->hh.next)
		if (fact->key.verb != VERB_LOOK)
			r = take(difference, which, fact);
	return r;
}

static int compare_names(const struct name *one, const struct name *other)
{
	return strcmp(one ? one->text : "", other ? other->text : "");
}

static int compare(const struct difference_item *one,
		   const struct difference_item *other)
{
	if (one->key.verb != other->key.verb)
		return one->key.verb < other->key.verb ? -1 : 1;
	return compare_names(one->key.object, other->key.object)
		   ?: compare_names(one->key.other, other->key.other);
}

int difference_find(struct difference *difference,
		    const struct audit *const audits[2])
{
	const struct difference_item *item;
	int r = temporaries_settle(&difference->temporaries)
		    ?: take_all(difference, 0, audits[0])
		    ?: take_all(difference, 1, audits[1]);

	if (r)
		return r;
	HASH_SORT(difference->items, compare);
	for (item = difference->items; item; item = item->hh.next)
		difference->count += difference_kind(item) != DIFFERENCE_NONE;
	return 0;
}

/* ---- asking ---- */

static bool is_any(const uint64_t outcomes[OUTCOME_BITS / 64])
{
	for (unsigned i = 0; i < OUTCOME_BITS / 64; i++)
		if (outcomes[i])
			return true;
	return false;
}

enum difference_kind difference_kind(const struct difference_item *item)
{
	if (!is_any(item->outcomes[0]))
		return DIFFERENCE_NEW;
	if (!is_any(item->outcomes[1]))
		return DIFFERENCE_REMOVED;
	return memcmp(item->outcomes[0], item->outcomes[1],
		      sizeof(item->outcomes[0])) != 0
		   ? DIFFERENCE_CHANGED
		   : DIFFERENCE_NONE;
}

void difference_outcomes(const struct difference_item *item, unsigned which,
			 difference_visit *visit, void *context)
{
	for (unsigned bit = 0; bit < OUTCOME_BITS; bit++)
		if (item->outcomes[which][bit / 64] & UINT64_C(1) << bit % 64)
			visit(context, (int32_t)bit - 1);
}
