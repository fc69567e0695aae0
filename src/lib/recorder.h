/*
 * Starting a recorder: the program ktrace-u, as anybody would start it.
 */
#ifndef LIB_RECORDER_H
#define LIB_RECORDER_H

struct change;

/*
 * Has ktrace-u attach to those who are meant, and record into fd. 0 once it
 * has, or -errno: -ENOSYS when it cannot be started, or tracing is forbidden.
 */
int recorder_start(const struct change *change, int fd);

#endif
