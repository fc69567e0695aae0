/*
 * Memory that is mapped twice, back to back: a range that runs over the end of
 * the first copy goes on in the second, so every range of up to `size` bytes is
 * contiguous. Knows nothing of what is in it, or who may touch it.
 */
#ifndef TRACE_RING_H
#define TRACE_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
	uint8_t *base;
	size_t size; /* a power of 2 */
};

/* At least `size` bytes; 0 or -errno. */
int ring_map(struct ring *ret, size_t size);
void ring_unmap(struct ring *ring);

/* Where the byte at that position (which only ever grows) is. */
static inline void *ring_at(const struct ring *ring, uint64_t position)
{
	return ring->base + (position & (ring->size - 1));
}

#endif
