/*
 * A short list, each of which is looked for. Must not judge what is secret.
 */
#include "redact/known.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "redact/region.h"

void known_done(struct known *known)
{
	for (unsigned i = 0; i < known->count; i++)
		free(known->values[i].data);
	free(known->values);
	*known = (struct known){ 0 };
}

static bool has(const struct known *known, const void *data, size_t length)
{
	for (unsigned i = 0; i < known->count; i++)
		if (known->values[i].length == length &&
		    !memcmp(known->values[i].data, data, length))
			return true;
	return false;
}

/* A variable that says where secrets are would take their folder out of every
 * path: /run/credentials is none. */
static bool is_path(const char *data, size_t length)
{
	return data[0] == '/' && memchr(data + 1, '/', length - 1);
}

int known_add(struct known *known, const void *data, size_t length)
{
	struct known_value *value;

	if (length < KNOWN_SHORTEST || length > KNOWN_LONGEST ||
	    known->count == KNOWN_MAX || is_path(data, length) ||
	    has(known, data, length))
		return 0;
	if (!known->values)
		known->values = calloc(KNOWN_MAX, sizeof(*known->values));
	if (!known->values)
		return -ENOMEM;
	value = &known->values[known->count];
	value->data = malloc(length);
	if (!value->data)
		return -ENOMEM;
	memcpy(value->data, data, length);
	value->length = length;
	known->count++;
	return 0;
}

static void mask_value(const struct known_value *value,
		       const struct region *region)
{
	const uint8_t *end = region->data + region->length;
	const uint8_t *at = region->data;

	while (
	    (at = memmem(at, (size_t)(end - at), value->data, value->length))) {
		size_t from = (size_t)(at - region->data);

		region_mask(region, from, from + value->length);
		at += value->length;
	}
}

void known_mask(const struct known *known, const struct region *region)
{
	for (unsigned i = 0; i < known->count; i++)
		mask_value(&known->values[i], region);
}
