/*
 * Starting a program that nobody is to notice.
 */
#ifndef LIB_SPAWN_H
#define LIB_SPAWN_H

/* The descriptors that the program has, by number; it has no other. */
#define SPAWN_FILE    "3"
#define SPAWN_CHANNEL "4"

/*
 * Runs path, in a session of its own, with all signals at their default, and
 * the environment (none where the caller has gained rights by its exec). It is
 * nobody's child whom the caller could see: no wait(2) finds it, and no SIGCHLD
 * comes. *ret_channel is the caller's end of a SOCK_SEQPACKET socket to it. 0,
 * or -errno.
 */
int spawn_quietly(const char *path, char *const *argv, int file,
		  int *ret_channel);

#endif
