/*
 * Names of trace files. What is beyond those that are kept is not touched.
 */
#include "supervisor/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* A dot and a number behind the name. */
#define SUFFIX_MAX 8

int files_open(struct files *ret, const char *path, unsigned kept)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	int fd;

	if (!slash || slash - path >= PATH_MAX ||
	    strlen(slash + 1) > NAME_MAX - SUFFIX_MAX)
		return -ENAMETOOLONG;
	snprintf(directory, sizeof(directory), "%.*s",
		 slash == path ? 1 : (int)(slash - path), path);
	fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret = (struct files){ slash + 1, fd, kept };
	return 0;
}

void files_close(struct files *files)
{
	if (files->name)
		close(files->directory);
	files->name = NULL;
}

bool files_is(const struct files *files, int fd)
{
	struct stat named, opened;

	return !fstatat(files->directory, files->name, &named,
			AT_SYMLINK_NOFOLLOW) &&
	       !fstat(fd, &opened) && named.st_dev == opened.st_dev &&
	       named.st_ino == opened.st_ino;
}

static void name_of(const struct files *files, unsigned number,
		    char ret[NAME_MAX + 1])
{
	if (number)
		snprintf(ret, NAME_MAX + 1, "%.*s.%u", NAME_MAX - SUFFIX_MAX,
			 files->name, (uint16_t)number);
	else
		snprintf(ret, NAME_MAX + 1, "%s", files->name);
}

/* The number of the first that there is none of, or of the last one to keep. */
static unsigned find_end(const struct files *files)
{
	unsigned most = files->kept ? files->kept : FILES_MAX;
	char name[NAME_MAX + 1];
	struct stat status;

	for (unsigned number = 1; number < most; number++) {
		name_of(files, number, name);
		if (fstatat(files->directory, name, &status,
			    AT_SYMLINK_NOFOLLOW) < 0)
			return number;
	}
	return most;
}

/* Each becomes the one behind it; the last one to keep is replaced. */
static int shift(const struct files *files)
{
	char from[NAME_MAX + 1], to[NAME_MAX + 1];

	for (unsigned number = find_end(files); number > 0; number--) {
		name_of(files, number - 1, from);
		name_of(files, number, to);
		if (renameat(files->directory, from, files->directory, to) < 0)
			return -errno;
	}
	return 0;
}

int files_next(const struct files *files)
{
	int r = shift(files);
	int fd;

	if (r < 0)
		return r;
	fd = openat(files->directory, files->name,
		    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW |
			O_CLOEXEC,
		    S_IRUSR | S_IWUSR);
	return fd < 0 ? -errno : fd;
}
