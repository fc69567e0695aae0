/*
 * Paths and files among the arguments of a call -> facts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "audit/object.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "join/use.h"
#include "trace/fields.h"

#define DELETED " (deleted)"

/* What an argument leads to. */
struct place {
	struct text text;
	enum fact_mark mark;
};

static void place_done(struct place *place)
{
	text_done(&place->text);
}

/* ---- how it is known ---- */

/* Of a call that leads to no descriptor the kernel was asked behind it, by the
 * name that it was given: where others could have changed that, it is no more
 * than a claim. */
static bool is_word_only(const struct deed *deed, enum fact_mark mark)
{
	return mark == FACT_KERNEL && deed->is_shared &&
	       deed->row->result != RESULT_FD &&
	       deed->row->effect != EFFECT_EXEC;
}

static enum fact_mark mark_of(const struct deed *deed,
			      const struct call_told *told)
{
	for (enum fact_mark mark = 0; mark < FACT_MARKS; mark++) {
		const char *name = fact_mark_name(mark);

		if (strlen(name) == told->how_length &&
		    !memcmp(name, told->how, told->how_length))
			return is_word_only(deed, mark) ? deed_claim(deed)
							: mark;
	}
	return deed_claim(deed);
}

static int tell_unknown(struct deed *deed, const char *why)
{
	struct text what = TEXT_INIT;

	text_format(&what, "%s: %s", why, deed->row->name);
	return gaps_add_text(&deed->audit->gaps, &deed->call->entry, 1, &what);
}

/* What is asked about a pipe or a socket is about no file. */
static int find_described(struct deed *deed, unsigned index, struct place *ret)
{
	const struct descriptor_name *name = index
						 ? deed->call->names[index - 1]
						 : NULL;

	if (!name || !object_put_path(&ret->text, name->text, name->length,
				      deed->call->entry.pid))
		return 0;
	ret->mark = deed_claim(deed);
	return 1;
}

/* ---- names of the process's own descriptors and directories ---- */

/* Such a name is a link, but one that no file system keeps: what it leads to
 * can be told. */
static const struct {
	const char *prefix;
	bool is_numbered; /* a descriptor is behind it */
} own_links[] = {
	{ "/proc/self/fd/", true },
	{ "/proc/thread-self/fd/", true },
	{ "/dev/fd/", true },
	{ "/proc/self/cwd", false },
	{ "/proc/thread-self/cwd", false },
};

static bool starts(const struct text *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text->length >= length && !memcmp(text->data, prefix, length);
}

/* Digits at `*at`, and nothing but a slash behind them; else -1. */
static int32_t take_number(const struct text *text, size_t *at)
{
	size_t start = *at;
	int64_t number = 0;

	for (; *at < text->length && number <= INT32_MAX; ++*at) {
		char c = text->data[*at];

		if (c < '0' || c > '9')
			break;
		number = number * 10 + (c - '0');
	}
	return *at > start && number <= INT32_MAX ? (int32_t)number : -1;
}

static const struct descriptor_name *
find_own(const struct deed *deed, const struct text *path, size_t *ret_end)
{
	for (size_t i = 0; i < ARRAY_LEN(own_links); i++) {
		size_t end = strlen(own_links[i].prefix);
		int32_t fd = DESCRIPTOR_CWD;

		if (!starts(path, own_links[i].prefix))
			continue;
		if (own_links[i].is_numbered)
			fd = take_number(path, &end);
		if (fd == -1 || (end < path->length && path->data[end] != '/'))
			continue;
		*ret_end = end;
		return descriptors_find(&deed->audit->descriptors,
					deed->call->entry.pid, fd);
	}
	return NULL;
}

/* Those that are about a link itself do not follow it. */
static bool follows(const struct deed *deed, unsigned index)
{
	switch (deed->row->arg[index].set) {
	case USE_LOOKUP:
	case USE_MAKE:
	case USE_REMOVE:
	case USE_RENAME:
	case USE_REPLACE:
		return false;
	default:
		return true;
	}
}

/* Where it leads is known by what the process did before, whatever the kernel
 * could tell of the link. */
static void follow_own(const struct deed *deed, unsigned index,
		       struct place *place)
{
	struct text led = TEXT_INIT;
	size_t end = 0;
	const struct descriptor_name *name = find_own(deed, &place->text, &end);

	if (!name || place->text.failed || name->text[0] != '/' ||
	    (end == place->text.length && !follows(deed, index)))
		return;
	text_bytes(&led, name->text, name->length);
	text_bytes(&led, place->text.data + end, place->text.length - end);
	text_done(&place->text);
	place->text = led;
	place->mark = deed_claim(deed);
}

