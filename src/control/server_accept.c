/*
 * Who is let in. Must let nobody shut others out: not by numbers, and not by
 * leaving us without descriptors.
 */
#include "control/server_accept.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "control/connection.h"
#include "control/server_thread.h"

#define NS_PER_MS       UINT64_C(1000000)
#define SILENCE_NS      (5000 * NS_PER_MS)
#define ACCEPT_PAUSE_NS (100 * NS_PER_MS)

static bool is_stranger(const struct server *server, uid_t uid)
{
	return uid != 0 && uid != server->uid;
}

static bool is_shut_out(const struct server *server, uid_t uid)
{
	unsigned strangers = 0, same = 0;

	if (!is_stranger(server, uid))
		return false;
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		const struct connection *other = &server->connections[i];

		if (other->fd < 0)
			continue;
		strangers += is_stranger(server, other->peer.uid);
		same += other->peer.uid == uid;
	}
	return strangers >= SERVER_STRANGERS_MAX || same >= SERVER_PER_USER_MAX;
}

/* A place for one more of that user's, or NULL. */
static struct connection *find_place(struct server *server, uid_t uid)
{
	if (is_shut_out(server, uid))
		return NULL;
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		if (server->connections[i].fd < 0)
			return &server->connections[i];
	return NULL;
}

static void admit(struct server *server, int socket, uint64_t now)
{
	_cleanup_fd_ int fd = socket;
	_cleanup_fd_ int process = -1;
	struct connection *place = NULL;
	struct server_peer peer;
	int error = connection_peer(fd, &peer, &process);

	if (!error)
		place = find_place(server, peer.uid);
	if (!place) {
		connection_refuse(fd, error ? error : -EUSERS);
		return;
	}
	peer.connection = ++server->last_connection;
	pthread_mutex_lock(&server->lock);
	*place = (struct connection){ .fd = take_fd(&fd),
				      .process = take_fd(&process),
				      .peer = peer,
				      .state = CONNECTION_SILENT,
				      .deadline_ns = now + SILENCE_NS };
	pthread_mutex_unlock(&server->lock);
}

void server_accept(struct server *server, uint64_t now)
{
	int fd = accept4(server->listener, NULL, NULL,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);

	server->accept_at_ns = 0;
	if (fd >= 0)
		admit(server, fd, now);
	/* Out of descriptors or memory: who knocks keeps the listener readable,
	 * and we would spin. */
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		server->accept_at_ns = now + ACCEPT_PAUSE_NS;
}
