/*
 * Which process a descriptor leads to: a pidfd, however it was come by, or a
 * directory of /proc.
 */
#ifndef SUPERVISOR_PIDFD_H
#define SUPERVISOR_PIDFD_H

#include <stdbool.h>
#include <sys/types.h>

#include "sysdesc/sysdesc.h"

struct supervisor;
struct task;

/* Whether what is used so is a process. */
bool pidfd_is_of_use(enum sysdesc_use use);

/* In our pid namespace; 0: to none, or to one that is gone. */
pid_t pidfd_target(const struct task *task, int fd);

/* At the entry of a call that was recorded: writes a `pidfd` record of each
 * argument that is a descriptor which it acts on a process by. Nothing without
 * --resolve. */
void pidfd_at_entry(const struct supervisor *supervisor, struct task *task);

#endif
