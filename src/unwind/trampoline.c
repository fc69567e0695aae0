/*
 * What signals' handlers return to. Knows no machine's instructions.
 */
#include "unwind/trampoline.h"

#include <string.h>

#include "unwind/walk.h"

bool trampoline_is_at(struct walk *walk, uint64_t address)
{
	uint8_t found[TRAMPOLINE_MAX];
	size_t length;
	const uint8_t *wanted = trampoline_code(&length);

	return walk_read(walk, address, found, length) &&
	       !memcmp(found, wanted, length);
}

bool trampoline_ends_at(struct walk *walk, uint64_t address)
{
	size_t length;

	trampoline_code(&length);
	return trampoline_is_at(walk, address - length);
}
