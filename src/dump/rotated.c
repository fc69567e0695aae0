/*
 * A file is found by what it is, since names move on while one looks: FILE is
 * written, FILE.1 was before, FILE.2 before that. Changes nothing.
 */
#include "dump/rotated.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/cleanup.h"

#define FILES_MAX 9999
#define TRIES_MAX 100

/* False where the name would be too long to be one. */
static bool name_of(const char *file, int length, int number,
		    char ret[PATH_MAX])
{
	int wanted = number ? snprintf(ret, PATH_MAX, "%.*s.%d", length, file,
				       number)
			    : snprintf(ret, PATH_MAX, "%.*s", length, file);

	return wanted > 0 && wanted < PATH_MAX;
}

static bool is_same(const char *name, const struct stat *status)
{
	struct stat other;

	return !stat(name, &other) && other.st_dev == status->st_dev &&
	       other.st_ino == status->st_ino;
}

/* Which number the file has now; -1: none. */
static int find(const char *file, int length, const struct stat *status)
{
	char name[PATH_MAX];
	struct stat other;

	for (int number = 0; number <= FILES_MAX; number++) {
		if (!name_of(file, length, number, name))
			return -1;
		if (is_same(name, status))
			return number;
		if (number && stat(name, &other) < 0)
			return -1;
	}
	return -1;
}

/* The name without a number behind it. */
static int plain_length(const char *file)
{
	const size_t length = strlen(file);
	size_t at = length;

	while (at > 0 && file[at - 1] >= '0' && file[at - 1] <= '9')
		at--;
	return (int)(at > 1 && at < length && file[at - 1] == '.' ? at - 1
								  : length);
}

/* A descriptor; -ESTALE; or -EAGAIN: it has moved on meanwhile. */
static int open_behind(const char *file, int length, const struct stat *status)
{
	int number = find(file, length, status);
	_cleanup_fd_ int fd = -1;
	char name[PATH_MAX];

	if (number <= 0 || !name_of(file, length, number - 1, name))
		return -ESTALE;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || find(file, length, status) != number)
		return -EAGAIN;
	return take_fd(&fd);
}

int rotated_next(int fd, const char *file)
{
	const int lengths[] = { (int)strlen(file), plain_length(file) };
	struct stat status;
	int r = -ESTALE;

	if (fstat(fd, &status) < 0)
		return -ESTALE;
	for (unsigned i = 0; i < TRIES_MAX && r < 0; i++)
		r = open_behind(file, lengths[i % 2], &status);
	return r < 0 ? -ESTALE : r;
}
