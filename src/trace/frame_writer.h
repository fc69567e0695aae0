/*
 * Records -> a Zstandard frame, with its description in front. Makes no I/O;
 * called by the writing thread.
 */
#ifndef TRACE_FRAME_WRITER_H
#define TRACE_FRAME_WRITER_H

#include <stddef.h>

struct frame_writer;

/* How hard it works to make frames small. */
#define FRAME_LEVEL_MIN     1
#define FRAME_LEVEL_MAX     19
#define FRAME_LEVEL_DEFAULT 3

/* 0 or -ENOMEM. */
int frame_writer_open(struct frame_writer **ret, int level);
void frame_writer_close(struct frame_writer *writer); /* NULL is fine */

/* Of whole records. What it gives is valid until the next call. 0 or -ENOMEM.
 */
int frame_writer_make(struct frame_writer *writer, const void *records,
		      size_t length, const void **ret_data, size_t *ret_length);

#endif
