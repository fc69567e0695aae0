/*
 * What ktrace(2) does once its file is open: asks the supervisors of those who
 * are meant, or has one started. Each function returns 0 or -errno, as the
 * kernel would, but never -EINTR.
 */
#ifndef LIB_CHANGE_H
#define LIB_CHANGE_H

#include <stdint.h>
#include <sys/types.h>

#include "control/targets.h"

struct change {
	uint32_t facilities; /* KTRFAC() bits and KTRFAC_INHERIT; not 0 */
	struct targets targets;
};

/* -EINVAL: there is nothing in it. pid as ktrace(2) takes it. */
int change_make(struct change *ret, int ops, int facilities, pid_t pid);

/* fd is open for writing, and stays the caller's. */
int change_set(const struct change *change, int fd);
int change_clear(const struct change *change);
int change_clear_file(int fd);

#endif
