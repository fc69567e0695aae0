/* Addresses as ssh, docker, gpg and D-Bus write them -> as facts have them. */
#include "audit/door.h"

#include <errno.h>
#include <string.h>

#include "audit/name.h"
#include "audit/object.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

/* What such an address begins with, and what ends it. */
static const struct form {
	const char *start, *end, *object;
} forms[] = {
	{ "unix:path=", ",", OBJECT_UNIX },
	{ "unix:abstract=", ",", OBJECT_UNIX "@" },
	{ "unix://", ",", OBJECT_UNIX },
	{ "unix:", ",", OBJECT_UNIX },
	{ "tcp://", "/", OBJECT_INET },
	/* gpg's has a pid and a version behind it. */
	{ "/", ":", OBJECT_UNIX "/" },
};

static int add(struct doors *doors, struct names *names, const char *variable,
	       size_t length, const struct text *address)
{
	_cleanup_(text_done) struct text name = TEXT_INIT;
	struct door *door = &doors->items[doors->count];

	text_put(&name, DOORS_PREFIX);
	text_bytes(&name, variable, length);
	if (address->failed || name.failed)
		return -ENOMEM;
	door->address = names_add(names, address->data, address->length);
	door->name = names_add(names, name.data, name.length);
	if (!door->address || !door->name)
		return -ENOMEM;
	doors->count++;
	return 0;
}

/* Up to whichever of the ends comes first. */
static size_t reach(const char *at, size_t length, const char *end)
{
	const char *found = memchr(at, *end, length);

	return found ? (size_t)(found - at) : length;
}

static bool put_address(struct text *text, const char *at, size_t length)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		size_t start = strlen(forms[i].start);

		if (length <= start || memcmp(at, forms[i].start, start) != 0)
			continue;
		text_put(text, forms[i].object);
		text_bytes(text, at + start,
			   reach(at + start, length - start, forms[i].end));
		return true;
	}
	return false;
}

int doors_take(struct doors *doors, struct names *names, const char *variable,
	       size_t length)
{
	size_t name = reach(variable, length, "=");
	size_t at = name + 1;
	int r = 0;

	/* D-Bus has several, one of which will do. */
	while (!r && at < length && doors->count < DOORS_MAX) {
		_cleanup_(text_done) struct text address = TEXT_INIT;
		size_t own = reach(variable + at, length - at, ";");

		if (put_address(&address, variable + at, own))
			r = add(doors, names, variable, name, &address);
		at += own + 1;
	}
	return r;
}

const struct name *doors_find(const struct doors *doors, const char *address,
			      size_t length)
{
	for (unsigned i = 0; i < doors->count; i++)
		if (doors->items[i].address->length == length &&
		    !memcmp(doors->items[i].address->text, address, length))
			return doors->items[i].name;
	return NULL;
}
