/* A table of names. How many there may be is its users' business. */
#include "audit/name.h"

#include <stdlib.h>
#include <string.h>

void names_done(struct names *names)
{
	struct name *name = names->first, *next;

	HASH_CLEAR(hh, names->first);
	for (; name; name = next) {
		next = name->hh.next;
		free(name);
	}
}

struct name *names_add(struct names *names, const void *text, size_t length)
{
	struct name *name;

	HASH_FIND(hh, names->first, text, length, name);
	if (name)
		return name;
	name = calloc(1, sizeof(*name) + length + 1);
	if (!name)
		return NULL;
	if (length)
		memcpy(name->text, text, length);
	name->length = length;
	HASH_ADD_KEYPTR(hh, names->first, name->text, length, name);
	if (name->hh.tbl)
		return name;
	free(name);
	return NULL;
}
