/*
 * Calls that wait for a descriptor: pipes, and whatever can be polled.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "calls.h"

static int open_full_pipe(struct ground *ground)
{
	char data[4096] = { 0 };

	if (calls_pipe(ground))
		return errno;
	fcntl(ground->fd[1], F_SETFL, O_NONBLOCK);
	while (write(ground->fd[1], data, sizeof(data)) > 0)
		;
	fcntl(ground->fd[1], F_SETFL, 0);
	return 0;
}

static int open_epoll(struct ground *ground)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (calls_pipe(ground))
		return errno;
	ground->other = epoll_create1(EPOLL_CLOEXEC);
	return epoll_ctl(ground->other, EPOLL_CTL_ADD, ground->fd[0], &event)
		   ? errno
		   : 0;
}

static int open_aio(struct ground *ground)
{
	struct iocb request = { .aio_lio_opcode = IOCB_CMD_POLL };
	struct iocb *requests[] = { &request };

	if (calls_pipe(ground))
		return errno;
	request.aio_fildes = (unsigned)ground->fd[0];
	request.aio_buf = POLLIN;
	if (syscall(SYS_io_setup, 1, &ground->aio) ||
	    syscall(SYS_io_submit, ground->aio, 1, requests) != 1)
		return errno;
	return 0;
}

static int open_eventfd(struct ground *ground)
{
	ground->fd[0] = eventfd(0, EFD_CLOEXEC);
	return ground->fd[0] < 0 ? errno : 0;
}

static int open_timerfd(struct ground *ground)
{
	struct itimerspec when = { .it_value = calls_short };

	ground->fd[0] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	return timerfd_settime(ground->fd[0], 0, &when, NULL) ? errno : 0;
}

static int open_signalfd(struct ground *ground)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	calls_block_signal(SIGTERM);
	ground->fd[0] = signalfd(-1, &set, SFD_CLOEXEC);
	return ground->fd[0] < 0 ? errno : 0;
}

static int open_inotify(struct ground *ground)
{
	ground->fd[0] = inotify_init1(IN_CLOEXEC);
	return inotify_add_watch(ground->fd[0], ".", IN_ATTRIB) < 0 ? errno : 0;
}

static long block_read(struct ground *ground)
{
	char data[4096];

	return read(ground->fd[0], data, sizeof(data)) > 0 ? 1 : -1;
}

static long block_write(struct ground *ground)
{
	return write(ground->fd[1], "x", 1);
}

static long block_poll(struct ground *ground)
{
	struct pollfd poll_fd = { .fd = ground->fd[0], .events = POLLIN };

	return poll(&poll_fd, 1, CALLS_LONG_S * 1000);
}

static long block_ppoll(struct ground *ground)
{
	struct pollfd poll_fd = { .fd = ground->fd[0], .events = POLLIN };
	sigset_t none;

	sigemptyset(&none);
	return ppoll(&poll_fd, 1, &calls_long, &none);
}

static long block_select(struct ground *ground)
{
	struct timeval timeout = { .tv_sec = CALLS_LONG_S };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ground->fd[0], &set);
	return select(ground->fd[0] + 1, &set, NULL, NULL, &timeout);
}

static long block_pselect(struct ground *ground)
{
	sigset_t none;
	fd_set set;

	sigemptyset(&none);
	FD_ZERO(&set);
	FD_SET(ground->fd[0], &set);
	return pselect(ground->fd[0] + 1, &set, NULL, NULL, &calls_long, &none);
}

static long block_epoll_wait(struct ground *ground)
{
	struct epoll_event event;

	return epoll_wait(ground->other, &event, 1, CALLS_LONG_S * 1000);
}

static long block_epoll_pwait(struct ground *ground)
{
	struct epoll_event event;
	sigset_t none;

	sigemptyset(&none);
	return epoll_pwait(ground->other, &event, 1, -1, &none);
}

static long block_epoll_pwait2(struct ground *ground)
{
	struct epoll_event event;

	return syscall(SYS_epoll_pwait2, ground->other, &event, 1, &calls_long,
		       NULL, 0);
}

static long block_io_getevents(struct ground *ground)
{
	struct io_event event;

	return syscall(SYS_io_getevents, ground->aio, 1, 1, &event,
		       &calls_long);
}

static long block_io_pgetevents(struct ground *ground)
{
	struct io_event event;

	return syscall(SYS_io_pgetevents, ground->aio, 1, 1, &event,
		       &calls_long, NULL);
}

/* The call ends by its own timeout: 0. */
static long block_poll_out(struct ground *ground)
{
	struct pollfd poll_fd = { .fd = ground->fd[0], .events = POLLIN };
	struct timespec begin;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	return calls_slept(&begin, poll(&poll_fd, 1, CALLS_SHORT_NS / 1000000));
}

static long block_epoll_out(struct ground *ground)
{
	struct epoll_event event;
	struct timespec begin;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	return calls_slept(&begin, epoll_wait(ground->other, &event, 1,
					      CALLS_SHORT_NS / 1000000));
}

static void release_full_pipe(struct ground *ground, pid_t pid, pid_t tid)
{
	char data[65536];

	(void)pid;
	(void)tid;
	if (read(ground->fd[0], data, sizeof(data)) <= 0)
		perror("release");
}

static void release_eventfd(struct ground *ground, pid_t pid, pid_t tid)
{
	(void)pid;
	(void)tid;
	if (eventfd_write(ground->fd[0], 1))
		perror("release");
}

static void release_inotify(struct ground *ground, pid_t pid, pid_t tid)
{
	(void)ground;
	(void)pid;
	(void)tid;
	if (utimensat(AT_FDCWD, ".", NULL, 0))
		perror("release");
}

const struct blocking calls_files[] = {
	{ "read", calls_pipe, block_read, calls_write },
	{ "write", open_full_pipe, block_write, release_full_pipe },
	{ "read eventfd", open_eventfd, block_read, release_eventfd },
	{ "read timerfd", open_timerfd, block_read, NULL },
	{ "read signalfd", open_signalfd, block_read, calls_terminate },
	{ "read inotify", open_inotify, block_read, release_inotify },
	{ "poll", calls_pipe, block_poll, calls_write },
	{ "poll, timed out", calls_pipe, block_poll_out, NULL },
	{ "ppoll", calls_pipe, block_ppoll, calls_write },
	{ "select", calls_pipe, block_select, calls_write },
	{ "pselect", calls_pipe, block_pselect, calls_write },
	{ "epoll_wait", open_epoll, block_epoll_wait, calls_write },
	{ "epoll_wait, timed out", open_epoll, block_epoll_out, NULL },
	{ "epoll_pwait", open_epoll, block_epoll_pwait, calls_write },
	{ "epoll_pwait2", open_epoll, block_epoll_pwait2, calls_write },
	{ "io_getevents", open_aio, block_io_getevents, calls_write },
	{ "io_pgetevents", open_aio, block_io_pgetevents, calls_write },
	{ NULL, NULL, NULL, NULL },
};
