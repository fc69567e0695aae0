/* Compression, by libzstd. */
#include "trace/frame_writer.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "trace/frame.h"

/* A frame refers back to its own beginning at most: readers need no more memory
 * than that, whatever the level. */
#define WINDOW_LOG 20

struct frame_writer {
	ZSTD_CCtx *context;
	uint8_t *data;
	size_t room;
};

static int set_up(ZSTD_CCtx *context, int level)
{
	static const struct {
		ZSTD_cParameter parameter;
		int value;
	} fixed[] = {
		{ ZSTD_c_windowLog, WINDOW_LOG },
		{ ZSTD_c_checksumFlag, 1 },
	};
	size_t r = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel,
					  level);

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (!ZSTD_isError(r))
			r = ZSTD_CCtx_setParameter(context, fixed[i].parameter,
						   fixed[i].value);
	return ZSTD_isError(r) ? -EINVAL : 0;
}

int frame_writer_open(struct frame_writer **ret, int level)
{
	struct frame_writer *writer = calloc(1, sizeof(*writer));
	int r;

	if (!writer)
		return -ENOMEM;
	writer->context = ZSTD_createCCtx();
	r = writer->context ? set_up(writer->context, level) : -ENOMEM;
	if (r < 0) {
		frame_writer_close(writer);
		return r;
	}
	*ret = writer;
	return 0;
}

void frame_writer_close(struct frame_writer *writer)
{
	if (!writer)
		return;
	ZSTD_freeCCtx(writer->context);
	free(writer->data);
	free(writer);
}

static int make_room(struct frame_writer *writer, size_t length)
{
	size_t room = sizeof(struct ktr_frame) + ZSTD_compressBound(length);
	uint8_t *grown;

	if (room <= writer->room)
		return 0;
	grown = realloc(writer->data, room);
	if (!grown)
		return -ENOMEM;
	writer->data = grown;
	writer->room = room;
	return 0;
}

int frame_writer_make(struct frame_writer *writer, const void *records,
		      size_t length, const void **ret_data, size_t *ret_length)
{
	struct ktr_frame frame;
	size_t size;
	int r = make_room(writer, length);

	if (r < 0)
		return r;
	size = ZSTD_compress2(writer->context, writer->data + sizeof(frame),
			      writer->room - sizeof(frame), records, length);
	/* There is room enough, so that only memory can be missing. */
	if (ZSTD_isError(size))
		return -ENOMEM;
	frame_describe(&frame, records, length);
	frame.frame_size = (uint32_t)size;
	memcpy(writer->data, &frame, sizeof(frame));
	*ret_data = writer->data;
	*ret_length = sizeof(frame) + size;
	return 0;
}
