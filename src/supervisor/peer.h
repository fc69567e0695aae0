/*
 * Sockets that are files, by the names that calls give them: where these led,
 * whatever symbolic links and roots are between. Nothing without --resolve.
 */
#ifndef SUPERVISOR_PEER_H
#define SUPERVISOR_PEER_H

#include <stdbool.h>

struct supervisor;
struct sysdesc_row;
struct task;
struct tracee_syscall;

/* Whether the call whose entry the thread is stopped at may name one. */
bool peer_is_named(const struct task *task, const struct sysdesc_row *row,
		   const struct tracee_syscall *at);

/* At the end of the call: writes a `path` record of the argument that named
 * it. */
void peer_at_exit(struct supervisor *supervisor, struct task *task);

#endif
