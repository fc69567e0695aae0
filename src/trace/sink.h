/*
 * Where a trace goes, and what to do when it takes only part of it. Called by
 * the writing thread alone; waits for the descriptor, for nobody else.
 */
#ifndef TRACE_SINK_H
#define TRACE_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct sink {
	int fd;
	bool is_regular;
};

/* 0, or -errno when the descriptor cannot be written to. */
int sink_open(struct sink *ret, int fd);

/*
 * Writes some of the data: of a regular file, whole records, where data begins
 * with one; else what one write(2) takes. *ret_done bytes of it are there to
 * stay, with an error too: -errno ends the sink. 0 with nothing done: not now,
 * call again (it has waited a little).
 */
int sink_write(struct sink *sink, const void *data, size_t length,
	       size_t *ret_done);

#endif
