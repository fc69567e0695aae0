/*
 * Messages. Must not end us where nobody listens.
 */
#include "ktrace/report.h"

#include <errno.h>
#include <sys/socket.h>

static int tell(int fd, int value)
{
	return send(fd, &value, sizeof(value), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int await_answer(int fd)
{
	char answer;
	ssize_t n;

	do
		n = recv(fd, &answer, sizeof(answer), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n > 0 ? 0 : -ECHILD;
}

int report_supervisor(int fd, pid_t supervisor)
{
	int r;

	if (fd < 0)
		return 0;
	r = tell(fd, supervisor);
	return r ? r : await_answer(fd);
}

void report_outcome(int fd, int outcome)
{
	if (fd >= 0)
		tell(fd, outcome);
}
