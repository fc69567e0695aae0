/* Paths, sorted and joined, and what all formats say of a profile. */
#include "profile/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "profile/profile_private.h"

#define PORT_MAX 65535u

/* What no job makes: it is the kernel's. */
static const char *const given[] = { "/dev", "/proc", "/sys" };

void profile_done(struct profile *profile)
{
	free(profile->paths);
	names_done(&profile->aliases);
	names_done(&profile->made);
	names_done(&profile->old);
	learn_done(&profile->learn);
	names_done(&profile->names);
	gaps_done(&profile->coarse);
	text_done(&profile->provenance);
}

/* ---- making ---- */

static int make_room(struct profile *profile)
{
	size_t room = MAX(profile->room * 2, (size_t)64);
	struct profile_path *paths;

	if (profile->count < profile->room)
		return 0;
	paths = realloc(profile->paths, room * sizeof(*paths));
	if (!paths)
		return -ENOMEM;
	profile->paths = paths;
	profile->room = room;
	return 0;
}

int profile_add_path(struct profile *profile, uint32_t verbs, const char *path,
		     size_t length, bool is_tree)
{
	const struct name *name;
	int r = make_room(profile);

	if (r)
		return r;
	name = names_add(&profile->names, path, length);
	if (!name)
		return -ENOMEM;
	profile->paths[profile->count++] = (struct profile_path){
		.name = name,
		.verbs = verbs,
		.is_tree = is_tree,
	};
	return 0;
}

void profile_add_ports(struct profile_ports *ports, uint32_t low, uint32_t high)
{
	for (unsigned i = 0; i < ports->count; i++)
		if (ports->items[i].low <= low && high <= ports->items[i].high)
			return;
	if (ports->count == PROFILE_PORTS_MAX) {
		ports->items[0] = (struct profile_range){ 0, PORT_MAX };
		ports->count = 1;
		return;
	}
	ports->items[ports->count++] = (struct profile_range){ low, high };
}

static int compare_bytes(const char *one, size_t length, const char *other,
			 size_t other_length)
{
	int order = memcmp(one, other, MIN(length, other_length));

	if (order)
		return order;
	return length < other_length ? -1 : length > other_length;
}

static int compare(const void *one, const void *other)
{
	const struct profile_path *this = one, *that = other;
	int order = compare_bytes(this->name->text, this->name->length,
				  that->name->text, that->name->length);

	return order ? order : (int)that->is_tree - (int)this->is_tree;
}

void profile_settle(struct profile *profile)
{
	size_t kept = 0;

	if (!profile->count)
		return;
	qsort(profile->paths, profile->count, sizeof(*profile->paths), compare);
	for (size_t i = 1; i < profile->count; i++) {
		struct profile_path *last = &profile->paths[kept];

		if (compare(last, &profile->paths[i]) == 0)
			last->verbs |= profile->paths[i].verbs;
		else
			profile->paths[++kept] = profile->paths[i];
	}
	profile->count = kept + 1;
}

/* ---- asking ---- */

bool profile_has(const struct profile *profile, const char *path, size_t length,
		 bool is_tree)
{
	size_t low = 0, high = profile->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct profile_path *one = &profile->paths[middle];
		int order = compare_bytes(path, length, one->name->text,
					  one->name->length)
				?: (int)one->is_tree - (int)is_tree;

		if (order == 0)
			return true;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool profile_holds(const char *dir, size_t dir_length, const char *path,
		   size_t length)
{
	if (dir_length == 1)
		return length > 0 && path[0] == '/';
	return length >= dir_length && !memcmp(dir, path, dir_length) &&
	       (length == dir_length || path[dir_length] == '/');
}

static size_t parent(const char *path, size_t length)
{
	while (length > 1 && path[length - 1] != '/')
		length--;
	return length > 1 ? length - 1 : 1;
}

static bool was_made(const struct profile *profile, const char *path,
		     size_t length)
{
	const struct name *found;

	HASH_FIND(hh, profile->made.first, path, length, found);
	return found != NULL;
}

size_t profile_place(const struct profile *profile,
		     const struct profile_path *path)
{
	const char *text = path->name->text;
	size_t length = path->name->length;

	for (size_t i = 0; i < ARRAY_LEN(given); i++)
		if (profile_holds(given[i], strlen(given[i]), text, length))
			return length;
	if (path->verbs & PROFILE_NAMING && !path->is_tree)
		length = parent(text, length);
	while (length > 1 && was_made(profile, text, length))
		length = parent(text, length);
	return length;
}

/* ---- telling ---- */

void profile_put_comments(struct text *text, const struct profile *profile,
			  const char *start)
{
	const char *line = profile->provenance.data;
	const char *end = line ? line + profile->provenance.length : line;

	while (line && line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t length = (size_t)((stop ? stop : end) - line);

		text_put(text, start);
		text_bytes(text, line, length);
		text_char(text, '\n');
		line += length + 1;
	}
	for (unsigned i = 0; i < profile->coarse.count; i++) {
		const struct gap *gap = &profile->coarse.items[i];

		text_format(text, "%sWider than asked for: ", start);
		text_bytes(text, gap->what.data, gap->what.length);
		text_char(text, '\n');
	}
}
