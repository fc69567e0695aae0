/*
 * /proc/PID/ns/user, uid_map and gid_map; ioctl_ns(2). Must enter nothing.
 */
#include "base/userns.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/proc.h"

/* Deeper ones the kernel does not make. */
#define NAMESPACES_MAX 33
#define MAP_MAX        (64u << 10)

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

/* The kernel asks the same on its way up: cap_capable() in commoncap.c. */
bool userns_is_owned(pid_t pid)
{
	struct userns_place place = userns_place(pid, userns_of(getpid()));

	return place.is_at_or_below && place.is_below &&
	       place.owner == geteuid();
}

/* ---- ids ---- */

static bool is_in_ours(pid_t pid)
{
	uint64_t there = userns_of(pid);

	return !there || there == userns_of(getpid());
}

/* The map's lines: first id there, first id here, count. "Here" is the reader's
 * namespace, or the one above where that is the same. */
static bool is_in_map(const char *map, bool ours, uint32_t id)
{
	unsigned there, here, count;
	int used;

	while (sscanf(map, "%u %u %u%n", &there, &here, &count, &used) == 3) {
		unsigned first = ours ? there : here;

		if (id >= first && id - first < count)
			return true;
		map += used;
	}
	return false;
}

static bool has_id(pid_t pid, const char *file, uint32_t id)
{
	_cleanup_free_ char *map = NULL;
	_cleanup_free_ char *text = NULL;
	size_t length;

	if (proc_read(pid, file, MAP_MAX, &map, &length) < 0 ||
	    asprintf(&text, "%.*s", (int)length, map) < 0)
		return true;
	return is_in_map(text, is_in_ours(pid), id);
}

bool userns_has_user(pid_t pid, uint32_t uid)
{
	return has_id(pid, "uid_map", uid);
}

bool userns_has_group(pid_t pid, uint32_t gid)
{
	return has_id(pid, "gid_map", gid);
}
