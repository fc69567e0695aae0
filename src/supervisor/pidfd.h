/*
 * Which process a descriptor leads to: a pidfd, however it was come by, or a
 * directory of /proc.
 */
#ifndef SUPERVISOR_PIDFD_H
#define SUPERVISOR_PIDFD_H

#include <sys/types.h>

struct supervisor;
struct task;

/* In our pid namespace; 0: to none, or to one that is gone. */
pid_t pidfd_target(const struct task *task, int fd);

/* At the entry of a call that was recorded: writes a `pidfd` record of each
 * argument that is a descriptor which it acts on a process by. Nothing without
 * --resolve. */
void pidfd_at_entry(const struct supervisor *supervisor, struct task *task);

#endif
