/*
 * sendmsg(2) and recvmsg(2) with SCM_RIGHTS. Must not know what a message
 * means, nor keep a descriptor that nobody asked for.
 */
#include "control/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/cleanup.h"

/* CMSG_SPACE() would be room for two descriptors. */
union control {
	struct cmsghdr header;
	char room[CMSG_LEN(sizeof(int))];
};

int channel_send(int socket, const void *message, size_t length, int fd)
{
	struct iovec data = { .iov_base = (void *)message, .iov_len = length };
	struct msghdr header = { .msg_iov = &data, .msg_iovlen = 1 };
	union control control = {
		.header = { .cmsg_len = CMSG_LEN(sizeof(int)),
			    .cmsg_level = SOL_SOCKET,
			    .cmsg_type = SCM_RIGHTS },
	};
	ssize_t sent;

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		header.msg_control = &control;
		header.msg_controllen = CMSG_LEN(sizeof(int));
	}
	do
		sent = sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* The descriptor that came along, or -1. */
static int descriptor(struct msghdr *header)
{
	struct cmsghdr *found = CMSG_FIRSTHDR(header);
	int fd = -1;

	if (found && found->cmsg_level == SOL_SOCKET &&
	    found->cmsg_type == SCM_RIGHTS &&
	    found->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(found), sizeof(fd));
	return fd;
}

ssize_t channel_receive(int socket, void *message, size_t size, int *ret_fd)
{
	struct iovec data = { .iov_base = message, .iov_len = size };
	union control control;
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int)),
	};
	_cleanup_fd_ int fd = -1;
	ssize_t length;

	do
		length = recvmsg(socket, &header,
				 MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return -errno;
	fd = descriptor(&header);
	if (header.msg_flags & MSG_TRUNC)
		return -EBADMSG;
	if (header.msg_flags & MSG_CTRUNC)
		return fd < 0 ? -EMFILE : -EBADMSG;
	*ret_fd = take_fd(&fd);
	return length;
}
