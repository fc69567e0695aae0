/*
 * A client's socket, as the server sees it: who is behind it, what it asks,
 * what it is told. Keeps nothing.
 */
#ifndef CONTROL_CONNECTION_H
#define CONTROL_CONNECTION_H

#include "control/server.h"

/* All but the connection's number, and a pidfd (the caller's) of the process
 * that connected, or -1 where it has no pid. 0; -ESRCH when it is gone; -errno.
 */
int connection_peer(int socket, struct server_peer *ret, int *ret_process);

/*
 * The next request, if it is a good one, and the descriptor that came along.
 * *ret_fd is set to it, and is the caller's, even if the request is refused:
 * closing it may take long. -EAGAIN: there is none; -EBADMSG, -EPROTO: it is no
 * good, or has a descriptor that its operation does not take; -EMFILE: no room
 * for the descriptor; -errno.
 */
int connection_read(int socket, struct wire_request *ret, int *ret_fd);

/* fd (-1: none) goes along. 0 or -errno. */
int connection_send(int socket, const struct wire_answer *answer, int fd);

/* An answer that says no more than the error. Who does not get it: too bad. */
void connection_refuse(int socket, int error);

#endif