static bool asks_only(const struct deed *deed, unsigned index)
{
	return use_meant(deed->call, index) == USED_ASKED;
}

/* A link that led there may be wanted under its own name again. */
static int note_alias(struct deed *deed, const struct call_told *told,
		      const struct text *place)
{
	_cleanup_(text_done) struct text given = TEXT_INIT;

	if (deed->error || !told->given ||
	    !object_put_path(&given, told->given, told->given_length,
			     deed->call->entry.pid) ||
	    (given.length == place->length &&
	     !memcmp(given.data, place->data, given.length)))
		return 0;
	return !given.failed && names_add(&deed->audit->aliases, given.data,
					  given.length)
		   ? 0
		   : -ENOMEM;
}

/* 1: it is there; 0: it is not, which is told where it matters; -ENOMEM. */
static int find_path(struct deed *deed, unsigned index, struct place *ret)
{
	struct call_told told;

	if (!call_told(deed->call, index, &told))
		return deed->error == EFAULT || deed->error == FACT_NO_RETURN
			   ? 0
			   : tell_unknown(deed, "a path was not read");
	if (!told.path && told.is_empty && asks_only(deed, index))
		return find_described(deed, index, ret);
	/* Relative to what is not open, it leads nowhere. */
	if (!told.path || !object_put_path(&ret->text, told.path, told.length,
					   deed->call->entry.pid))
		return deed->error ? 0
				   : tell_unknown(deed, "a path is not known");
	text_put(&ret->text, told.is_deleted ? DELETED : "");
	ret->mark = mark_of(deed, &told);
	if (ret->mark != FACT_KERNEL && ret->mark != FACT_RACED)
		follow_own(deed, index, ret);
	return note_alias(deed, &told, &ret->text) ?: 1;
}

static int find_name(struct deed *deed, unsigned index, struct place *ret)
{
	const struct descriptor_name *name = deed->call->names[index];

	if (!name)
		return deed->error
			   ? 0
			   : tell_unknown(deed, "a descriptor is not known");
	if (!object_put_path(&ret->text, name->text, name->length,
			     deed->call->entry.pid))
		text_bytes(&ret->text, name->text, name->length);
	ret->mark = deed_claim(deed);
	return 1;
}

/* ---- what is done to it ---- */

static const struct {
	enum used used;
	enum audit_verb verb;
} verbs[] = {
	{ USED_ASKED, VERB_LOOK },     { USED_READ, VERB_READ },
	{ USED_WRITTEN, VERB_WRITE },  { USED_MADE, VERB_CREATE },
	{ USED_REMOVED, VERB_DELETE }, { USED_RAN, VERB_EXEC },
	{ USED_MAPPED, VERB_MAP },     { USED_CHANGED, VERB_CHANGE },
	{ USED_ENTERED, VERB_LOOK },   { USED_MOUNTED, VERB_LOOK },
};

/* The one bit of them that machines do not agree on. */
static bool opens_directory(const struct deed *deed)
{
	const uint64_t flag = deed->call->abi == SYSDESC_AARCH64 ? 040000
								 : 0200000;
	uint64_t flags, mode;

	return use_flags(deed->call, &flags, &mode) && flags & flag;
}

/* Whether a file was there before is told by those who looked for it. */
static unsigned settle(struct deed *deed, const struct place *place,
		       unsigned used)
{
	struct name *name = names_add(&deed->audit->names, place->text.data,
				      place->text.length);

	if (!name)
		return used;
	if (used & USED_ENSURED && !deed->error && name->was_missing)
		used |= USED_MADE;
	if (deed->error == ENOENT)
		name->was_missing = true;
	else if (!deed->error)
		name->was_missing = used & USED_REMOVED;
	return used;
}

/* The kernel says that too, and better. */
static bool is_what_runs(const struct deed *deed, const struct place *place)
{
	const struct name *exe = deed->executed ? deed->executed->exe : NULL;

	return exe && place->text.data && exe->length == place->text.length &&
	       !memcmp(exe->text, place->text.data, exe->length);
}

/* Whose memory it is that can be written from now on; 0: it is none. */
static int32_t memory_of(const struct deed *deed, const struct place *place)
{
	static const char own[] = "/proc/self/", other[] = "/proc/",
			  end[] = "/mem";
	const char *path = place->text.data;
	size_t length = place->text.length;

	if (length <= strlen(other) + strlen(end) ||
	    memcmp(path + length - strlen(end), end, strlen(end)) != 0)
		return 0;
	if (!memcmp(path, own, strlen(own)))
		return deed->call->entry.pid;
	return memcmp(path, other, strlen(other))
		   ? 0
		   : (int32_t)strtol(path + strlen(other), NULL, 10);
}

