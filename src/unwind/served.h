/*
 * File systems that a process serves (FUSE): it may be the very one that is
 * stopped, and whoever asks it for a byte then waits for ever.
 */
#ifndef UNWIND_SERVED_H
#define UNWIND_SERVED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Of the devices asked for last: what was found out about them. */
#define SERVED_KNOWN 8
struct served {
	unsigned count; /* of all that were asked for */
	struct {
		uint64_t device;
		bool is_served;
	} known[SERVED_KNOWN];
};

/* Whether files of a device, as maps have it, are served by a process; mounts
 * are those that the thread sees. */
bool served_is(struct served *served, uint64_t device, pid_t tid);

/* The same by the text of a mountinfo file, which it changes (proc(5)). */
bool served_by_mounts(char *mounts, uint64_t device);

#endif
