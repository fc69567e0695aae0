/*
 * rt_sigreturn(2) of x86-64, as libraries write it: Linux looks for nothing in
 * particular, but gdb does for this.
 */
#include "unwind/trampoline.h"

#include <string.h>

#include "unwind/walk.h"

/* mov $15, %rax; syscall */
static const uint8_t wanted[] = { 0x48, 0xc7, 0xc0, 0x0f, 0x00,
				  0x00, 0x00, 0x0f, 0x05 };

bool trampoline_is_at(struct walk *walk, uint64_t address)
{
	uint8_t found[sizeof(wanted)];

	return walk_read(walk, address, found, sizeof(found)) &&
	       !memcmp(found, wanted, sizeof(wanted));
}

bool trampoline_ends_at(struct walk *walk, uint64_t address)
{
	return trampoline_is_at(walk, address - sizeof(wanted));
}
