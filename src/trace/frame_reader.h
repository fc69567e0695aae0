/*
 * The content of Zstandard frames, one after the other, from a descriptor. A
 * frame is given out when it is whole and its checksum is right; one that holds
 * more than FRAME_READER_HELD, in pieces of that. Memory is bounded by that and
 * by what is really there, whatever a frame claims.
 */
#ifndef TRACE_FRAME_READER_H
#define TRACE_FRAME_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/source.h"

struct frame_reader;
struct ktr_frame;

#define FRAME_READER_HELD ((size_t)2 << 20)
/* Frames that refer back by more than 2 to the power of this are not read: all
 * decoders have that much, and the claim costs no more. */
#define FRAME_READER_WINDOW_LOG 23

/*
 * `begun`, at most 64 bytes, was read from fd already; it stood at that offset
 * of the file. fd stays the caller's. 0 or -ENOMEM.
 */
int frame_reader_open(struct frame_reader **ret, int fd, uint64_t offset,
		      const void *begun, size_t length);
void frame_reader_close(struct frame_reader *reader); /* NULL is fine */

/* From now on as source_skip() says. */
void frame_reader_skip(struct frame_reader *reader, source_ask *may_skip,
		       void *context);

/* As in trace/source.h. After SOURCE_TRUNCATED in a file, it goes back to the
 * start of the frame: that may have been cut off, and others be there. */
enum source_result frame_reader_read(struct frame_reader *reader, void *to,
				     size_t size, size_t *ret_got);
bool frame_reader_is_ready(struct frame_reader *reader);
uint64_t frame_reader_offset(const struct frame_reader *reader);
int frame_reader_errno(const struct frame_reader *reader);

#endif
