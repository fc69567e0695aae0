/*
 * The double mapping. The second copy comes from mremap(2) with an old size of
 * 0, which maps shared pages once more: unlike a memfd it needs no descriptor,
 * and RLIMIT_FSIZE does not apply to it.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trace/ring.h"

static size_t ring_round(size_t size)
{
	size_t power = (size_t)sysconf(_SC_PAGESIZE);

	while (power < size && power <= SIZE_MAX / 8)
		power *= 2;
	return power;
}

int ring_map(struct ring *ret, size_t size)
{
	size_t round = ring_round(size);
	void *again;
	void *base;
	int error;

	if (round < size)
		return -ENOMEM;
	/* Both halves at once, so that nobody else gets the second place. */
	base = mmap(NULL, round * 2, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return -errno;
	again = mremap(base, 0, round, MREMAP_MAYMOVE | MREMAP_FIXED,
		       (char *)base + round);
	if (again == MAP_FAILED) {
		error = -errno;
		munmap(base, round * 2);
		return error;
	}
	*ret = (struct ring){ .base = base, .size = round };
	return 0;
}

void ring_unmap(struct ring *ring)
{
	munmap(ring->base, ring->size * 2);
	*ring = (struct ring){ 0 };
}
