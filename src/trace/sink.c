/*
 * The rules for writing to a trace's sink: records are never torn in a regular
 * file, and small pieces go to everything else, so that progress is seen while
 * a slow reader takes them. Starts no thread and keeps no queue.
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
#include "trace/sink.h"

#define SINK_FILE_MAX  ((size_t)4 << 20)
#define SINK_PIECE_MAX ((size_t)64 << 10)
#define SINK_WAIT_MS   1000

int sink_open(struct sink *ret, int fd)
{
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
	*ret = (struct sink){ .fd = fd,
			      .is_regular = S_ISREG(status.stx_mode) };
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
static size_t sink_portion(const char *data, size_t length)
{
	size_t whole;

	if (length <= SINK_FILE_MAX)
		return length;
	whole = sink_whole(data, SINK_FILE_MAX);
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
 * Cuts the last `excess` bytes off the file, which are half a record of ours.
 * Only if nothing came behind them: that would be somebody else's.
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

static int sink_write_file(struct sink *sink, const char *data, size_t length,
			   size_t *ret_done)
{
	size_t portion = sink_portion(data, length);
	size_t done = 0;
	ssize_t wrote;
	int error = 0;

	/* What follows a short write is the reason for it, or the rest. */
	while (done < portion && !error) {
		wrote = write(sink->fd, data + done, portion - done);
		if (wrote > 0)
			done += (size_t)wrote;
		else
			error = sink_retry(sink, wrote < 0 ? errno : EIO);
	}
	*ret_done = done;
	if (error) {
		*ret_done = sink_whole(data, done);
		if (done > *ret_done)
			sink_cut(sink, done - *ret_done);
	}
	return error;
}

int sink_write(struct sink *sink, const void *data, size_t length,
	       size_t *ret_done)
{
	ssize_t wrote;

	if (sink->is_regular)
		return sink_write_file(sink, data, length, ret_done);
	wrote = write(sink->fd, data, MIN(length, SINK_PIECE_MAX));
	*ret_done = wrote > 0 ? (size_t)wrote : 0;
	if (wrote > 0)
		return 0;
	return sink_retry(sink, wrote < 0 ? errno : EIO);
}
