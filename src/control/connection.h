/*
 * A client's socket, as the server sees it: who is behind it, what it asks,
 * what it is told. Keeps nothing.
 */
#ifndef CONTROL_CONNECTION_H
#define CONTROL_CONNECTION_H

#include "control/server.h"

/* All but the connection's number. 0 or -errno. */
int connection_peer(int socket, struct server_peer *ret);

/*
 * The next request, and the descriptor (*ret_fd, the caller's) that came along
 * if the operation takes one; -1 if none did. -EAGAIN: there is none; -EBADMSG,
 * -EPROTO: it is no good; -EMFILE: no room for the descriptor; -errno.
 */
int connection_read(int socket, struct wire_request *ret, int *ret_fd);

/* fd (-1: none) goes along. 0 or -errno. */
int connection_send(int socket, const struct wire_answer *answer, int fd);

/* An answer that says no more than the error. Who does not get it: too bad. */
void connection_refuse(int socket, int error);

#endif
