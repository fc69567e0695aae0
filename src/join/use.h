/*
 * What a call did with what its paths and descriptors lead to: the table of
 * calls says it, and where it does not, the flags that the call was given.
 */
#ifndef JOIN_USE_H
#define JOIN_USE_H

#include <stdbool.h>
#include <stdint.h>

struct call;

/* Bits of it. */
enum used {
	USED_ASKED = 1u << 0,   /* about it: is it there, whose is it */
	USED_READ = 1u << 1,    /* opened to be read */
	USED_WRITTEN = 1u << 2, /* opened to be written, or cut */
	USED_MADE = 1u << 3,    /* was not there before, and is now */
	USED_ENSURED = 1u << 4, /* is there now; whether before, is not said */
	USED_REMOVED = 1u << 5,
	USED_RENAMED = 1u << 6, /* had the name, or got it */
	USED_LINKED = 1u << 7,  /* got one more name, which is made */
	USED_RAN = 1u << 8,
	USED_MAPPED = 1u << 9,   /* into memory, to be run */
	USED_CHANGED = 1u << 10, /* mode, owner, times, attributes */
	USED_ENTERED = 1u << 11, /* as a directory to start from */
	USED_MOUNTED = 1u << 12,
};
#define USED_BITS 13u

/* What a call that succeeded did with argument index, < the row's narg; 0: it
 * failed, did not return, or did nothing to it. */
unsigned use_of(const struct call *call, unsigned index);
/* What it was to do with it, whatever became of that. */
unsigned use_meant(const struct call *call, unsigned index);

/* How the call opens, by Linux's flags whatever the kernel's, and the mode of
 * what it makes (0: none is said). False: it opens nothing, or does not say. */
bool use_flags(const struct call *call, uint64_t *ret_flags,
	       uint64_t *ret_mode);

/* Bytes that went through the descriptor that is argument `index`, below 0 when
 * they were written; 0 where it moved none. */
int64_t use_moved(const struct call *call, unsigned index);

/* A word for the bit: "read", "written". */
const char *use_name(unsigned bit);
/* A letter for it. */
char use_letter(unsigned bit);

#endif
