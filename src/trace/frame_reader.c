/*
 * Decompression, by libzstd. Looks at no record.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>
#include <zstd_errors.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "trace/frame.h"
#include "trace/frame_reader.h"

#define FRAME_READER_INPUT ((size_t)128 << 10)

struct frame_reader {
	int fd;
	ZSTD_DCtx *context;
	uint64_t offset; /* of the frame that is being read, in the file */
	/* What was read and not looked at yet; it begins at input_offset. */
	uint8_t *input;
	size_t input_start;
	size_t input_end;
	uint64_t input_offset;
	/* Content: given out up to held_start, good up to held_good. */
	uint8_t *held;
	size_t held_start;
	size_t held_good;
	size_t held_end;
	source_ask *may_skip; /* NULL: nothing is left out */
	void *context_of_skip;
	uint64_t size; /* of the file, when last looked at */
	bool in_frame;
	bool is_looked_at; /* whether the next frame may be left out */
	bool is_given;     /* part of that frame has been found good */
	bool has_more;     /* the context holds content without input */
	bool in_table;     /* that frame looks like a seek table */
	bool is_at_end;    /* it was truncated when last read */
	enum source_result failure; /* that lasts; SOURCE_BYTES: none */
	int error;
};

int frame_reader_open(struct frame_reader **ret, int fd, uint64_t offset,
		      const void *begun, size_t length)
{
	struct frame_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	*reader = (struct frame_reader){ .fd = fd,
					 .offset = offset,
					 .input_offset = offset,
					 .input_end = length };
	reader->context = ZSTD_createDCtx();
	reader->input = malloc(FRAME_READER_INPUT);
	reader->held = malloc(FRAME_READER_HELD);
	if (!reader->context || !reader->input || !reader->held ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(reader->context,
						ZSTD_d_windowLogMax,
						FRAME_READER_WINDOW_LOG))) {
		frame_reader_close(reader);
		return -ENOMEM;
	}
	memcpy(reader->input, begun, length);
	*ret = reader;
	return 0;
}

void frame_reader_close(struct frame_reader *reader)
{
	if (!reader)
		return;
	ZSTD_freeDCtx(reader->context);
	free(reader->input);
	free(reader->held);
	free(reader);
}

uint64_t frame_reader_offset(const struct frame_reader *reader)
{
	return reader->offset;
}

int frame_reader_errno(const struct frame_reader *reader)
{
	return reader->error;
}

void frame_reader_skip(struct frame_reader *reader, source_ask *may_skip,
		       void *context)
{
	reader->may_skip = may_skip;
	reader->context_of_skip = context;
}

static enum source_result frame_reader_fail(struct frame_reader *reader,
					    int error)
{
	reader->error = error;
	return SOURCE_ERROR;
}

static enum source_result frame_reader_refuse(struct frame_reader *reader,
					      size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
		return frame_reader_fail(reader, ENOMEM);
	case ZSTD_error_frameParameter_windowTooLarge:
		reader->failure = SOURCE_WIDE;
		break;
	default:
		reader->failure = SOURCE_DAMAGED;
		break;
	}
	return reader->failure;
}

/* What is held counts from now on. */
static void frame_reader_release(struct frame_reader *reader)
{
	reader->is_given |= reader->held_good < reader->held_end;
	reader->held_good = reader->held_end;
}

/* The frame has ended, and was good. */
static void frame_reader_finish(struct frame_reader *reader)
{
	frame_reader_release(reader);
	reader->in_frame = false;
	reader->is_given = false;
	reader->is_looked_at = false;
	reader->offset = reader->input_offset + reader->input_start;
}

/* ---- leaving out ---- */

/* Whether there is something to be looked at before it is read. */
static bool frame_reader_looks(const struct frame_reader *reader)
{
	return reader->may_skip && !reader->in_frame && !reader->is_looked_at;
}

/* Whether the file, and no pipe, is as long as that. */
static bool frame_reader_reaches(struct frame_reader *reader, uint64_t end)
{
	struct stat status;

	if (end > reader->size && !fstat(reader->fd, &status) &&
	    S_ISREG(status.st_mode))
		reader->size = (uint64_t)status.st_size;
	return end <= reader->size;
}

/* To that place in the file, which is there. */
static void frame_reader_go(struct frame_reader *reader, uint64_t end)
{
	uint64_t ahead = end - reader->input_offset;

	if (ahead <= reader->input_end) {
		reader->input_start = (size_t)ahead;
	} else if (lseek(reader->fd, (off_t)end, SEEK_SET) >= 0) {
		reader->input_offset = end;
		reader->input_start = reader->input_end = 0;
	}
	reader->offset = end;
}

/* At a description, or something else; false when it takes more input to know
 * which. */
static bool frame_reader_look(struct frame_reader *reader)
{
	struct ktr_frame frame;
	uint64_t end = reader->offset + sizeof(frame);

	if (reader->input_end - reader->input_start < sizeof(frame))
		return false;
	memcpy(&frame, reader->input + reader->input_start, sizeof(frame));
	reader->is_looked_at = true;
	if (!frame_is_description(&frame))
		return true;
	end += frame.frame_size;
	if (!frame_reader_reaches(reader, end) ||
	    !reader->may_skip(reader->context_of_skip, &frame))
		return true;
	frame_reader_go(reader, end);
	reader->is_looked_at = false;
	return true;
}

