/*
 * The recording thread's side of a server: opens and ends it, takes requests,
 * answers. Must not wait for a client, nor close anything of a client's.
 */
#include "control/server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "base/cleanup.h"
#include "control/connection.h"
#include "control/server_thread.h"

#define BACKLOG          128
#define CLOSE_PATIENCE_S 1

/* Under the first name that nobody holds. */
static int bind_name(int fd, pid_t pid)
{
	struct sockaddr_un address;
	unsigned attempt = 0;
	socklen_t length;

	while ((length = wire_address(&address, pid, attempt++)) > 0) {
		if (bind(fd, (struct sockaddr *)&address, length) == 0)
			return 0;
		if (errno != EADDRINUSE)
			return -errno;
	}
	return -EADDRINUSE;
}

/* The socket, or -errno. */
static int open_listener(pid_t pid)
{
	_cleanup_fd_ int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -errno;
	error = bind_name(fd, pid);
	if (error)
		return error;
	/* Clients see who we are now, not who accepts. */
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	return take_fd(&fd);
}

/* 0 or -errno; then nothing has to be closed. */
static int open_descriptors(struct server *server)
{
	server->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (server->kick < 0)
		return -errno;
	server->listener = open_listener(server->config.pid);
	if (server->listener < 0) {
		close(server->kick);
		return server->listener;
	}
	return 0;
}

int server_open(struct server **ret, const struct server_config *config)
{
	_cleanup_free_ struct server *server = calloc(1, sizeof(*server));
	int error;

	if (!server)
		return -ENOMEM;
	server->config = *config;
	server->uid = geteuid();
	server->request.fd = -1;
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		server->connections[i].fd = server->connections[i].process = -1;
	error = open_descriptors(server);
	if (error)
		return error;
	pthread_mutex_init(&server->lock, NULL);
	error = server_thread_start(server);
	if (error)
		goto close_descriptors;
	*ret = take_pointer(server);
	return 0;

close_descriptors:
	pthread_mutex_destroy(&server->lock);
	close(server->listener);
	close(server->kick);
	return error;
}

void server_close(struct server *server)
{
	struct timespec until;

	if (!server)
		return;
	pthread_mutex_lock(&server->lock);
	server->is_closing = true;
	pthread_mutex_unlock(&server->lock);
	server_thread_kick(server);
	/* A thread that hangs in close(2) frees all when it comes out. */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CLOSE_PATIENCE_S;
	if (pthread_timedjoin_np(server->thread, NULL, &until) != 0)
		pthread_detach(server->thread);
	server_thread_leave(server);
}

bool server_take(struct server *server, struct server_request *ret)
{
	bool is_taken;

	if (!atomic_load(&server->is_ready))
		return false;
	pthread_mutex_lock(&server->lock);
	is_taken = server->slot == SLOT_READY;
	if (is_taken) {
		*ret = server->request;
		server->request.fd = -1;
		server->slot = SLOT_TAKEN;
		atomic_store(&server->is_ready, false);
	}
	pthread_mutex_unlock(&server->lock);
	return is_taken;
}

bool server_has_lost(struct server *server)
{
	return atomic_load(&server->has_lost) &&
	       atomic_exchange(&server->has_lost, false);
}

void server_discard(struct server *server, int fd)
{
	_cleanup_fd_ int rest = fd;

	pthread_mutex_lock(&server->lock);
	if (server->discard_count < SERVER_DISCARDS_MAX)
		server->discards[server->discard_count++] = take_fd(&rest);
	pthread_mutex_unlock(&server->lock);
	server_thread_kick(server);
}

/* The living connection of that number, or NULL. */
static struct connection *find(struct server *server, uint64_t number)
{
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		struct connection *connection = &server->connections[i];

		if (connection->fd >= 0 && !connection->is_doomed &&
		    connection->peer.connection == number)
			return connection;
	}
	return NULL;
}

/* Who does not take a message when it comes does not get another one. */
static bool send_or_doom(struct connection *connection,
			 const struct wire_answer *answer, int fd)
{
	if (connection_send(connection->fd, answer, fd) < 0)
		connection->is_doomed = true;
	return !connection->is_doomed;
}

static bool answer_to(struct connection *connection,
		      const struct wire_answer *answer, int fd, bool keep)
{
	bool is_sent;

	connection->is_kept = keep;
	connection->state = CONNECTION_SILENT;
	is_sent = send_or_doom(connection, answer, fd);
	connection->is_doomed |= !keep;
	return is_sent;
}

bool server_answer(struct server *server, const struct wire_answer *answer,
		   int fd, bool keep)
{
	struct connection *connection = NULL;
	bool is_sent = false;

	pthread_mutex_lock(&server->lock);
	if (server->slot == SLOT_TAKEN) {
		server->slot = SLOT_EMPTY;
		connection = find(server, server->request.peer.connection);
		if (connection)
			is_sent = answer_to(connection, answer, fd, keep);
		else if (keep)
			server_thread_note_loss(server);
	}
	pthread_mutex_unlock(&server->lock);
	server_thread_kick(server);
	return is_sent;
}

/* Asked of the kernel: what was read of the peer's pid in /proc before was its
 * own if it has not. */
static bool has_ended(int process)
{
	struct pollfd polled = { .fd = process, .events = POLLIN };

	return process >= 0 && poll(&polled, 1, 0) > 0;
}

bool server_is_connected(struct server *server, uint64_t connection)
{
	const struct connection *found;
	bool is_connected;

	pthread_mutex_lock(&server->lock);
	found = find(server, connection);
	is_connected = found && !has_ended(found->process);
	pthread_mutex_unlock(&server->lock);
	return is_connected;
}

bool server_tell(struct server *server, uint64_t connection,
		 const struct wire_answer *answer)
{
	struct connection *found;
	bool is_told;

	pthread_mutex_lock(&server->lock);
	found = find(server, connection);
	is_told = found && found->is_kept && send_or_doom(found, answer, -1);
	pthread_mutex_unlock(&server->lock);
	if (found && !is_told)
		server_thread_kick(server);
	return is_told;
}

unsigned server_kept(struct server *server)
{
	unsigned count = 0;

	pthread_mutex_lock(&server->lock);
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		const struct connection *connection = &server->connections[i];

		count += connection->fd >= 0 && connection->is_kept &&
			 !connection->is_doomed;
	}
	pthread_mutex_unlock(&server->lock);
	return count;
}
