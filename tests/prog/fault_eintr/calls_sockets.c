/*
 * Calls on sockets that have a timeout.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "calls.h"

static int open_sockets(struct ground *ground)
{
	struct timeval timeout = { .tv_sec = CALLS_LONG_S };

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ground->fd))
		return errno;
	if (setsockopt(ground->fd[0], SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) ||
	    setsockopt(ground->fd[0], SOL_SOCKET, SO_SNDTIMEO, &timeout,
		       sizeof(timeout)))
		return errno;
	return 0;
}

static int open_full_sockets(struct ground *ground)
{
	char data[4096] = { 0 };
	int r = open_sockets(ground);

	while (!r && send(ground->fd[0], data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	return r;
}

/* Listens under a name that the kernel chooses. */
static int open_listener(struct ground *ground)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval timeout = { .tv_sec = CALLS_LONG_S };

	ground->fd[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(ground->fd[0], (struct sockaddr *)&name,
		 sizeof(sa_family_t)) ||
	    listen(ground->fd[0], 0) ||
	    setsockopt(ground->fd[0], SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)))
		return errno;
	return 0;
}

static int connect_to_listener(struct ground *ground, int fd)
{
	struct sockaddr_un name;
	socklen_t length = sizeof(name);

	getsockname(ground->fd[0], (struct sockaddr *)&name, &length);
	return connect(fd, (struct sockaddr *)&name, length);
}

/* A listener whose queue is full, and a socket that has not connected yet. */
static int open_full_listener(struct ground *ground)
{
	struct timeval timeout = { .tv_sec = CALLS_LONG_S };
	int r = open_listener(ground);

	if (r)
		return r;
	ground->other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ground->fd[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (setsockopt(ground->fd[1], SOL_SOCKET, SO_SNDTIMEO, &timeout,
		       sizeof(timeout)) ||
	    connect_to_listener(ground, ground->other))
		return errno;
	return 0;
}

static long block_recv(struct ground *ground)
{
	char data;

	return recv(ground->fd[0], &data, 1, 0);
}

static long block_recvmsg(struct ground *ground)
{
	char data;
	struct iovec piece = { &data, 1 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

	return recvmsg(ground->fd[0], &message, 0);
}

static long block_send(struct ground *ground)
{
	return send(ground->fd[0], "x", 1, 0);
}

static long block_accept(struct ground *ground)
{
	int fd = accept(ground->fd[0], NULL, NULL);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static long block_connect(struct ground *ground)
{
	return connect_to_listener(ground, ground->fd[1]);
}

static void release_full_socket(struct ground *ground, pid_t pid, pid_t tid)
{
	char data[65536];

	(void)pid;
	(void)tid;
	while (recv(ground->fd[1], data, sizeof(data), MSG_DONTWAIT) > 0)
		;
}

static void release_accept(struct ground *ground, pid_t pid, pid_t tid)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)pid;
	(void)tid;
	if (connect_to_listener(ground, fd))
		perror("release");
	close(fd);
}

static void release_connect(struct ground *ground, pid_t pid, pid_t tid)
{
	int fd = accept(ground->fd[0], NULL, NULL);

	(void)pid;
	(void)tid;
	if (fd < 0)
		perror("release");
	close(fd);
}

const struct blocking calls_sockets[] = {
	{ "recv", open_sockets, block_recv, calls_write },
	{ "recvmsg", open_sockets, block_recvmsg, calls_write },
	{ "send", open_full_sockets, block_send, release_full_socket },
	{ "accept", open_listener, block_accept, release_accept },
	{ "connect", open_full_listener, block_connect, release_connect },
	{ NULL, NULL, NULL, NULL },
};
