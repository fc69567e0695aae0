/* The server's door. For server_thread.c only. */
#ifndef CONTROL_SERVER_ACCEPT_H
#define CONTROL_SERVER_ACCEPT_H

#include <stdint.h>

struct server;

/*
 * Lets in the one who has waited longest, or sends them away. Only one: those
 * who are gone by now are seen, and their places are free, before the next one
 * is counted. Where none can be let in for now, accept_at_ns says when to try
 * again.
 */
void server_accept(struct server *server, uint64_t now);

#endif
