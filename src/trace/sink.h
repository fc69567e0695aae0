/*
 * Where a trace goes, and what to do when it takes only part of it. Called by
 * the writing thread alone; waits for the descriptor, for nobody else.
 */
#ifndef TRACE_SINK_H
#define TRACE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame_writer;

struct sink {
	int fd;
	bool is_regular;
	uint64_t written;            /* bytes that are there to stay */
	struct frame_writer *frames; /* NULL: records go there as they are */
	/* The frame that is being written: how much data is in it, and what of
	 * it is left. */
	size_t framed;
	const char *frame;
	size_t frame_left;
};

/* level: of compression (trace/frame_writer.h), or 0. 0; or -errno when the
 * descriptor cannot be written to, which is still the caller's then. */
int sink_open(struct sink *ret, int fd, int level);

/* Nothing more comes, and all is well: behind frames in a file goes their
 * table, where it can be made. */
void sink_finish(const struct sink *sink);

/* Frees what it holds; the descriptor stays open. */
void sink_done(struct sink *sink);

/*
 * Writes some of the data: of a regular file, whole records, where data begins
 * with one; else what one write(2) takes. *ret_done bytes of it are there to
 * stay, with an error too: -errno ends the sink. 0 with nothing done: not now,
 * call again (it has waited a little).
 *
 * With frames, data begins with a record and ends behind one; it is called
 * again with the same, or more, until something is done: a whole frame.
 */
int sink_write(struct sink *sink, const void *data, size_t length,
	       size_t *ret_done);

#endif
