/* Whole reads and writes on descriptors, and what a descriptor is. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What it is, without asking whoever serves it (FUSE, NFS): they could keep us
 * waiting. 0 or -errno. */
struct statx;
int fd_status(int fd, struct statx *ret);

/*
 * Whether a new file may take a name: it is free, or has been that of a regular
 * file, or of a symbolic link to one or to nothing. Devices, FIFOs, sockets and
 * directories stay, and /dev/stdout.
 */
bool fd_may_replace(const char *path);

/* Writes all of it, riding out EINTR and EAGAIN (poll); 0 or -errno. */
int fd_write_all(int fd, const void *data, size_t length);

/* Reads until length bytes or the end; bytes read or -errno. */
ssize_t fd_read_full(int fd, void *data, size_t length);

/*
 * Reads a small file whole (such as one under /proc), relative to dirfd, into
 * data, which gets a NUL behind it: at most size - 1 bytes are taken. Returns
 * the length, -EFBIG when the file is longer, or -errno.
 */
ssize_t fd_read_file(int dirfd, const char *path, char *data, size_t size);

#endif
