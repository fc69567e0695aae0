/*
 * One message with at most one descriptor over a connected AF_UNIX
 * SOCK_SEQPACKET socket, each way. Never blocks, never raises SIGPIPE.
 */
#ifndef CONTROL_CHANNEL_H
#define CONTROL_CHANNEL_H

#include <stddef.h>
#include <sys/types.h>

/* fd (-1: none) goes along and stays the caller's. 0 or -errno. */
int channel_send(int socket, const void *message, size_t length, int fd);

/*
 * The length of the message; *ret_fd is the descriptor (close-on-exec) that
 * came along, or -1; the caller's. 0: the other end is closed, or an empty
 * message came, which nobody of ours sends. -EAGAIN: nothing is there. With
 * every other error a message is gone, and its descriptors are closed:
 * -EBADMSG: it is longer than size, or had more than one descriptor; -EMFILE:
 * there was no room for its descriptor; -errno.
 */
ssize_t channel_receive(int socket, void *message, size_t size, int *ret_fd);

#endif
