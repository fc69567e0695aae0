/*
 * Zstandard frames for tests, made by libzstd as any program might make them.
 * To be included behind cmocka.h.
 */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include <stdint.h>
#include <string.h>

#include <zstd.h>

#include "trace_file.h"

/* Bytes that grow; of a test that is to fail where they cannot. */
struct frames {
	uint8_t *data; /* malloc'd */
	size_t length;
};

static inline void frames_put(struct frames *frames, const void *data,
			      size_t length)
{
	frames->data = realloc(frames->data, frames->length + length + 1);
	assert_non_null(frames->data);
	memcpy(frames->data + frames->length, data, length);
	frames->length += length;
}

/* A frame with that content, and a checksum; its size in the file. */
static inline size_t frames_add(struct frames *frames, const void *content,
				size_t length)
{
	size_t room = ZSTD_compressBound(length);
	_cleanup_free_ uint8_t *frame = malloc(room);
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t size;

	assert_non_null(frame);
	assert_non_null(context);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	size = ZSTD_compress2(context, frame, room, content, length);
	assert_false(ZSTD_isError(size));
	ZSTD_freeCCtx(context);
	frames_put(frames, frame, size);
	return size;
}

/* One that is to be skipped. */
static inline void frames_add_other(struct frames *frames, uint32_t length)
{
	uint32_t head[2] = { 0x184d2a53, length };
	_cleanup_free_ uint8_t *zeros = calloc(1, length + 1);

	frames_put(frames, head, sizeof(head));
	frames_put(frames, zeros, length);
}

static inline void frames_done(struct frames *frames)
{
	free(frames->data);
	*frames = (struct frames){ 0 };
}

#endif
