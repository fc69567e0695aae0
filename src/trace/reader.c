/*
 * The reader: a window over the file, filled by read(2), from which whole
 * records are cut in place. The window grows by what has really arrived and
 * never by what a header claims.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "trace/reader.h"

#define READER_WINDOW     ((size_t)128 << 10)
#define READER_WINDOW_MAX (sizeof(struct ktr_header) + RECORD_LENGTH_MAX)

struct reader {
	int fd;
	uint8_t *window;
	size_t capacity;
	size_t start;    /* of the next record, in the window */
	size_t end;      /* of the bytes in the window */
	uint64_t offset; /* of the next record, in the file */
	enum record_fault fault;
	int error;
};

int reader_open(struct reader **ret, int fd)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	off_t offset = lseek(fd, 0, SEEK_CUR);

	if (!reader)
		return -ENOMEM;
	reader->fd = fd;
	reader->offset = offset > 0 ? (uint64_t)offset : 0;
	*ret = reader;
	return 0;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	free(reader->window);
	free(reader);
}

enum record_fault reader_fault(const struct reader *reader)
{
	return reader->fault;
}

uint64_t reader_offset(const struct reader *reader)
{
	return reader->offset;
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

/* Takes in what there is; READER_RECORD when that is something. */
static enum reader_result reader_fill(struct reader *reader)
{
	int error = reader_make_room(reader);
	ssize_t got;

	if (error)
		return reader_fail(reader, error);
	do
		got = read(reader->fd, reader->window + reader->end,
			   reader->capacity - reader->end);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return reader_fail(reader, errno);
	reader->end += (size_t)got;
	if (got > 0)
		return READER_RECORD;
	if (reader->end == reader->start)
		return READER_END;
	return reader_refuse(reader, RECORD_TRUNCATED);
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
	off_t extra = (off_t)(reader->end - reader->start);

	reader->fault = RECORD_OK;
	if (lseek(reader->fd, -extra, SEEK_CUR) >= 0)
		reader->end = reader->start;
}

enum reader_result reader_next(struct reader *reader, struct record *ret)
{
	enum reader_result result;
	enum record_fault fault;

	if (reader->fault == RECORD_TRUNCATED)
		reader_resume(reader);
	if (reader->fault)
		return READER_FAULT;
	result = reader_need(reader, sizeof(struct ktr_header));
	if (result != READER_RECORD)
		return result;
	fault = record_decode_header(reader->window + reader->start, ret);
	if (fault)
		return reader_refuse(reader, fault);
	result = reader_need(reader, sizeof(struct ktr_header) + ret->length);
	if (result != READER_RECORD)
		return result;
	fault = record_decode_payload(ret, reader->window + reader->start +
					       sizeof(struct ktr_header));
	if (fault)
		return reader_refuse(reader, fault);
	ret->offset = reader->offset;
	reader->start += sizeof(struct ktr_header) + ret->length;
	reader->offset += sizeof(struct ktr_header) + ret->length;
	return READER_RECORD;
}

bool reader_is_ready(const struct reader *reader)
{
	size_t held = reader->end - reader->start;
	struct record record;

	if (reader->fault)
		return reader->fault != RECORD_TRUNCATED;
	if (held < sizeof(struct ktr_header))
		return false;
	if (record_decode_header(reader->window + reader->start, &record))
		return true;
	return held - sizeof(struct ktr_header) >= record.length;
}
