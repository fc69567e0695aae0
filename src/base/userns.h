/*
 * User namespaces of other processes, as the calling process sees them.
 */
#ifndef BASE_USERNS_H
#define BASE_USERNS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The inode of the one that a process is in; 0: we may not look. */
uint64_t userns_of(pid_t pid);

#define USERNS_NO_OWNER ((uid_t)-1)

/* Where a process is as seen from a user namespace: in it, or below it, in one
 * that belongs to owner. The kernel shows no parent beyond our own. */
struct userns_place {
	bool is_at_or_below;
	bool is_below;
	uid_t owner; /* of the one just below; USERNS_NO_OWNER: not known */
};

/* from: its inode. */
struct userns_place userns_place(pid_t pid, uint64_t from);

/* Whether the calling process has all capabilities there, whatever it has in
 * its own: it made that namespace, or one above it. */
bool userns_is_owned(pid_t pid);

/* Whether an id, as we see it, is somebody's in the process's namespace. Where
 * we may not look, it counts as ours. */
bool userns_has_user(pid_t pid, uint32_t uid);
bool userns_has_group(pid_t pid, uint32_t gid);

#endif
