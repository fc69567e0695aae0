/* By /proc/PID/maps: proc_pid_maps(5). */
#include "tracee/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define TAG_SHIFT 56

uint64_t mapping_untagged(uint64_t address)
{
	return address & ((UINT64_C(1) << TAG_SHIFT) - 1);
}

int mapping_open(pid_t tid, const char *name, int flags)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void close_stream(FILE **stream)
{
	if (*stream)
		fclose(*stream);
}

static FILE *open_maps(pid_t tid)
{
	int fd = mapping_open(tid, "maps", O_RDONLY);
	FILE *maps = fd < 0 ? NULL : fdopen(fd, "r");

	if (!maps && fd >= 0)
		close(fd);
	return maps;
}

static bool parse(const char *line, struct mapping *ret)
{
	char may[4], shared;

	if (sscanf(line,
		   "%" SCNx64 "-%" SCNx64 " %3[rwx-]%c %*x %*x:%*x %" SCNu64,
		   &ret->start, &ret->end, may, &shared, &ret->inode) != 5)
		return false;
	ret->may_use = strcmp(may, "---") != 0;
	ret->is_shared = shared != 'p';
	return true;
}

bool mapping_find(pid_t tid, uint64_t address, struct mapping *ret)
{
	_cleanup_(close_stream) FILE *maps = open_maps(tid);
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	while (maps && getline(&line, &size, maps) > 0) {
		if (!parse(line, ret))
			break;
		if (address < ret->end)
			return address >= ret->start;
	}
	return false;
}
