/*
 * The server's thread: reads, refuses, closes. Must not hold the lock while it
 * does so: what closing a client's descriptor costs is up to the client.
 */
#include "control/server_thread.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/thread.h"
#include "control/connection.h"
#include "control/server_accept.h"

#define SERVER_THREAD_STACK ((size_t)128 << 10)
#define NS_PER_MS           UINT64_C(1000000)
#define WAKE_NS             (20 * NS_PER_MS)
#define NEVER               UINT64_MAX

/* Places in what is polled. A connection has two, by its place in the server.
 */
enum { POLL_KICK, POLL_LISTENER, POLL_CONNECTIONS };

#define POLL_SOCKET(i)  (POLL_CONNECTIONS + 2 * (i))
#define POLL_PROCESS(i) (POLL_SOCKET(i) + 1)

struct polled {
	struct pollfd fds[POLL_SOCKET(SERVER_CONNECTIONS_MAX)];
	nfds_t count; /* poll(2) wants no more than RLIMIT_NOFILE */
};

static bool is_closing(struct server *server)
{
	bool closing;

	pthread_mutex_lock(&server->lock);
	closing = server->is_closing;
	pthread_mutex_unlock(&server->lock);
	return closing;
}

/* Closes what the recording thread did not want to close itself. */
static void close_discards(struct server *server)
{
	int fds[SERVER_DISCARDS_MAX];
	unsigned count;

	pthread_mutex_lock(&server->lock);
	count = server->discard_count;
	memcpy(fds, server->discards, count * sizeof(fds[0]));
	server->discard_count = 0;
	pthread_mutex_unlock(&server->lock);
	while (count > 0)
		close(fds[--count]);
}

/* A request that nobody took is worth nothing without who asked. Its
 * descriptor. */
static int withdraw(struct server *server, const struct connection *connection)
{
	if (server->slot != SLOT_READY ||
	    server->request.peer.connection != connection->peer.connection)
		return -1;
	server->slot = SLOT_EMPTY;
	atomic_store(&server->is_ready, false);
	return take_fd(&server->request.fd);
}

static bool is_overdue(const struct connection *connection, uint64_t now)
{
	if (connection->fd < 0)
		return false;
	return connection->is_doomed ||
	       (connection->state == CONNECTION_SILENT &&
		!connection->is_kept && now >= connection->deadline_ns);
}

static void drop_if_overdue(struct server *server,
			    struct connection *connection, uint64_t now)
{
	int request_fd = -1;
	int process = -1;
	int fd = -1;

	pthread_mutex_lock(&server->lock);
	if (is_overdue(connection, now)) {
		request_fd = withdraw(server, connection);
		process = take_fd(&connection->process);
		fd = take_fd(&connection->fd);
		if (connection->is_kept)
			server_thread_note_loss(server);
	}
	pthread_mutex_unlock(&server->lock);
	cleanup_fd(&process);
	cleanup_fd(&fd);
	cleanup_fd(&request_fd);
}

static void drop_overdue(struct server *server, uint64_t now)
{
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		drop_if_overdue(server, &server->connections[i], now);
}

/* Who is to be read next, in turn; NULL while the slot is in use. */
static struct connection *next_to_read(struct server *server)
{
	struct connection *found = NULL;

	pthread_mutex_lock(&server->lock);
	for (unsigned i = 0;
	     server->slot == SLOT_EMPTY && !found && i < SERVER_CONNECTIONS_MAX;
	     i++) {
		struct connection *connection =
		    &server
			 ->connections[server->turn++ % SERVER_CONNECTIONS_MAX];

		if (connection->fd >= 0 && !connection->is_doomed &&
		    connection->state == CONNECTION_WAITING)
			found = connection;
	}
	pthread_mutex_unlock(&server->lock);
	return found;
}

static void offer(struct server *server, struct connection *connection,
		  const struct wire_request *wire, int *fd)
{
	connection->state = CONNECTION_SERVED;
	server->request.peer = connection->peer;
	server->request.wire = *wire;
	server->request.fd = take_fd(fd);
	server->slot = SLOT_READY;
	server->wake_at_ns = 0;
	atomic_store(&server->is_ready, true);
}

static void read_one(struct server *server, struct connection *connection)
{
	_cleanup_fd_ int fd = -1;
	struct wire_request wire;
	int error = connection_read(connection->fd, &wire, &fd);

	if (error && error != -EAGAIN)
		connection_refuse(connection->fd, error);
	pthread_mutex_lock(&server->lock);
	if (error == -EAGAIN)
		connection->state = CONNECTION_SILENT;
	else if (error)
		connection->is_doomed = true;
	else
		offer(server, connection, &wire, &fd);
	pthread_mutex_unlock(&server->lock);
}

static void fill_slot(struct server *server)
{
	struct connection *connection;

	while ((connection = next_to_read(server)))
		read_one(server, connection);
}

