/*
 * Where a descriptor leads, in words: a path, an address, or what it is. Shared
 * by all who hold it.
 */
#ifndef JOIN_DESCRIPTOR_NAME_H
#define JOIN_DESCRIPTOR_NAME_H

#include <stddef.h>

/* And a pid: of a descriptor that leads to a process. */
#define DESCRIPTOR_PROCESS "pidfd:"

struct descriptor_name {
	unsigned holders;
	int type; /* of a socket: SOCK_STREAM and so on; 0: not known */
	size_t length;
	char text[]; /* with a NUL behind it */
};

/* Held by the caller. NULL: no memory, or longer than any that a kernel has,
 * and so not known. */
struct descriptor_name *descriptor_name_make(const void *text, size_t length);

/* NULL is fine for both. */
struct descriptor_name *descriptor_name_hold(struct descriptor_name *name);
void descriptor_name_drop(struct descriptor_name *name);

#endif
