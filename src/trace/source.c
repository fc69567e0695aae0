/*
 * Tells by the first bytes what a trace is, and reads it if it is plain. A
 * record cannot begin as a frame does: its length would not be believed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "trace/frame.h"
#include "trace/frame_reader.h"
#include "trace/source.h"

struct source {
	int fd;
	bool is_known;               /* what it is */
	struct frame_reader *frames; /* NULL: plain */
	/* The first bytes: until it is known, and then those not given out. */
	uint8_t first[FRAME_MAGIC_SIZE];
	size_t first_length;
	uint64_t offset; /* of what is read next */
	source_ask *may_skip;
	void *context; /* of may_skip */
	int error;
};

int source_open(struct source **ret, int fd)
{
	struct source *source = calloc(1, sizeof(*source));
	off_t offset = lseek(fd, 0, SEEK_CUR);

	if (!source)
		return -ENOMEM;
	source->fd = fd;
	source->offset = offset > 0 ? (uint64_t)offset : 0;
	*ret = source;
	return 0;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	frame_reader_close(source->frames);
	free(source);
}

void source_skip(struct source *source, source_ask *may_skip, void *context)
{
	source->may_skip = may_skip;
	source->context = context;
	if (source->frames)
		frame_reader_skip(source->frames, may_skip, context);
}

static enum source_result source_fail(struct source *source, int error)
{
	source->error = error;
	return SOURCE_ERROR;
}

/* What read(2) gives. */
static enum source_result source_fetch(struct source *source, void *to,
				       size_t size, size_t *ret_got)
{
	ssize_t got;

	do
		got = read(source->fd, to, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return source_fail(source, errno);
	source->offset += (size_t)got;
	*ret_got = (size_t)got;
	return got > 0 ? SOURCE_BYTES : SOURCE_END;
}

static enum source_result source_decide(struct source *source)
{
	bool has_frames = source->first_length == FRAME_MAGIC_SIZE &&
			  frame_may_begin(source->first, FRAME_MAGIC_SIZE);
	uint64_t start = source->offset - source->first_length;
	int error;

	if (has_frames) {
		error = frame_reader_open(&source->frames, source->fd, start,
					  source->first, FRAME_MAGIC_SIZE);
		if (error)
			return source_fail(source, -error);
		source->first_length = 0;
		frame_reader_skip(source->frames, source->may_skip,
				  source->context);
	}
	source->is_known = true;
	return SOURCE_BYTES;
}

/* SOURCE_BYTES when it is known what it is. */
static enum source_result source_learn(struct source *source)
{
	enum source_result result;
	size_t got;

	while (source->first_length < FRAME_MAGIC_SIZE &&
	       frame_may_begin(source->first, source->first_length)) {
		result =
		    source_fetch(source, source->first + source->first_length,
				 FRAME_MAGIC_SIZE - source->first_length, &got);
		if (result == SOURCE_END && source->first_length)
			return SOURCE_TRUNCATED;
		if (result != SOURCE_BYTES)
			return result;
		source->first_length += got;
	}
	return source_decide(source);
}

static enum source_result source_give_first(struct source *source, void *to,
					    size_t size, size_t *ret_got)
{
	size_t length = MIN(size, source->first_length);

	memcpy(to, source->first, length);
	source->first_length -= length;
	memmove(source->first, source->first + length, source->first_length);
	*ret_got = length;
	return SOURCE_BYTES;
}

enum source_result source_read(struct source *source, void *to, size_t size,
			       size_t *ret_got)
{
	enum source_result result = SOURCE_BYTES;

	if (!source->is_known)
		result = source_learn(source);
	if (result != SOURCE_BYTES)
		return result;
	if (source->frames)
		return frame_reader_read(source->frames, to, size, ret_got);
	if (source->first_length)
		return source_give_first(source, to, size, ret_got);
	return source_fetch(source, to, size, ret_got);
}

bool source_is_ready(struct source *source)
{
	if (source->frames)
		return frame_reader_is_ready(source->frames);
	return source->is_known && source->first_length;
}

bool source_unread(struct source *source, size_t length)
{
	size_t back = length + source->first_length;

	/* Frames are taken back as a whole: frame_reader.c sees to that. */
	if (source->frames || lseek(source->fd, -(off_t)back, SEEK_CUR) < 0)
		return false;
	source->offset -= back;
	source->first_length = 0;
	return true;
}

uint64_t source_offset(const struct source *source)
{
	return source->frames ? frame_reader_offset(source->frames)
			      : source->offset - source->first_length;
}

bool source_has_frames(const struct source *source)
{
	return source->frames != NULL;
}

int source_errno(const struct source *source)
{
	return source->frames && !source->error
		   ? frame_reader_errno(source->frames)
		   : source->error;
}
