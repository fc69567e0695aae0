/*
 * The reader: a window over the source's bytes, from which whole records are
 * cut in place. The window grows by what has really arrived and never by what a
 * header claims.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "trace/reader.h"
#include "trace/source.h"

#define READER_WINDOW     ((size_t)128 << 10)
#define READER_WINDOW_MAX (sizeof(struct ktr_header) + RECORD_LENGTH_MAX)

struct reader {
	struct source *source;
	const struct reader_framing *framing; /* NULL: ours */
	uint8_t *window;
	size_t capacity;
	size_t last;     /* of the last record, in the window */
	size_t start;    /* of the next one */
	size_t end;      /* of the bytes in the window */
	uint64_t offset; /* of the next record, in the content */
	uint64_t count;  /* of records in front of it */
	reader_ask *may_skip;
	void *context; /* of may_skip */
	enum record_fault fault;
	bool is_of_frame; /* the fault is one of a frame */
	int error;
};

int reader_open(struct reader **ret, int fd)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int error;

	if (!reader)
		return -ENOMEM;
	error = source_open(&reader->source, fd);
	if (error) {
		free(reader);
		return error;
	}
	reader->offset = source_offset(reader->source);
	*ret = reader;
	return 0;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	source_close(reader->source);
	free(reader->window);
	free(reader);
}

/* Half a record, if there is one, goes on in the frame. */
static bool reader_may_skip(void *context, const struct ktr_frame *frame)
{
	struct reader *reader = context;

	if (reader->end > reader->start ||
	    !reader->may_skip(reader->context, frame, reader->count))
		return false;
	reader->offset += frame->content_size;
	reader->count += frame->records;
	return true;
}

void reader_skip(struct reader *reader, reader_ask *may_skip, void *context)
{
	reader->may_skip = may_skip;
	reader->context = context;
	source_skip(reader->source, reader_may_skip, reader);
}

enum record_fault reader_fault(const struct reader *reader)
{
	return reader->fault;
}

uint64_t reader_offset(const struct reader *reader)
{
	return reader->is_of_frame ? source_offset(reader->source)
				   : reader->offset;
}

int reader_errno(const struct reader *reader)
{
	return reader->error;
}

static enum reader_result reader_fail(struct reader *reader, int error)
{
	reader->error = error;
	return READER_ERROR;
}

static enum reader_result reader_refuse(struct reader *reader,
					enum record_fault fault)
{
	reader->fault = fault;
	return READER_FAULT;
}

