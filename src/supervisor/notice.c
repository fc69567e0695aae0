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
#include <syslog.h>
#include <unistd.h>

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

/* The command's standard error, opened anew; -1 if it is no longer what it was.
 */
static int open_target(const struct notice *notice)
{
	_cleanup_fd_ int fd = -1;
	char name[64];
	struct stat status;

	notice_name(notice, name, sizeof(name));
	fd = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -1;
	if (status.st_dev != notice->device || status.st_ino != notice->inode)
		return -1;
	return take_fd(&fd);
}

static void say_to_target(const struct notice *notice, const char *line)
{
	_cleanup_fd_ int fd = open_target(notice);
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	char text[LINE_MAX_BYTES];
	int length;

	if (fd < 0 || poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
		return;
	length = snprintf(text, sizeof(text), "ktrace-u: %s\n", line);
	if (length >= (int)sizeof(text))
		length = sizeof(text) - 1;
	/* One try: who does not read it now will find it in the trace. */
	if (write(fd, text, (size_t)length) < 0)
		return;
}

void notice_say(const struct notice *notice, const char *line)
{
	if (notice->has_target)
		say_to_target(notice, line);
	syslog(LOG_NOTICE | LOG_USER, "%s", line);
}
