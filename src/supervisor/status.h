/*
 * What --status shows. Must change nothing.
 */
#ifndef SUPERVISOR_STATUS_H
#define SUPERVISOR_STATUS_H

struct request;
struct supervisor;

/* A descriptor of a sealed file in memory, to be read from its start, as lines
 * or as JSON, with as much as the requester may see; the caller's. Or -errno.
 */
int status_write(struct supervisor *supervisor, const struct request *request);

#endif
