/*
 * What the kernel says of a peer, and messages checked before they are
 * believed. Must neither wait for a client nor decide anything about it.
 */
#include "control/connection.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "control/channel.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

/* The groups of somebody who has more than we keep. */
static int many_groups(int socket, struct server_peer *peer)
{
	socklen_t size = NGROUPS_MAX * sizeof(gid_t);
	_cleanup_free_ gid_t *groups = malloc(size);

	if (!groups)
		return -ENOMEM;
	if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
		return -errno;
	memcpy(peer->groups, groups, MIN(sizeof(peer->groups), (size_t)size));
	peer->group_count = MIN((unsigned)(size / sizeof(gid_t)),
				(unsigned)SERVER_GROUPS_MAX);
	return 0;
}

static int peer_groups(int socket, struct server_peer *peer)
{
	socklen_t size = sizeof(peer->groups);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &size) <
	    0)
		return errno == ERANGE ? many_groups(socket, peer) : -errno;
	peer->group_count = size / sizeof(gid_t);
	return 0;
}

static int peer_credentials(int socket, struct server_peer *peer)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) <
	    0)
		return -errno;
	peer->pid = credentials.pid;
	peer->uid = credentials.uid;
	peer->gid = credentials.gid;
	return 0;
}

/* From Linux 6.5 on, of the process that connected; before, of whoever has its
 * pid a moment later. */
static int peer_process(int socket, pid_t pid, int *ret)
{
	socklen_t size = sizeof(*ret);
	int process;

	if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, ret, &size) == 0)
		return 0;
	if (errno != ENOPROTOOPT)
		return -errno;
	process = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process < 0)
		return -errno;
	*ret = process;
	return 0;
}

int connection_peer(int socket, struct server_peer *ret, int *ret_process)
{
	int error = peer_credentials(socket, ret);

	if (!error)
		error = peer_groups(socket, ret);
	*ret_process = -1;
	if (!error && ret->pid > 0)
		error = peer_process(socket, ret->pid, ret_process);
	return error;
}

static bool takes_descriptor(enum wire_operation operation)
{
	return operation == WIRE_SET || operation == WIRE_CLEAR_FILE ||
	       operation == WIRE_SNAPSHOT;
}

int connection_read(int socket, struct wire_request *ret, int *ret_fd)
{
	char message[WIRE_MESSAGE_MAX];
	ssize_t length = channel_receive(socket, message, sizeof(message),
					 ret_fd);
	int error;

	if (length < 0)
		return (int)length;
	error = wire_get_request(ret, message, (size_t)length);
	if (error)
		return error;
	return *ret_fd < 0 || takes_descriptor(ret->operation) ? 0 : -EBADMSG;
}

int connection_send(int socket, const struct wire_answer *answer, int fd)
{
	char message[WIRE_MESSAGE_MAX];
	size_t length = wire_put_answer(message, answer);

	return channel_send(socket, message, length, fd);
}

void connection_refuse(int socket, int error)
{
	const struct wire_answer answer = { .kind = WIRE_ANSWER,
					    .error = error };

	connection_send(socket, &answer, -1);
}
