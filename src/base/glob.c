/*
 * Matching without recursion: of the last star and the last double one it is
 * kept where they stand, and what is behind them is tried further on.
 */
#include "base/glob.h"

#include <string.h>

/* A place to go back to when what follows does not match. */
struct star {
	bool is_set;
	size_t pattern; /* behind it */
	size_t text;    /* up to here it has taken what it matches */
};

struct walk {
	const struct glob *glob;
	const char *text;
	size_t length;
	size_t p, t; /* where we are in pattern and text */
	struct star one, many;
	bool by_components; /* many took whole ones only */
};

static char at(const struct walk *walk, size_t p)
{
	return p < walk->glob->length ? walk->glob->pattern[p] : '\0';
}

/* Whether "**" is a component of its own, with another one behind it. */
static bool is_component(const struct walk *walk, size_t p)
{
	return walk->glob->is_path && (p == 0 || at(walk, p - 1) == '/') &&
	       at(walk, p + 2) == '/';
}

static void take_star(struct walk *walk)
{
	bool is_double = at(walk, walk->p + 1) == '*';
	bool goes_beyond = is_double || !walk->glob->is_path;
	struct star *star = goes_beyond ? &walk->many : &walk->one;

	walk->by_components = goes_beyond
				  ? is_double && is_component(walk, walk->p)
				  : walk->by_components;
	walk->p += is_double ? 2 : 1;
	if (goes_beyond && walk->by_components)
		walk->p++;
	/* What a star before this one could still take, this one can. */
	if (goes_beyond)
		walk->one.is_set = false;
	*star = (struct star){ true, walk->p, walk->t };
}

/* Where a set ends, behind its bracket; 0: it is none. */
static size_t end_of_set(const struct walk *walk, size_t p)
{
	size_t first = p + 1 + (at(walk, p + 1) == '!');

	for (size_t i = first; i < walk->glob->length; i++)
		if (at(walk, i) == ']' && i > first)
			return i + 1;
	return 0;
}

static bool set_has(const struct walk *walk, size_t p, size_t end,
		    unsigned char byte)
{
	bool is_not = at(walk, p + 1) == '!';
	bool has = false;

	for (size_t i = p + 1 + is_not; i < end - 1; i++) {
		unsigned char low = (unsigned char)at(walk, i);
		unsigned char high = low;

		if (at(walk, i + 1) == '-' && i + 2 < end - 1) {
			high = (unsigned char)at(walk, i + 2);
			i += 2;
		}
		has |= low <= byte && byte <= high;
	}
	return has != is_not;
}

/* Takes one byte by the pattern's next piece, which is no star. */
static bool take_byte(struct walk *walk)
{
	char byte = walk->text[walk->t];
	char piece = at(walk, walk->p);
	bool is_wild = !walk->glob->is_path || byte != '/';
	size_t end = piece == '[' ? end_of_set(walk, walk->p) : 0;
	bool matches;

	if (end) {
		matches = is_wild &&
			  set_has(walk, walk->p, end, (unsigned char)byte);
		walk->p = end;
	} else if (piece == '?') {
		matches = is_wild;
		walk->p++;
	} else {
		walk->p += piece == '\\' && walk->p + 1 < walk->glob->length;
		matches = at(walk, walk->p) == byte;
		walk->p++;
	}
	walk->t++;
	return matches;
}

/* A star takes one byte more; false: it may not. */
static bool extend_one(struct walk *walk)
{
	struct star *star = &walk->one;

	if (!star->is_set || star->text >= walk->length ||
	    walk->text[star->text] == '/')
		return false;
	walk->p = star->pattern;
	walk->t = ++star->text;
	return true;
}

/* A double one takes a byte more, or a component. */
static bool extend_many(struct walk *walk)
{
	struct star *star = &walk->many;
	const char *slash = NULL;

	if (!star->is_set || star->text >= walk->length)
		return false;
	if (walk->by_components) {
		slash = memchr(walk->text + star->text, '/',
			       walk->length - star->text);
		if (!slash)
			return false;
		star->text = (size_t)(slash - walk->text);
	}
	walk->one.is_set = false;
	walk->p = star->pattern;
	walk->t = ++star->text;
	return true;
}

bool glob_matches(const struct glob *glob, const void *text, size_t length)
{
	struct walk walk = { .glob = glob, .text = text, .length = length };

	for (;;) {
		bool is_star = walk.p < glob->length &&
			       at(&walk, walk.p) == '*';

		if (is_star) {
			take_star(&walk);
			continue;
		}
		if (walk.t == length && walk.p == glob->length)
			return true;
		if (walk.t < length && walk.p < glob->length &&
		    take_byte(&walk))
			continue;
		if (!extend_one(&walk) && !extend_many(&walk))
			return false;
	}
}