/* ---- reading ---- */

static bool frame_reader_sees_table(const struct frame_reader *reader)
{
	const uint32_t magic = KTR_SEEK_TABLE_MAGIC;

	return reader->input_end - reader->input_start >= sizeof(magic) &&
	       memcmp(reader->input + reader->input_start, &magic,
		      sizeof(magic)) == 0;
}

/* One step of the decoder, which has input or more to give. */
static enum source_result frame_reader_step(struct frame_reader *reader)
{
	ZSTD_inBuffer in = { reader->input, reader->input_end,
			     reader->input_start };
	ZSTD_outBuffer out = { reader->held, FRAME_READER_HELD,
			       reader->held_end };
	size_t left;

	if (!reader->in_frame)
		reader->in_table = frame_reader_sees_table(reader);
	left = ZSTD_decompressStream(reader->context, &out, &in);
	if (ZSTD_isError(left))
		return frame_reader_refuse(reader, left);
	reader->input_start = in.pos;
	reader->held_end = out.pos;
	reader->in_frame = true;
	reader->has_more = left && out.pos == out.size;
	if (left == 0)
		frame_reader_finish(reader);
	else if (reader->has_more)
		frame_reader_release(reader);
	return SOURCE_BYTES;
}

/* SOURCE_BYTES when there are some to give out; SOURCE_END when it takes more
 * input for that. */
static enum source_result frame_reader_decode(struct frame_reader *reader)
{
	enum source_result result;

	if (reader->held_start < reader->held_good)
		return SOURCE_BYTES;
	if (reader->failure != SOURCE_BYTES)
		return reader->failure;
	while (reader->has_more || reader->input_start < reader->input_end) {
		if (frame_reader_looks(reader)) {
			if (!frame_reader_look(reader))
				return SOURCE_END;
			continue;
		}
		if (reader->held_start == reader->held_end)
			reader->held_start = reader->held_good =
			    reader->held_end = 0;
		result = frame_reader_step(reader);
		if (result != SOURCE_BYTES)
			return result;
		if (reader->held_start < reader->held_good)
			return SOURCE_BYTES;
	}
	return SOURCE_END;
}

/* Behind a truncation: the frame anew, where nothing of it is known by others
 * and the file can be read again. */
static void frame_reader_resume(struct frame_reader *reader)
{
	reader->is_at_end = false;
	if (reader->is_given ||
	    lseek(reader->fd, (off_t)reader->offset, SEEK_SET) < 0)
		return;
	ZSTD_DCtx_reset(reader->context, ZSTD_reset_session_only);
	reader->input_offset = reader->offset;
	reader->input_start = reader->input_end = 0;
	reader->held_end = reader->held_good;
	reader->in_frame = reader->has_more = reader->is_looked_at = false;
}

/* What is left of the input goes to its start; how long that is. */
static size_t frame_reader_make_room(struct frame_reader *reader)
{
	size_t left = reader->input_end - reader->input_start;

	memmove(reader->input, reader->input + reader->input_start, left);
	reader->input_offset += reader->input_start;
	reader->input_start = 0;
	reader->input_end = left;
	return left;
}

/* Takes in more input: a description by itself, since what is behind it may not
 * be wanted. */
static enum source_result frame_reader_fill(struct frame_reader *reader)
{
	size_t left, want;
	ssize_t got;

	if (reader->is_at_end)
		frame_reader_resume(reader);
	left = frame_reader_make_room(reader);
	want = frame_reader_looks(reader) ? sizeof(struct ktr_frame)
					  : FRAME_READER_INPUT;
	do
		got = read(reader->fd, reader->input + left, want - left);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return frame_reader_fail(reader, errno);
	if (got == 0 && left) {
		/* It is too short to be one. */
		reader->is_looked_at = true;
		return SOURCE_BYTES;
	}
	/* A table is written behind all records: nothing of them is missing. */
	reader->is_at_end = got == 0 && reader->in_frame && !reader->in_table;
	if (got == 0)
		return reader->is_at_end ? SOURCE_TRUNCATED : SOURCE_END;
	reader->input_end += (size_t)got;
	return SOURCE_BYTES;
}

enum source_result frame_reader_read(struct frame_reader *reader, void *to,
				     size_t size, size_t *ret_got)
{
	enum source_result result;
	size_t length;

	while ((result = frame_reader_decode(reader)) == SOURCE_END) {
		result = frame_reader_fill(reader);
		if (result != SOURCE_BYTES)
			break;
	}
	if (result != SOURCE_BYTES)
		return result;
	length = MIN(size, reader->held_good - reader->held_start);
	memcpy(to, reader->held + reader->held_start, length);
	reader->held_start += length;
	*ret_got = length;
	return SOURCE_BYTES;
}

bool frame_reader_is_ready(struct frame_reader *reader)
{
	return frame_reader_decode(reader) != SOURCE_END;
}
