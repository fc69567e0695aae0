/*
 * How kdump-u waits. A regular file is watched with inotify, and looked at once
 * a second besides, for file systems that change without telling. Reads no
 * input itself.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/inotify.h>
#include <sys/stat.h>

#include "dump/follow.h"

#define FOLLOW_STEP_MS       1000 /* where inotify may miss a writer */
#define FOLLOW_STEP_BLIND_MS 100  /* where there is no inotify */

static int follow_watch(int fd)
{
	char path[32];
	int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (inotify < 0)
		return -1;
	/* The open file, whatever its name leads to by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (inotify_add_watch(inotify, path, IN_MODIFY) >= 0)
		return inotify;
	close(inotify);
	return -1;
}

int follow_open(struct follow *follow, int fd, bool grows)
{
	struct stat status;

	*follow = (struct follow){ .fd = fd, .inotify = -1 };
	if (fstat(fd, &status) < 0)
		return -errno;
	follow->is_regular = S_ISREG(status.st_mode);
	if (follow->is_regular && grows)
		follow->inotify = follow_watch(fd);
	return 0;
}

void follow_close(struct follow *follow)
{
	if (follow->inotify >= 0)
		close(follow->inotify);
	follow->inotify = -1;
}

bool follow_is_ready(const struct follow *follow)
{
	struct pollfd wait = { .fd = follow->fd, .events = POLLIN };

	return follow->is_regular || poll(&wait, 1, 0) != 0;
}

bool follow_is_ready_within(const struct follow *follow, int ms)
{
	struct pollfd wait = { .fd = follow->fd, .events = POLLIN };

	if (follow->is_regular)
		wait.fd = follow->inotify;
	return poll(&wait, 1, ms) != 0;
}

static void follow_drain(int inotify)
{
	char events[4096];
	ssize_t got;

	do
		got = read(inotify, events, sizeof(events));
	while (got > 0);
}

int follow_wait(struct follow *follow)
{
	struct pollfd wait = { .fd = follow->fd, .events = POLLIN };
	int step = -1;

	if (follow->is_regular) {
		wait.fd = follow->inotify;
		step = follow->inotify < 0 ? FOLLOW_STEP_BLIND_MS
					   : FOLLOW_STEP_MS;
	}
	if (poll(&wait, 1, step) < 0 && errno != EINTR)
		return -errno;
	if (follow->inotify >= 0)
		follow_drain(follow->inotify);
	return 0;
}
