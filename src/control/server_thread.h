/*
 * What the two threads of a server share, and which of them may touch it. For
 * server*.c only.
 */
#ifndef CONTROL_SERVER_THREAD_H
#define CONTROL_SERVER_THREAD_H

#include <pthread.h>
#include <stdatomic.h>

#include "control/server.h"

#define SERVER_DISCARDS_MAX 64

enum connection_state {
	CONNECTION_SILENT,  /* has said nothing */
	CONNECTION_WAITING, /* has said something that was not read yet */
	CONNECTION_SERVED,  /* its request is in the slot */
};

struct connection {
	int fd; /* -1: free. Opened and closed by the server's thread only */
	int process; /* a pidfd: the peer ends with who connected; or -1 */
	struct server_peer peer;
	enum connection_state state;
	bool is_kept;
	bool is_doomed;       /* the server's thread is to close it */
	uint64_t deadline_ns; /* to say something, unless it is kept */
};

/* One request at a time. */
enum slot {
	SLOT_EMPTY,
	SLOT_READY,
	SLOT_TAKEN, /* but not answered */
};

struct server {
	struct server_config config;
	uid_t uid; /* ours */
	pthread_t thread;
	int listener;
	int kick; /* an eventfd: the server's thread is to look around */
	_Atomic bool is_ready; /* slot is SLOT_READY */
	_Atomic bool has_lost; /* a kept connection, and nobody has asked */
	atomic_uint leavers;   /* the second one frees */

	/*
	 * Guards what follows. Nothing that may block is done under it: not
	 * even close(2), which may be the last of a file of a client's.
	 */
	pthread_mutex_t lock;
	bool is_closing;
	struct connection connections[SERVER_CONNECTIONS_MAX];
	enum slot slot;
	struct server_request request;
	int discards[SERVER_DISCARDS_MAX];
	unsigned discard_count;
	uint64_t wake_at_ns; /* again */

	/* The server's thread alone. */
	uint64_t last_connection;
	unsigned turn;         /* whose it is to be read first */
	uint64_t accept_at_ns; /* not before */
};

/* 0 or -errno. */
int server_thread_start(struct server *server);

/* Under the lock: a connection that was to be kept is none any more. */
void server_thread_note_loss(struct server *server);

void server_thread_kick(struct server *server);

/* Whoever leaves last frees all. */
void server_thread_leave(struct server *server);

#endif
