/*
 * The supervisor's ear: a thread that listens, accepts, reads and checks
 * messages, and hands over one good request at a time. Whatever a client does,
 * sends or does not read costs the recording thread nothing.
 *
 * It decides nothing: who may ask for what is the taker's to judge, by what the
 * kernel says of the peer.
 */
#ifndef CONTROL_SERVER_H
#define CONTROL_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/wire.h"

struct server;

#define SERVER_GROUPS_MAX      256
#define SERVER_CONNECTIONS_MAX 64 /* at a time */
#define SERVER_PER_USER_MAX    16 /* of these, but for our own user and root */

/* As many others as there may be leave room for our own user and root. */
#define SERVER_STRANGERS_MAX (SERVER_CONNECTIONS_MAX - SERVER_PER_USER_MAX)

/*
 * The peer as it was when it connected, by the kernel's word (SO_PEERCRED,
 * SO_PEERGROUPS). A connection ends with the process that connected, whoever
 * else has it: the pid is that of no later process while server_is_connected().
 */
struct server_peer {
	uint64_t connection; /* never used again; not 0 */
	pid_t pid;           /* 0 where our pid namespace has none for it */
	uid_t uid;           /* effective */
	gid_t gid;           /* effective */
	gid_t groups[SERVER_GROUPS_MAX];
	unsigned group_count; /* those kept */
};

struct server_request {
	struct server_peer peer;
	struct wire_request wire;
	int fd; /* what came along, or -1; the taker's, see server_discard() */
};

struct server_config {
	pid_t pid; /* whose name the socket bears: our own */
	/*
	 * Called from the server's thread when there is something to take, and
	 * again every 20 ms until it is taken; in the same way when a kept
	 * connection ended, until server_has_lost() was asked. Must not wait,
	 * nor call anything of this file. Never called once server_close() has
	 * begun.
	 */
	void (*wake)(void *context);
	void *context;
};

/*
 * Binds the socket and starts the thread, which has all signals blocked. 0 or
 * -errno; -EADDRINUSE when all names are held by others.
 */
int server_open(struct server **ret, const struct server_config *config);
/*
 * Ends it; what was not answered never will be. Takes no longer than a second:
 * a thread that hangs, closing what a client sent, is left to itself. NULL is
 * fine.
 */
void server_close(struct server *server);

/*
 * For the recording thread. Takes a request, if there is one (cheap when there
 * is none): *ret is then filled, and must be answered before the next one can
 * be taken. A connection's requests come one after the other; among
 * connections, fairly.
 */
bool server_take(struct server *server, struct server_request *ret);

/*
 * Answers the request that was taken last; fd (-1: none) goes along, and stays
 * the caller's. Unless it is kept, the connection is for one request and is
 * closed behind the answer. False when nobody is there to get it any more.
 */
bool server_answer(struct server *server, const struct wire_answer *answer,
		   int fd, bool keep);

/* Closes a descriptor that a client sent, in the server's thread: that may take
 * as long as the client likes (a socket that lingers, a file in FUSE). */
void server_discard(struct server *server, int fd);

/* Whether a connection that was to be kept has ended since this was asked last
 * (cheap when none has). */
bool server_has_lost(struct server *server);

/* Whether a connection is still there; and a message of its own accord to one
 * that is kept: false when it is gone, or does not read what it is sent. */
bool server_is_connected(struct server *server, uint64_t connection);
bool server_tell(struct server *server, uint64_t connection,
		 const struct wire_answer *answer);
/* How many connections are kept. */
unsigned server_kept(struct server *server);

#endif
