/*
 * Asking a supervisor. Believes only the one that the kernel names: its pid is
 * that of the tracer, and nobody else's socket will do.
 */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "control/wire.h"

/*
 * A connection (close-on-exec) to the supervisor with that pid. -ENOENT: nobody
 * answers to its name (it is no supervisor of ours, or lives in another network
 * namespace); -ESRCH: only others do; -ETIMEDOUT: so many want to talk to it
 * that there was no getting in for CLIENT_PATIENCE_MS; -EINVAL: no pid; -errno.
 */
int client_open(pid_t supervisor);

/*
 * Asks, and waits for the answer, but not longer than CLIENT_PATIENCE_MS. fd
 * (-1: none) goes along. *ret_fd (may be NULL) is what came with the answer, or
 * -1; the caller's. *ret_woken (may be NULL): a WIRE_WAKE came in between. 0
 * when there is an answer, whatever it says; -ETIMEDOUT; -ECONNRESET when the
 * supervisor ended, or answers no more; -EBADMSG, -EPROTO as wire.h; -errno.
 * After a failure the connection is good for nothing: a late answer would be
 * taken for that to the next question.
 */
#define CLIENT_PATIENCE_MS 5000
int client_ask(int connection, const struct wire_request *request, int fd,
	       struct wire_answer *ret, int *ret_fd, bool *ret_woken);

/* Waits for a message that was not asked for: 0, -ETIMEDOUT (timeout_ms; -1: no
 * limit), -ECONNRESET when the supervisor ended, -EINTR, -errno. */
int client_listen(int connection, int timeout_ms, struct wire_answer *ret);

#endif
