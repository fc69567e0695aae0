/*
 * The C functions ktrace() and fktrace(): the order of their errors is the
 * kernels'. Must leave errno alone when they work, and the caller's descriptor
 * always.
 */
#include <ktrace-u/ktrace.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "lib/change.h"
#include "lib/export.h"

/* As the kernel does it: it must be there, and be no link. Non-blocking, lest
 * it be a FIFO; on a regular file it means nothing. */
static int open_trace(const char *path)
{
	_cleanup_fd_ int fd = -1;
	struct stat status;

	if (!path)
		return -EFAULT;
	do
		fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK |
				    O_NOCTTY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	return S_ISREG(status.st_mode) ? take_fd(&fd) : -EACCES;
}

static int check_fd(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	return flags & O_PATH || (flags & O_ACCMODE) == O_RDONLY ? -EBADF : 0;
}

static int do_change(const struct change *change, int ops, int fd)
{
	switch (KTROP(ops)) {
	case KTROP_SET:
		return change_set(change, fd);
	case KTROP_CLEAR:
		return change_clear(change);
	default:
		return change_clear_file(fd);
	}
}

static int change_by_path(const char *path, int ops, int facilities, pid_t pid)
{
	_cleanup_fd_ int fd = -1;
	struct change change;
	int r = change_make(&change, ops, facilities, pid);

	if (!r && KTROP(ops) != KTROP_CLEAR)
		r = fd = open_trace(path);
	return r < 0 ? r : do_change(&change, ops, fd);
}

static int change_by_fd(int fd, int ops, int facilities, pid_t pid)
{
	struct change change;
	int r = check_fd(fd);

	if (!r)
		r = change_make(&change, ops, facilities, pid);
	return r < 0 ? r : do_change(&change, ops, fd);
}

/* A thread that is cancelled in here would leave descriptors behind. */
static int begin(void)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	return state;
}

static int end(int state, int before, int r)
{
	pthread_setcancelstate(state, NULL);
	errno = r < 0 ? -r : before;
	return r < 0 ? -1 : 0;
}

EXPORT int ktrace(const char *path, int ops, int trpoints, pid_t pid)
{
	int before = errno;
	int state = begin();

	return end(state, before, change_by_path(path, ops, trpoints, pid));
}

EXPORT int fktrace(int fd, int ops, int trpoints, pid_t pid)
{
	int before = errno;
	int state = begin();

	return end(state, before, change_by_fd(fd, ops, trpoints, pid));
}
