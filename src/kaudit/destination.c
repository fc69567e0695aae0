/* Must not follow what was not there at the beginning. */
#include "kaudit/destination.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/openat2.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"

#define MODE         0666
#define MODE_PRIVATE 0600
#define NAMES_MAX    100u
#define COPY_SIZE    ((size_t)1 << 20)

/* Where the last part of a path begins. */
static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* So much of a path, with its NUL: 0 or -errno. Nothing is the directory where
 * we are. */
static int cut_path(char ret[PATH_MAX], const char *path, size_t length)
{
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	snprintf(ret, PATH_MAX, "%.*s", (int)length, path);
	if (!length)
		memcpy(ret, ".", sizeof("."));
	return 0;
}

/* A descriptor of its directory, or -errno. */
static int open_directory(const char *path, size_t length)
{
	char name[PATH_MAX];
	int r = cut_path(name, path, length);
	int fd = r ? -1 : open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return r ? r : fd < 0 ? -errno : fd;
}

/* The nearest that there is; the job may make those below. */
static int find_directory(struct destination *destination)
{
	const char *path = destination->path;
	const char *rest = last_part(path);
	int fd = open_directory(path, (size_t)(rest - path));

	while (fd == -ENOENT && rest > path) {
		while (rest > path && rest[-1] == '/')
			rest--;
		while (rest > path && rest[-1] != '/')
			rest--;
		fd = open_directory(path, (size_t)(rest - path));
	}
	destination->directory = fd;
	destination->rest = rest;
	return fd < 0 ? fd : 0;
}

int destination_open(struct destination *ret, const char *path)
{
	*ret = (struct destination)DESTINATION_NONE;
	ret->path = path;
	ret->fd = open(path, O_PATH | O_CLOEXEC);
	if (ret->fd < 0 && errno != ENOENT)
		return -errno;
	return find_directory(ret);
}

void destination_done(struct destination *destination)
{
	if (destination->fd >= 0)
		close(destination->fd);
	if (destination->directory >= 0)
		close(destination->directory);
}

bool destination_is(const struct destination *destination, int fd)
{
	struct stat own, other;

	return destination->fd >= 0 && !fstat(destination->fd, &own) &&
	       !fstat(fd, &other) && own.st_dev == other.st_dev &&
	       own.st_ino == other.st_ino;
}

/* ---- what was there ---- */

static bool has_its_name(const struct destination *destination)
{
	struct stat own, named;

	return destination->fd >= 0 && !fstat(destination->fd, &own) &&
	       !stat(destination->path, &named) && own.st_dev == named.st_dev &&
	       own.st_ino == named.st_ino;
}

static int write_former(const struct destination *destination,
			const struct text *text)
{
	_cleanup_fd_ int fd = -1;
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", destination->fd);
	fd = open(link, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd_write_all(fd, text->data, text->length);
}

/* ---- what is new ---- */

/* Where the file is to be; *ret_name is what it is called there. */
static int open_parent(const struct destination *destination,
		       const char **ret_name)
{
	const struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};
	const char *rest = destination->rest;
	const char *name = last_part(rest);
	char parent[PATH_MAX];
	int r = cut_path(parent, rest, (size_t)(name - rest));
	long fd;

	if (r)
		return r;
	fd = syscall(SYS_openat2, destination->directory, parent, &how,
		     sizeof(how));
	*ret_name = name;
	return fd < 0 ? -errno : (int)fd;
}

struct made {
	int directory;           /* owned */
	const char *wanted;      /* the name that it gets when it is whole */
	char name[NAME_MAX + 1]; /* until then */
};

static void made_done(struct made *made)
{
	if (made->directory >= 0)
		close(made->directory);
}

/* A file that nobody made before us, or -errno. */
static int make_file(struct made *made, mode_t mode)
{
	int fd = -1;

	for (unsigned i = 0; i < NAMES_MAX && fd < 0; i++) {
		snprintf(made->name, sizeof(made->name), ".kaudit-u.%d.%u",
			 getpid(), i);
		fd = openat(
		    made->directory, made->name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		if (fd < 0 && errno != EEXIST)
			return -errno;
	}
	return fd < 0 ? -EEXIST : fd;
}

/* It has its name now, or (r, a -errno) is none. */
static int finish(const struct made *made, int r)
{
	if (!r && renameat(made->directory, made->name, made->directory,
			   made->wanted) < 0)
		r = -errno;
	if (r)
		unlinkat(made->directory, made->name, 0);
	return r;
}

/* It is to be used as the one was that it replaces. */
static int fill_new(const struct destination *destination, int fd,
		    const struct text *text)
{
	struct stat former;
	int r = fd_write_all(fd, text->data, text->length);

	if (!r && !fstat(destination->fd, &former) &&
	    fchmod(fd, former.st_mode & MODE) < 0)
		r = -errno;
	return r;
}

static int write_new(const struct destination *destination,
		     const struct text *text)
{
	_cleanup_(made_done) struct made made = { .directory = -1 };
	_cleanup_fd_ int fd = -1;

	made.directory = open_parent(destination, &made.wanted);
	if (made.directory < 0)
		return made.directory;
	fd = make_file(&made, MODE);
	if (fd < 0)
		return fd;
	return finish(&made, fill_new(destination, fd, text));
}

/* Devices stay. */
static bool may_replace(const struct destination *destination)
{
	struct stat former;

	return fstat(destination->fd, &former) < 0 || S_ISREG(former.st_mode);
}

int destination_write(const struct destination *destination,
		      const struct text *text)
{
	int r = -ENOENT;

	if (has_its_name(destination))
		r = write_former(destination, text);
	/* Without /proc there is no way into it. */
	return r == -ENOENT && may_replace(destination)
		   ? write_new(destination, text)
		   : r;
}

int destination_replace(const struct destination *destination,
			const struct text *text)
{
	return may_replace(destination) ? write_new(destination, text)
					: -EEXIST;
}

/* ---- what is written already ---- */

static int copy_all(int to, int from)
{
	off_t at = 0;
	ssize_t n;

	do
		n = sendfile(to, from, &at, COPY_SIZE);
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

/* What has lost its name cannot get another one. */
static int copy_file(struct made *made, int from)
{
	_cleanup_fd_ int fd = make_file(made, MODE_PRIVATE);

	return fd < 0 ? fd : finish(made, copy_all(fd, from));
}

int destination_give(const struct destination *destination, int fd)
{
	_cleanup_(made_done) struct made made = { .directory = -1 };
	char link[32];

	made.directory = open_parent(destination, &made.wanted);
	if (made.directory < 0)
		return made.directory;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	snprintf(made.name, sizeof(made.name), ".kaudit-u.%d", getpid());
	if (!linkat(AT_FDCWD, link, made.directory, made.name,
		    AT_SYMLINK_FOLLOW))
		return finish(&made, 0);
	return errno == ENOENT ? copy_file(&made, fd) : -errno;
}
