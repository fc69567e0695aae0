/*
 * Which directory a name was in, whatever symbolic links led there: asked of
 * the kernel behind a call that leaves nothing else to ask about.
 */
#ifndef SUPERVISOR_PLACE_H
#define SUPERVISOR_PLACE_H

#include <stdbool.h>

#include "sysdesc/sysdesc.h"

struct task;

/* Whether it is asked, for what is used so. */
bool place_is_of_use(enum sysdesc_use use);

/*
 * At the end of a call that worked, and during which no name has changed but by
 * it: writes a `path` record of the argument, whose path, absolute, was that.
 * Nothing where the kernel cannot tell without waiting for others.
 */
void place_put(struct task *task, unsigned arg, const char *path);

/*
 * The same of a socket's name, which is absolute below the root of the process:
 * where the kernel cannot tell, that is written.
 */
void place_put_socket(struct task *task, unsigned arg, const char *path,
		      bool is_rooted);

/* Writes that it was not asked: others may have changed names meanwhile. */
void place_doubt(struct task *task, unsigned arg, const char *path);

#endif
