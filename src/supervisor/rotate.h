/*
 * How large a trace becomes: when it has come to a size, recording ends, or
 * goes on in a new file, and those before are renamed, .1 being the last. For
 * the trace that the recorder was started with alone: it has the name of that,
 * and the rights of who gave it.
 */
#ifndef SUPERVISOR_ROTATE_H
#define SUPERVISOR_ROTATE_H

#include <stdint.h>

#include "supervisor/files.h"

struct session;
struct supervisor;

struct rotate {
	struct session *session; /* NULL: nothing is watched (any more) */
	uint64_t size;           /* of a file at which something is done */
	uint64_t due;            /* of this file */
	struct files files;      /* of --rotate */
};

/* Watches the session, as its recorder's options say. 0 or -errno. */
int rotate_open(struct supervisor *supervisor, struct session *session);
void rotate_close(struct supervisor *supervisor);

/* Between stops: does it, if it is time. */
void rotate_check(struct supervisor *supervisor);

#endif
