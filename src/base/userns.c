/*
 * /proc/PID/ns/user; ioctl_ns(2). Must enter nothing.
 */
#include "base/userns.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Deeper ones the kernel does not make. */
#define NAMESPACES_MAX 33

static int userns_open(pid_t pid)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/ns/user", pid);
	return open(name, O_RDONLY | O_CLOEXEC);
}

static uint64_t inode_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) < 0 ? 0 : status.st_ino;
}

uint64_t userns_of(pid_t pid)
{
	_cleanup_fd_ int fd = userns_open(pid);

	return fd < 0 ? 0 : inode_of(fd);
}

static uid_t owner_of(int fd)
{
	uid_t owner;

	return ioctl(fd, NS_GET_OWNER_UID, &owner) < 0 ? USERNS_NO_OWNER
						       : owner;
}

struct userns_place userns_place(pid_t pid, uint64_t from)
{
	_cleanup_fd_ int fd = userns_open(pid);
	struct userns_place place = { .owner = USERNS_NO_OWNER };

	for (unsigned i = 0; fd >= 0 && i < NAMESPACES_MAX; i++) {
		int parent;

		place.is_at_or_below = inode_of(fd) == from;
		if (place.is_at_or_below)
			break;
		place.is_below = true;
		place.owner = owner_of(fd);
		parent = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = parent;
	}
	return place;
}
