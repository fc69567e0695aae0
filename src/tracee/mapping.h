/*
 * What is mapped where in a traced process, as /proc says at that moment. Must
 * not look at what is in its memory.
 */
#ifndef TRACEE_MAPPING_H
#define TRACEE_MAPPING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mapping {
	uint64_t start, end;
	bool may_use;   /* in any way */
	bool is_shared; /* with whoever has it mapped as well */
	uint64_t inode; /* of the file; 0: of none */
};

/* Without the bits of a pointer that may be a program's own, and are no
 * address. */
uint64_t mapping_untagged(uint64_t address);

/* A descriptor of a file of /proc/TID about its memory, the caller's, or
 * -errno. Not to be kept behind an exec: it would be what was there before. */
int mapping_open(pid_t tid, const char *name, int flags);

/* The mapping that an address without a tag is in. False: there is none, or the
 * kernel does not say. */
bool mapping_find(pid_t tid, uint64_t address, struct mapping *ret);

#endif
