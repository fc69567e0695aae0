/*
 * A client's end of a connection: finds the one socket that is the
 * supervisor's, asks, waits with patience. Must send nothing to anybody else,
 * and not wait longer than it says.
 */
#include "control/client.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/proc.h"
#include "control/channel.h"

#define NS_PER_MS UINT64_C(1000000)
#define RETRY_MS  10
#define SLICE_MS  50
#define FOREVER   UINT64_MAX

static uint64_t deadline_after(int timeout_ms)
{
	if (timeout_ms < 0)
		return FOREVER;
	return clock_ns(CLOCK_MONOTONIC) + (uint64_t)timeout_ms * NS_PER_MS;
}

/* For poll(2). */
static int milliseconds_until(uint64_t deadline)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (deadline == FOREVER)
		return -1;
	return deadline <= now ? 0 : (int)((deadline - now) / NS_PER_MS) + 1;
}

/*
 * Whether the listener could be that supervisor as far as its user is
 * concerned. Its pid alone does not say so: it is that of who listened, who may
 * be gone, and the pid somebody else's by now. Where /proc hides the supervisor
 * from us, it is root's.
 */
static bool is_its_user(pid_t supervisor, uid_t uid)
{
	struct proc_status status;

	if (proc_status(supervisor, &status) < 0)
		return uid == 0 || uid == geteuid();
	return uid == status.uid[1];
}

/* 0 when the supervisor itself is at the other end; -ESRCH. */
static int check_peer(int fd, pid_t supervisor)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	if (peer.pid != supervisor || !is_its_user(supervisor, peer.uid))
		return -ESRCH;
	return 0;
}

/* A connection by one of the names, or -errno. */
static int open_name(const struct sockaddr_un *address, socklen_t length,
		     pid_t supervisor)
{
	_cleanup_fd_ int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)address, length) < 0)
		return errno == ECONNREFUSED ? -ENOENT : -errno;
	error = check_peer(fd, supervisor);
	return error ? error : take_fd(&fd);
}

/* How much is said by an error: what may pass, then what went wrong, then that
 * somebody else is there. */
static int weight(int error)
{
	switch (error) {
	case -EAGAIN:
		return 3;
	case -ESRCH:
		return 1;
	case -ENOENT:
		return 0;
	default:
		return 2;
	}
}

/* A connection by any of the names; else the error that says most. */
static int open_any(pid_t supervisor)
{
	struct sockaddr_un address;
	unsigned attempt = 0;
	socklen_t length;
	int worst = -ENOENT;
	int fd;

	while ((length = wire_address(&address, supervisor, attempt++)) > 0) {
		fd = open_name(&address, length, supervisor);
		if (fd >= 0)
			return fd;
		if (weight(fd) > weight(worst))
			worst = fd;
	}
	return worst;
}

int client_open(pid_t supervisor)
{
	uint64_t deadline = deadline_after(CLIENT_PATIENCE_MS);
	int fd;

	/* SO_PEERCRED says 0 of everybody in another pid namespace. */
	if (supervisor <= 0)
		return -EINVAL;
	/* With too many in the queue of a socket, there is nothing to poll. */
	while ((fd = open_any(supervisor)) == -EAGAIN) {
		if (milliseconds_until(deadline) == 0)
			return -ETIMEDOUT;
		poll(NULL, 0, RETRY_MS);
	}
	return fd;
}

/* 0 when the connection is ready, -ETIMEDOUT, -errno. */
static int await(int connection, short events, uint64_t deadline)
{
	struct pollfd polled = { .fd = connection, .events = events };
	int count = poll(&polled, 1, milliseconds_until(deadline));

	if (count < 0)
		return -errno;
	return count ? 0 : -ETIMEDOUT;
}

/* In slices: while the machine stands still, or has no CPU for us, there is
 * none for whom we ask either, and but one slice of *left_ns passes. */
static int await_patiently(int connection, short events, uint64_t *left_ns)
{
	struct pollfd polled = { .fd = connection, .events = events };

	while (*left_ns > 0) {
		uint64_t begin = clock_ns(CLOCK_MONOTONIC);
		int count = poll(&polled, 1, SLICE_MS);
		uint64_t took = clock_ns(CLOCK_MONOTONIC) - begin;

		if (count > 0)
			return 0;
		if (count < 0 && errno != EINTR)
			return -errno;
		took = MIN(took, SLICE_MS * NS_PER_MS);
		*left_ns -= MIN(took, *left_ns);
	}
	return -ETIMEDOUT;
}

static int send_request(int connection, const struct wire_request *request,
			int fd, uint64_t *left_ns)
{
	char message[WIRE_MESSAGE_MAX];
	size_t length = wire_put_request(message, request);
	int error;

	while ((error = channel_send(connection, message, length, fd)) ==
	       -EAGAIN) {
		error = await_patiently(connection, POLLOUT, left_ns);
		if (error)
			return error;
	}
	/* Whoever closed may have said why before. */
	return error == -EPIPE || error == -ECONNRESET ? 0 : error;
}

/* What is there already, or -EAGAIN. */
static int receive(int connection, struct wire_answer *ret, int *ret_fd)
{
	char message[WIRE_MESSAGE_MAX];
	_cleanup_fd_ int fd = -1;
	ssize_t length;
	int error;

	length = channel_receive(connection, message, sizeof(message), &fd);
	/* Said once where something was left unread; then what came before. */
	if (length == -ECONNRESET)
		length = channel_receive(connection, message, sizeof(message),
					 &fd);
	if (length == 0)
		return -ECONNRESET;
	if (length < 0)
		return (int)length;
	error = wire_get_answer(ret, message, (size_t)length);
	if (!error)
		*ret_fd = take_fd(&fd);
	return error;
}

/* The next message that is an answer. */
static int receive_answer(int connection, struct wire_answer *ret, int *ret_fd,
			  bool *woken, uint64_t *left_ns)
{
	int error;

	for (;;) {
		_cleanup_fd_ int fd = -1;

		error = await_patiently(connection, POLLIN, left_ns);
		if (error)
			return error;
		error = receive(connection, ret, &fd);
		if (error == -EAGAIN)
			continue;
		if (error)
			return error;
		if (ret->kind == WIRE_ANSWER) {
			*ret_fd = take_fd(&fd);
			return 0;
		}
		*woken = true;
	}
}

int client_ask(int connection, const struct wire_request *request, int fd,
	       struct wire_answer *ret, int *ret_fd, bool *ret_woken)
{
	uint64_t left_ns = CLIENT_PATIENCE_MS * NS_PER_MS;
	_cleanup_fd_ int came = -1;
	struct wire_answer answer;
	bool woken = false;
	int error;

	error = send_request(connection, request, fd, &left_ns);
	if (error)
		return error;
	error = receive_answer(connection, &answer, &came, &woken, &left_ns);
	if (error)
		return error;
	*ret = answer;
	if (ret_fd)
		*ret_fd = take_fd(&came);
	if (ret_woken)
		*ret_woken = woken;
	return 0;
}

int client_listen(int connection, int timeout_ms, struct wire_answer *ret)
{
	uint64_t deadline = deadline_after(timeout_ms);
	_cleanup_fd_ int fd = -1;
	int error;

	do {
		error = await(connection, POLLIN, deadline);
		if (error)
			return error;
		error = receive(connection, ret, &fd);
	} while (error == -EAGAIN);
	return error;
}
