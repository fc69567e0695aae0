/*
 * Finding the reader of our pipe among the traced. Runs in the recording
 * thread, with everybody stopped or soon to be.
 */
#include "supervisor/stall.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "supervisor/state.h"

/* Descriptors opened for reading have "flags:" with access mode 0 or 2. */
static bool can_read(pid_t pid, const char *number)
{
	char name[64];
	char line[128];
	unsigned flags = O_WRONLY;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/fdinfo/%.16s", pid, number);
	file = fopen(name, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "flags: %o", &flags) == 1)
			break;
	fclose(file);
	return (flags & O_ACCMODE) != O_WRONLY;
}

static bool reads_from(pid_t pid, const struct stat *sink)
{
	bool found = false;
	char name[64];
	struct dirent *entry;
	DIR *directory;

	snprintf(name, sizeof(name), "/proc/%d/fd", pid);
	directory = opendir(name);
	if (!directory)
		return false;
	while (!found && (entry = readdir(directory)) != NULL) {
		struct stat status;

		if (fstatat(dirfd(directory), entry->d_name, &status, 0) < 0)
			continue;
		found = status.st_dev == sink->st_dev &&
			status.st_ino == sink->st_ino &&
			can_read(pid, entry->d_name);
	}
	closedir(directory);
	return found;
}

bool stall_may_wait(void *context, int fd)
{
	struct supervisor *supervisor = context;
	struct process *process;
	struct stat sink;

	if (*supervisor->config->end_requested)
		return false;
	if (fstat(fd, &sink) < 0 || S_ISREG(sink.st_mode))
		return false;
	for (process = supervisor->tasks.processes; process;
	     process = process->hh.next)
		if (reads_from(process->pid, &sink))
			return false;
	return true;
}
