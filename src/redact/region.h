/*
 * Bytes that are looked at for secrets. Those in front of `start` are there to
 * be looked at alone: what was before, as it was.
 */
#ifndef REDACT_REGION_H
#define REDACT_REGION_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What stands for each byte that nobody is to see. */
#define REGION_MASK '*'

struct region {
	uint8_t *data;
	size_t length;
	size_t start;
};

/* Masks the bytes from one place up to another, within the region. */
static inline void region_mask(const struct region *region, size_t from,
			       size_t to)
{
	if (from < region->start)
		from = region->start;
	if (from < to)
		memset(region->data + from, REGION_MASK, to - from);
}

#endif
