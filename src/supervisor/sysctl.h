/*
 * SYSCTL: the kernel's settings, which on Linux are files under /proc/sys, when
 * they are opened. The kernel says what was opened, the path only that it is
 * worth asking.
 */
#ifndef SUPERVISOR_SYSCTL_H
#define SUPERVISOR_SYSCTL_H

#include <stddef.h>

struct task;

/* A path of the call that the task is in; NULL: it is not known. */
void sysctl_at_path(struct task *task, const char *path, size_t length);

/* The call ends, and result and failed are there. Writes a SYSCTL, or a
 * coverage record where the name is too long for one. */
void sysctl_at_exit(struct task *task);

#endif
