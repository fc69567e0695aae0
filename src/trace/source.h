/*
 * Where the bytes of a trace come from: a file, a pipe, a socket; as they are,
 * or out of Zstandard frames, which the first bytes tell. Knows no records.
 */
#ifndef TRACE_SOURCE_H
#define TRACE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ktr_frame;
struct source;

enum source_result {
	SOURCE_BYTES,     /* some */
	SOURCE_END,       /* no more by now, and nothing is begun */
	SOURCE_TRUNCATED, /* no more by now, inside a frame */
	SOURCE_DAMAGED,   /* what comes is no frame; it is said again */
	SOURCE_WIDE,      /* one that wants too much memory; said again */
	SOURCE_ERROR,     /* of a system call: source_errno() */
};

/* Reads from fd, which stays the caller's. 0 or -ENOMEM. */
int source_open(struct source **ret, int fd);
void source_close(struct source *source); /* NULL is fine */

/*
 * The next bytes, at least one and at most size, > 0, of them. After an end
 * or a truncation it may be called again, when more may be there.
 *
 * What a frame of usual size holds comes when all of it is there and has been
 * found good; what a longer one holds, earlier.
 */
enum source_result source_read(struct source *source, void *to, size_t size,
			       size_t *ret_got);

/*
 * Has somebody asked about each frame that is described and can be left out
 * without reading it, when all in front of it has been given out: true, and it
 * is.
 */
typedef bool source_ask(void *context, const struct ktr_frame *frame);
void source_skip(struct source *source, source_ask *may_skip, void *context);

/* Whether source_read() has bytes without waiting for any: it may work for
 * them, but not read(2). */
bool source_is_ready(struct source *source);

/*
 * Takes back the last length bytes, because what they are part of has no end
 * yet and may be cut off: true when they, or what stands there by then, will be
 * read again.
 */
bool source_unread(struct source *source, size_t length);

/* Where in the file the frame begins that is being read; without frames, where
 * reading goes on. */
uint64_t source_offset(const struct source *source);
/* Whether the bytes come out of frames, as far as is known. */
bool source_has_frames(const struct source *source);
int source_errno(const struct source *source); /* positive errno */

#endif
