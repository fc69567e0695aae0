/*
 * What kind of file system a device is. Asks the kernel alone.
 */
#include "unwind/served.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/proc.h"

#define MOUNTS_MAX ((size_t)16 << 20)

/* "36 35 98:0 /in/it /where options ... - type source options" */
static bool is_fuse(char *line, uint64_t device)
{
	unsigned device_major, device_minor;
	const char *type = strstr(line, " - ");

	return type &&
	       sscanf(line, "%*d %*d %u:%u", &device_major, &device_minor) ==
		   2 &&
	       makedev(device_major, device_minor) == device &&
	       !strncmp(type + 3, "fuse", 4);
}

bool served_by_mounts(char *mounts, uint64_t device)
{
	char *rest = mounts;
	char *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (is_fuse(line, device))
			return true;
	return false;
}

static bool ask(uint64_t device, pid_t tid)
{
	_cleanup_free_ char *mounts = NULL;
	size_t length;

	if (proc_read(tid, "mountinfo", MOUNTS_MAX, &mounts, &length) < 0 ||
	    length == 0)
		return false;
	mounts[length - 1] = '\0';
	return served_by_mounts(mounts, device);
}

bool served_is(struct served *served, uint64_t device, pid_t tid)
{
	unsigned known = served->count < SERVED_KNOWN ? served->count
						      : SERVED_KNOWN;
	unsigned at;

	for (unsigned i = 0; i < known; i++)
		if (served->known[i].device == device)
			return served->known[i].is_served;
	at = served->count++ % SERVED_KNOWN;
	served->known[at].device = device;
	served->known[at].is_served = ask(device, tid);
	return served->known[at].is_served;
}
