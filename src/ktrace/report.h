/*
 * Telling a program what becomes of what it asked for, for --report-fd: over a
 * SOCK_SEQPACKET socket, in messages of an int each. A pid (above 0): that
 * supervisor is going to attach when there is an answer, any byte. Then 0 or
 * -errno: how it went.
 */
#ifndef KTRACE_REPORT_H
#define KTRACE_REPORT_H

#include <sys/types.h>

/* fd -1: nobody is told, and what is waited for is there. 0; -errno; -ECHILD
 * when nobody listens any more. */
int report_supervisor(int fd, pid_t supervisor);
void report_outcome(int fd, int outcome);

#endif