/* Under the lock: whoever closes the server is never woken behind that. */
static void wake(struct server *server, uint64_t now)
{
	pthread_mutex_lock(&server->lock);
	if ((server->slot == SLOT_READY || atomic_load(&server->has_lost)) &&
	    !server->is_closing && now >= server->wake_at_ns) {
		server->wake_at_ns = now + WAKE_NS;
		server->config.wake(server->config.context);
	}
	pthread_mutex_unlock(&server->lock);
}

/* What to poll of a connection, and until when at most. While its message waits
 * to be read, only for its end. */
static struct pollfd poll_connection(const struct connection *connection,
				     uint64_t *due)
{
	struct pollfd polled = { .fd = connection->fd };

	if (connection->fd < 0)
		return polled;
	if (connection->is_doomed)
		*due = 0;
	if (connection->state != CONNECTION_SILENT)
		return polled;
	polled.events = POLLIN;
	if (!connection->is_kept)
		*due = MIN(*due, connection->deadline_ns);
	return polled;
}

static void prepare_connections(struct server *server, struct polled *polled,
				uint64_t *due)
{
	polled->count = POLL_CONNECTIONS;
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		const struct connection *connection = &server->connections[i];

		polled->fds[POLL_SOCKET(i)] = poll_connection(connection, due);
		polled->fds[POLL_PROCESS(i)] = (struct pollfd){
			.fd = connection->process, .events = POLLIN
		};
		if (connection->fd >= 0)
			polled->count = POLL_SOCKET(i + 1);
	}
}

/* Fills in what is to be polled; until when. */
static uint64_t prepare(struct server *server, struct polled *polled)
{
	bool is_paused = server->accept_at_ns != 0;
	uint64_t due = is_paused ? server->accept_at_ns : NEVER;

	polled->fds[POLL_KICK] = (struct pollfd){ .fd = server->kick,
						  .events = POLLIN };
	polled->fds[POLL_LISTENER] = (struct pollfd){
		.fd = is_paused ? -1 : server->listener, .events = POLLIN
	};
	pthread_mutex_lock(&server->lock);
	prepare_connections(server, polled, &due);
	if (server->slot == SLOT_READY || atomic_load(&server->has_lost))
		due = MIN(due, server->wake_at_ns);
	pthread_mutex_unlock(&server->lock);
	return due;
}

static int milliseconds_until(uint64_t due, uint64_t now)
{
	if (due == NEVER)
		return -1;
	return due <= now ? 0 : (int)((due - now) / NS_PER_MS) + 1;
}

/* Takes note of what poll(2) saw. */
static void note(struct server *server, const struct polled *polled)
{
	pthread_mutex_lock(&server->lock);
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		struct connection *connection = &server->connections[i];
		short seen = polled->fds[POLL_SOCKET(i)].revents;

		if (seen & (POLLHUP | POLLERR | POLLNVAL) ||
		    polled->fds[POLL_PROCESS(i)].revents)
			connection->is_doomed = true;
		else if ((seen & POLLIN) &&
			 connection->state == CONNECTION_SILENT)
			connection->state = CONNECTION_WAITING;
	}
	pthread_mutex_unlock(&server->lock);
}

static void await(struct server *server, struct polled *polled)
{
	uint64_t due = prepare(server, polled);
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	eventfd_t kicks;

	if (poll(polled->fds, polled->count, milliseconds_until(due, now)) < 0)
		poll(NULL, 0, 1); /* out of memory: no reason to spin */
	if (polled->fds[POLL_KICK].revents)
		eventfd_read(server->kick, &kicks);
	note(server, polled);
}

static bool is_somebody_at_the_door(const struct server *server,
				    const struct polled *polled, uint64_t now)
{
	if (server->accept_at_ns)
		return now >= server->accept_at_ns;
	return polled->fds[POLL_LISTENER].revents != 0;
}

static void run(struct server *server)
{
	struct polled polled = { 0 };
	uint64_t now;

	while (!is_closing(server)) {
		now = clock_ns(CLOCK_MONOTONIC);
		close_discards(server);
		drop_overdue(server, now);
		if (is_somebody_at_the_door(server, &polled, now))
			server_accept(server, now);
		fill_slot(server);
		wake(server, now);
		await(server, &polled);
	}
}

static void close_all(struct server *server)
{
	pthread_mutex_lock(&server->lock);
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		server->connections[i].is_doomed = true;
	pthread_mutex_unlock(&server->lock);
	drop_overdue(server, 0);
	close_discards(server);
	/* A child of ours may have it too. */
	shutdown(server->listener, SHUT_RDWR);
	close(server->listener);
}

static void *run_thread(void *argument)
{
	struct server *server = argument;

	run(server);
	close_all(server);
	server_thread_leave(server);
	return NULL;
}

int server_thread_start(struct server *server)
{
	return thread_start(&server->thread, SERVER_THREAD_STACK, run_thread,
			    server);
}

void server_thread_note_loss(struct server *server)
{
	atomic_store(&server->has_lost, true);
	server->wake_at_ns = 0;
}

void server_thread_kick(struct server *server)
{
	eventfd_write(server->kick, 1);
}

void server_thread_leave(struct server *server)
{
	if (atomic_fetch_add(&server->leavers, 1) == 0)
		return;
	close(server->kick);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
