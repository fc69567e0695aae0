/*
 * The rules for writing to a trace's sink: records and frames are never torn in
 * a regular file, and small pieces go to everything else, so that progress is
 * seen while a slow reader takes them. Starts no thread and keeps no queue.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "base/fd.h"
#include "trace/frame_writer.h"
#include "trace/seek_table.h"
#include "trace/sink.h"

#define SINK_FILE_MAX  ((size_t)4 << 20)
#define SINK_PIECE_MAX ((size_t)64 << 10)
#define SINK_WAIT_MS   1000
/* Content of a frame: in a pipe, what comes out is a few pieces at most. */
#define SINK_FRAME_MAX       ((size_t)1 << 20)
#define SINK_FRAME_MAX_PIPED ((size_t)256 << 10)

int sink_open(struct sink *ret, int fd, int level)
{
	struct frame_writer *frames = NULL;
	int flags = fcntl(fd, F_GETFL);
	struct statx status;
	int r;

	if (flags < 0)
		return -errno;
	r = fd_status(fd, &status);
	if (r < 0)
		return r;
	if ((flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	r = level ? frame_writer_open(&frames, level) : 0;
	if (r < 0)
		return r;
	*ret = (struct sink){ .fd = fd,
			      .is_regular = S_ISREG(status.stx_mode),
			      .frames = frames };
	return 0;
}

/* How long the record is that begins here; 64 bytes of it are there. */
static size_t sink_record_length(const char *at)
{
	struct ktr_header header;

	memcpy(&header, at, sizeof(header));
	return sizeof(header) + (uint32_t)header.ktr_len;
}

/* How much of the first length bytes is whole records. */
static size_t sink_whole(const char *data, size_t length)
{
	size_t whole = 0;
	size_t record;

	while (length - whole >= sizeof(struct ktr_header)) {
		record = sink_record_length(data + whole);
		if (record > length - whole)
			break;
		whole += record;
	}
	return whole;
}

/* A portion of whole records: not so much that others wait for it long. */
static size_t sink_portion(const char *data, size_t length, size_t most)
{
	size_t whole;

	if (length <= most)
		return length;
	whole = sink_whole(data, most);
	return whole ? whole : MIN(sink_record_length(data), length);
}

/* 0 to try again; else what ends the sink. */
static int sink_retry(const struct sink *sink, int error)
{
	struct pollfd wait = { .fd = sink->fd, .events = POLLOUT };

	if (error == EINTR)
		return 0;
	if (error != EAGAIN && error != EWOULDBLOCK)
		return -error;
	poll(&wait, 1, SINK_WAIT_MS);
	return 0;
}

/*
 * Cuts the last `excess` bytes off the file, which are half of something of
 * ours. Only if nothing came behind them: that would be somebody else's.
 */
static void sink_cut(const struct sink *sink, size_t excess)
{
	off_t end = lseek(sink->fd, 0, SEEK_CUR);
	struct stat status;

	if (end < (off_t)excess || fstat(sink->fd, &status) < 0 ||
	    status.st_size != end)
		return;
	if (ftruncate(sink->fd, end - (off_t)excess) == 0)
		lseek(sink->fd, end - (off_t)excess, SEEK_SET);
}

/* All of it into a file; *ret_done is less with an error. */
static int sink_write_all(const struct sink *sink, const char *data,
			  size_t length, size_t *ret_done)
{
	size_t done = 0;
	ssize_t wrote;
	int error = 0;

	/* What follows a short write is the reason for it, or the rest. */
	while (done < length && !error) {
		wrote = write(sink->fd, data + done, length - done);
		if (wrote > 0)
			done += (size_t)wrote;
		else
			error = sink_retry(sink, wrote < 0 ? errno : EIO);
	}
	*ret_done = done;
	return error;
}

static int sink_write_file(struct sink *sink, const char *data, size_t length,
			   size_t *ret_done)
{
	size_t portion = sink_portion(data, length, SINK_FILE_MAX);
	size_t done;
	int error = sink_write_all(sink, data, portion, &done);

	*ret_done = done;
	if (error) {
		*ret_done = sink_whole(data, done);
		if (done > *ret_done)
			sink_cut(sink, done - *ret_done);
	}
	return error;
}

/* What one write(2) takes. */
static int sink_write_piece(const struct sink *sink, const char *data,
			    size_t length, size_t *ret_done)
{
	ssize_t wrote = write(sink->fd, data, MIN(length, SINK_PIECE_MAX));

	*ret_done = wrote > 0 ? (size_t)wrote : 0;
	if (wrote > 0)
		return 0;
	return sink_retry(sink, wrote < 0 ? errno : EIO);
}

/* ---- frames ---- */

static int sink_begin_frame(struct sink *sink, const char *data, size_t length)
{
	const void *frame;
	int r;

	sink->framed = sink_portion(data, length,
				    sink->is_regular ? SINK_FRAME_MAX
						     : SINK_FRAME_MAX_PIPED);
	r = frame_writer_make(sink->frames, data, sink->framed, &frame,
			      &sink->frame_left);
	if (!r)
		sink->frame = frame;
	return r;
}

/* A file gets it in one write(2), lest another recorder's come in between. */
static int sink_write_frame(struct sink *sink, size_t *ret_wrote)
{
	int error;

	if (!sink->is_regular)
		return sink_write_piece(sink, sink->frame, sink->frame_left,
					ret_wrote);
	error = sink_write_all(sink, sink->frame, sink->frame_left, ret_wrote);
	if (error && *ret_wrote) {
		sink_cut(sink, *ret_wrote);
		*ret_wrote = 0;
	}
	return error;
}

static int sink_write_frames(struct sink *sink, const char *data, size_t length,
			     size_t *ret_done)
{
	size_t wrote = 0;
	int error = 0;

	*ret_done = 0;
	if (!sink->frame_left)
		error = sink_begin_frame(sink, data, length);
	if (error)
		return error;
	error = sink_write_frame(sink, &wrote);
	sink->frame += wrote;
	sink->frame_left -= wrote;
	sink->written += wrote;
	if (!sink->frame_left)
		*ret_done = sink->framed;
	return error;
}

void sink_finish(const struct sink *sink)
{
	if (sink->frames && sink->is_regular && sink->written)
		seek_table_append(sink->fd);
}

/* ---- */

int sink_write(struct sink *sink, const void *data, size_t length,
	       size_t *ret_done)
{
	int error;

	if (sink->frames)
		return sink_write_frames(sink, data, length, ret_done);
	error = sink->is_regular
		    ? sink_write_file(sink, data, length, ret_done)
		    : sink_write_piece(sink, data, length, ret_done);
	sink->written += *ret_done;
	return error;
}

void sink_done(struct sink *sink)
{
	frame_writer_close(sink->frames);
	sink->frames = NULL;
}