/* Makes room behind the bytes that are there; 0 or ENOMEM. */
static int reader_make_room(struct reader *reader)
{
	size_t capacity;
	uint8_t *window;

	if (reader->start > 0) {
		memmove(reader->window, reader->window + reader->start,
			reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
	}
	if (reader->end < reader->capacity)
		return 0;
	capacity = MAX(reader->capacity * 2, READER_WINDOW);
	capacity = MIN(capacity, READER_WINDOW_MAX);
	window = realloc(reader->window, capacity);
	if (!window)
		return ENOMEM;
	reader->window = window;
	reader->capacity = capacity;
	return 0;
}

static enum reader_result reader_refuse_frame(struct reader *reader,
					      enum record_fault fault)
{
	reader->is_of_frame = source_has_frames(reader->source);
	return reader_refuse(reader, fault);
}

/* Takes in what there is; READER_RECORD when that is something. */
static enum reader_result reader_fill(struct reader *reader)
{
	int error = reader_make_room(reader);
	size_t got = 0;

	if (error)
		return reader_fail(reader, error);
	switch (source_read(reader->source, reader->window + reader->end,
			    reader->capacity - reader->end, &got)) {
	case SOURCE_BYTES:
		reader->end += got;
		return READER_RECORD;
	case SOURCE_END:
		if (reader->end == reader->start)
			return READER_END;
		return reader_refuse(reader, RECORD_TRUNCATED);
	case SOURCE_TRUNCATED:
		return reader_refuse_frame(reader, RECORD_TRUNCATED);
	case SOURCE_DAMAGED:
		return reader_refuse_frame(reader, RECORD_FRAME);
	case SOURCE_WIDE:
		return reader_refuse_frame(reader, RECORD_WINDOW);
	case SOURCE_ERROR:
		break;
	}
	return reader_fail(reader, source_errno(reader->source));
}

/* READER_RECORD when that many bytes of the next record are in the window. */
static enum reader_result reader_need(struct reader *reader, size_t length)
{
	enum reader_result result;

	while (reader->end - reader->start < length) {
		result = reader_fill(reader);
		if (result != READER_RECORD)
			return result;
	}
	return READER_RECORD;
}

/*
 * After half a record at the end of a file, its bytes are read again: a
 * recorder whose disk is full cuts them off, and another one may have put a
 * record of its own there. A pipe takes nothing back, so there they are kept.
 */
static void reader_resume(struct reader *reader)
{
	reader->fault = RECORD_OK;
	reader->is_of_frame = false;
	if (source_unread(reader->source, reader->end - reader->start))
		reader->end = reader->start;
}

void reader_frame(struct reader *reader, const struct reader_framing *framing)
{
	reader->framing = framing;
}

enum reader_result reader_peek(struct reader *reader, size_t length,
			       const uint8_t **ret, size_t *ret_length)
{
	enum reader_result result;

	if (reader->fault == RECORD_TRUNCATED)
		reader_resume(reader);
	result = reader_need(reader, length);
	/* A frame that is not all there yet has nothing to look at. */
	if (result == READER_FAULT && reader->fault == RECORD_TRUNCATED &&
	    !(reader->is_of_frame && reader->end == reader->start)) {
		reader->fault = RECORD_OK;
		reader->is_of_frame = false;
		result = READER_END;
	}
	*ret_length = reader->end - reader->start;
	if (*ret_length > 0)
		*ret = reader->window + reader->start;
	return result;
}

static size_t reader_header_length(const struct reader *reader)
{
	const struct reader_framing *framing = reader->framing;

	return framing ? framing->header_length(framing->context,
						reader->window + reader->start)
		       : sizeof(struct ktr_header);
}

static size_t reader_least(const struct reader *reader)
{
	return reader->framing ? reader->framing->least
			       : sizeof(struct ktr_header);
}

static enum record_fault reader_decode_header(const struct reader *reader,
					      struct record *ret)
{
	const struct reader_framing *framing = reader->framing;
	const uint8_t *header = reader->window + reader->start;

	return framing ? framing->decode(framing->context, header, ret)
		       : record_decode_header(header, ret);
}

static enum record_fault reader_decode_payload(const struct reader *reader,
					       const uint8_t *payload,
					       struct record *ret)
{
	if (!reader->framing)
		return record_decode_payload(ret, payload);
	ret->payload = payload;
	return RECORD_OK;
}

/* The next record, whose header is as long as this. */
static enum reader_result reader_cut(struct reader *reader, size_t header,
				     struct record *ret)
{
	enum reader_result result = reader_need(reader, header);
	enum record_fault fault;

	if (result != READER_RECORD)
		return result;
	fault = reader_decode_header(reader, ret);
	if (fault)
		return reader_refuse(reader, fault);
	result = reader_need(reader, header + ret->length);
	if (result != READER_RECORD)
		return result;
	fault = reader_decode_payload(
	    reader, reader->window + reader->start + header, ret);
	if (fault)
		return reader_refuse(reader, fault);
	ret->offset = reader->offset;
	ret->number = ++reader->count;
	reader->last = reader->start;
	reader->start += header + ret->length;
	reader->offset += header + ret->length;
	return READER_RECORD;
}

enum reader_result reader_next(struct reader *reader, struct record *ret)
{
	enum reader_result result;

	if (reader->fault == RECORD_TRUNCATED)
		reader_resume(reader);
	if (reader->fault)
		return READER_FAULT;
	result = reader_need(reader, reader_least(reader));
	if (result != READER_RECORD)
		return result;
	return reader_cut(reader, reader_header_length(reader), ret);
}

const void *reader_header(const struct reader *reader)
{
	return reader->window + reader->last;
}

/* Whether the window alone answers. */
static bool reader_is_full(const struct reader *reader)
{
	size_t held = reader->end - reader->start;
	struct record record;
	size_t header;

	if (held < reader_least(reader))
		return false;
	header = reader_header_length(reader);
	if (held < header)
		return false;
	if (reader_decode_header(reader, &record))
		return true;
	return held - header >= record.length;
}

bool reader_is_ready(struct reader *reader)
{
	if (reader->fault)
		return reader->fault != RECORD_TRUNCATED;
	while (!reader_is_full(reader)) {
		if (!source_is_ready(reader->source))
			return false;
		/* What goes wrong is said by the next call. */
		if (reader_fill(reader) != READER_RECORD)
			return true;
	}
	return true;
}
