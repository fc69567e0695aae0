/*
 * What a Zstandard frame begins with, and the frames of our own that stand
 * between those with records (ktrace-u/format.h). Bytes alone, no I/O.
 */
#ifndef TRACE_FRAME_H
#define TRACE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ktrace-u/format.h>

#define FRAME_MAGIC_SIZE 4

/* Whether bytes, of which the first length <= FRAME_MAGIC_SIZE are there, may
 * be the start of a frame: one with data or one to be skipped. */
bool frame_may_begin(const uint8_t *bytes, size_t length);

/* Describes whole records of our own making, but for frame_size. */
void frame_describe(struct ktr_frame *ret, const void *records, size_t length);

/* Whether what was read is such a description: its first fields are as they
 * must be. The numbers are what the file says. */
bool frame_is_description(const struct ktr_frame *frame);

#endif
