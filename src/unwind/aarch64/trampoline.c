/*
 * rt_sigreturn(2) of aarch64, as the kernel maps it for all (in the vdso).
 */
#include "unwind/trampoline.h"

#include <string.h>

#include "unwind/walk.h"

/* mov x8, #139; svc #0 */
static const uint32_t wanted[] = { 0xd2801168, 0xd4000001 };

bool trampoline_is_at(struct walk *walk, uint64_t address)
{
	uint32_t found[2];

	return walk_read(walk, address, found, sizeof(found)) &&
	       !memcmp(found, wanted, sizeof(wanted));
}

bool trampoline_ends_at(struct walk *walk, uint64_t address)
{
	return trampoline_is_at(walk, address - sizeof(wanted));
}
