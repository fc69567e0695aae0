/*
 * Whole reads and writes: the loops around read(2) and write(2) that nobody
 * should write twice. Knows nothing of what the bytes mean.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"

/* 0 when the call that just failed is worth another try; else -errno. */
static int fd_retry(int fd, short events)
{
	struct pollfd wait = { .fd = fd, .events = events };

	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return -errno;
	if (poll(&wait, 1, -1) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

int fd_status(int fd, struct statx *ret)
{
	return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
		     STATX_TYPE | STATX_INO, ret) < 0
		   ? -errno
		   : 0;
}

bool fd_may_replace(const char *path)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return errno == ENOENT;
	return S_ISREG(status.st_mode) ||
	       (S_ISLNK(status.st_mode) &&
		(stat(path, &status) < 0 || S_ISREG(status.st_mode)));
}

int fd_write_all(int fd, const void *data, size_t length)
{
	const char *at = data;
	ssize_t wrote;
	int error;

	while (length > 0) {
		wrote = write(fd, at, length);
		if (wrote < 0) {
			error = fd_retry(fd, POLLOUT);
			if (error)
				return error;
			continue;
		}
		/* A device that takes nothing would hold us for ever. */
		if (wrote == 0)
			return -EIO;
		at += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

ssize_t fd_read_full(int fd, void *data, size_t length)
{
	size_t got = 0;
	ssize_t some;
	int error;

	while (got < length) {
		some = read(fd, (char *)data + got, length - got);
		if (some == 0)
			break;
		if (some > 0) {
			got += (size_t)some;
			continue;
		}
		error = fd_retry(fd, POLLIN);
		if (error)
			return error;
	}
	return (ssize_t)got;
}

ssize_t fd_read_file(int dirfd, const char *path, char *data, size_t size)
{
	_cleanup_fd_ int fd = -1;
	ssize_t length, more;
	char beyond;

	if (size == 0)
		return -EINVAL;
	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	length = fd_read_full(fd, data, size - 1);
	if (length < 0)
		return length;
	data[length] = 0;
	if ((size_t)length < size - 1)
		return length;
	more = fd_read_full(fd, &beyond, 1);
	if (more < 0)
		return more;
	return more > 0 ? -EFBIG : length;
}
