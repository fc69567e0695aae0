/* A table of names, up to so many bytes. */
#include "audit/name.h"

#include <stdlib.h>
#include <string.h>

#define OTHERS "(others)"

void names_done(struct names *names)
{
	struct name *name = names->first, *next;

	HASH_CLEAR(hh, names->first);
	for (; name; name = next) {
		next = name->hh.next;
		free(name);
	}
}

static struct name *add(struct names *names, const void *text, size_t length)
{
	struct name *name = calloc(1, sizeof(*name) + length + 1);

	if (!name)
		return NULL;
	if (length)
		memcpy(name->text, text, length);
	name->length = length;
	HASH_ADD_KEYPTR(hh, names->first, name->text, length, name);
	if (!name->hh.tbl) {
		free(name);
		return NULL;
	}
	names->bytes += sizeof(*name) + length;
	return name;
}

struct name *names_find(const struct names *names, const void *text,
			size_t length)
{
	struct name *name;

	HASH_FIND(hh, names->first, text, length, name);
	return name;
}

struct name *names_add(struct names *names, const void *text, size_t length)
{
	struct name *name = names_find(names, text, length);

	if (name)
		return name;
	if (names->rest)
		return names->rest;
	if (names->bytes < NAMES_BYTES_MAX)
		return add(names, text, length);
	names->rest = add(names, OTHERS, strlen(OTHERS));
	return names->rest;
}