static int add_uses(struct deed *deed, const struct place *place, unsigned used)
{
	bool lists = used & USED_READ && opens_directory(deed);
	int r = 0;

	if (used & USED_WRITTEN && !deed->error)
		images_reach(&deed->audit->images, memory_of(deed, place));

	for (size_t i = 0; !r && i < ARRAY_LEN(verbs); i++) {
		enum audit_verb verb = verbs[i].verb;

		if (!(used & verbs[i].used) ||
		    (verb == VERB_EXEC && is_what_runs(deed, place)))
			continue;
		if (verb == VERB_READ && lists)
			verb = VERB_LIST;
		r = deed_add(deed, verb, place->mark, &place->text, NULL);
	}
	return r;
}

/* The argument behind this one that is a path as well. */
static unsigned next_path(const struct deed *deed, unsigned index)
{
	do
		index++;
	while (index < deed->row->narg &&
	       deed->row->arg[index].kind != KIND_PATH);
	return index;
}

/* From one name to another: proven where both are. */
static int add_pair(struct deed *deed, unsigned index,
		    const struct place *place, enum audit_verb verb)
{
	_cleanup_(place_done) struct place other = { 0 };
	unsigned to = next_path(deed, index);
	int r;

	if (to >= deed->row->narg)
		return 0;
	r = find_path(deed, to, &other);
	if (r <= 0)
		return r;
	return deed_add(deed, verb, MAX(place->mark, other.mark), &place->text,
			&other.text);
}

static int take_place(struct deed *deed, unsigned index,
		      const struct place *place)
{
	unsigned used = use_meant(deed->call, index);

	if (place->text.failed)
		return -ENOMEM;
	used = settle(deed, place, used);
	switch (deed->row->arg[index].set) {
	case USE_RENAME:
		return add_pair(deed, index, place, VERB_RENAME);
	case USE_LINK:
		return add_pair(deed, index, place, VERB_LINK);
	case USE_REPLACE:
		return 0;
	case USE_LIST:
		return deed_add(deed, VERB_LIST, place->mark, &place->text,
				NULL);
	default:
		return add_uses(deed, place, used);
	}
}

int deed_path(struct deed *deed, unsigned index)
{
	_cleanup_(place_done) struct place place = { 0 };
	bool is_absent = deed->call->args[index] == 0;
	int r;

	/* No path at all: the descriptor before it is meant. */
	if (is_absent &&
	    (index == 0 || deed->row->arg[index - 1].kind != KIND_DIRFD))
		return 0;
	r = is_absent ? find_name(deed, index - 1, &place)
		      : find_path(deed, index, &place);
	return r > 0 ? take_place(deed, index, &place) : r;
}

int deed_descriptor(struct deed *deed, unsigned index)
{
	_cleanup_(place_done) struct place place = { 0 };
	bool is_used = deed->row->arg[index].set != USE_NONE ||
		       use_meant(deed->call, index);
	int r;

	if (!is_used || deed->error == EBADF)
		return 0;
	r = find_name(deed, index, &place);
	return r > 0 ? take_place(deed, index, &place) : r;
}

int deed_changed(struct deed *deed, unsigned index)
{
	_cleanup_(place_done) struct place place = { 0 };
	int r = deed->error == EBADF ? 0 : find_name(deed, index, &place);

	return r > 0 ? add_uses(deed, &place, USED_CHANGED) : r;
}

/* ---- exec ---- */

static int take_arguments(struct deed *deed)
{
	struct record part;
	const struct name *args;

	for (unsigned i = 0; i < deed->call->part_count; i++) {
		if (!call_part(deed->call, i, &part) || part.kind != KTR_ARGS)
			continue;
		args = names_add(&deed->audit->names, part.raw.data,
				 MIN(part.raw.length, (size_t)IMAGE_ARGS_MAX));
		if (!args)
			return -ENOMEM;
		deed->executed->args = args;
		return 0;
	}
	return 0;
}

/* What runs may be another file than the one that was named: an interpreter, or
 * what a symbolic link leads to. */
int deed_executed(struct deed *deed)
{
	const struct name *exe = deed->executed->exe;
	_cleanup_(text_done) struct text object = TEXT_INIT;
	int r = take_arguments(deed);

	if (!r && !deed->executed->has_descriptors)
		r = gaps_add(&deed->audit->gaps, &deed->call->entry, 1,
			     "not every call was recorded");
	if (r || !exe ||
	    !object_put_path(&object, exe->text, exe->length,
			     deed->call->entry.pid))
		return r;
	return deed_add(deed, VERB_EXEC, FACT_KERNEL, &object, NULL);
}
