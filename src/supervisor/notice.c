/*
 * Messages to people. Must hold no descriptor of the command: its readers wait
 * for the last writer to go.
 */
#include "supervisor/notice.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"

#define LINE_MAX_BYTES 512

static void notice_name(const struct notice *notice, char *name, size_t size)
{
	snprintf(name, size, "/proc/%d/fd/%d", notice->command, STDERR_FILENO);
}

static bool is_place_to_speak(const struct stat *status)
{
	return S_ISCHR(status->st_mode) || S_ISFIFO(status->st_mode);
}

void notice_open(struct notice *notice, pid_t command)
{
	char name[64];
	struct stat status;

	*notice = (struct notice){ .command = command };
	notice_name(notice, name, sizeof(name));
	if (stat(name, &status) < 0 || !is_place_to_speak(&status))
		return;
	notice->has_target = true;
	notice->device = status.st_dev;
	notice->inode = status.st_ino;
}

static bool is_target(const struct notice *notice, int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_dev == notice->device &&
	       status.st_ino == notice->inode;
}

/* The command's standard error, opened anew, so that it cannot block. */
static int reopen_target(const struct notice *notice)
{
	char name[64];

	notice_name(notice, name, sizeof(name));
	return open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* The same, shared: who started us may be somebody else, and own the pipe. */
static int share_target(const struct notice *notice)
{
	_cleanup_fd_ int pidfd = (int)syscall(SYS_pidfd_open, notice->command,
					      0);

	return pidfd < 0
		   ? -1
		   : (int)syscall(SYS_pidfd_getfd, pidfd, STDERR_FILENO, 0);
}

/* One try: who does not read it now will find it in the trace. RWF_NOWAIT is
 * not for every file and kernel, and then there was room a moment ago. */
static void write_now(int fd, char *text, size_t length)
{
	struct iovec piece = { text, length };
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
		return;
	if (pwritev2(fd, &piece, 1, -1, RWF_NOWAIT) < 0 &&
	    (errno == EOPNOTSUPP || errno == ENOSYS))
		(void)!write(fd, text, length);
}

static void say_to_target(const struct notice *notice, const char *line)
{
	_cleanup_fd_ int fd = reopen_target(notice);
	char text[LINE_MAX_BYTES];
	int length;

	if (fd < 0)
		fd = share_target(notice);
	if (fd < 0 || !is_target(notice, fd))
		return;
	length = snprintf(text, sizeof(text), "ktrace-u: %s\n", line);
	write_now(fd, text, (size_t)MIN(length, (int)sizeof(text) - 1));
}

void notice_say(const struct notice *notice, const char *line)
{
	if (notice->has_target)
		say_to_target(notice, line);
	syslog(LOG_NOTICE | LOG_USER, "%s", line);
}
