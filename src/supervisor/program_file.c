/*
 * Finding the file that an exec names. Must open none but for reading, and
 * nothing that could be a device or a pipe.
 */
#include "supervisor/program_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "supervisor/program.h"

/* The kernel follows so many interpreters of interpreters, */
#define SCRIPTS_MAX 5
/* and takes so much of a script's first line. */
#define LINE_SIZE 256
#define NAME_SIZE 64
#define LINK_SIZE 24
/* A change may come so soon after another that both have the same time. */
#define SETTLED_NS INT64_C(1000000000)

/* Where a path that begins so leads depends on who asks. */
static const struct own_name {
	const char *begin;
	const char *there;
} own_names[] = {
	{ "/proc/self/", "" },
	{ "/proc/thread-self/", "" },
	{ "/dev/fd/", "fd/" },
};

static int open_own(const struct program_call *call)
{
	char name[PATH_MAX + NAME_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(own_names); i++) {
		size_t length = strlen(own_names[i].begin);

		if (strncmp(call->path, own_names[i].begin, length))
			continue;
		snprintf(name, sizeof(name), "/proc/%d/%s%s", call->tid,
			 own_names[i].there, call->path + length);
		return open(name, O_PATH | O_CLOEXEC);
	}
	return -1;
}

/* An O_PATH descriptor of a link in /proc: a directory, or a file. */
static int open_link(pid_t tid, const char *link)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "/proc/%d/%s", tid, link);
	return open(name, O_PATH | O_CLOEXEC);
}

/* Where a path begins: a link in /proc; and the rest of it. */
static const char *find_start(const struct program_call *call,
			      char link[LINK_SIZE])
{
	if (*call->path == '/') {
		snprintf(link, LINK_SIZE, "root");
		return call->path + strspn(call->path, "/");
	}
	if (call->dirfd == AT_FDCWD)
		snprintf(link, LINK_SIZE, "cwd");
	else
		snprintf(link, LINK_SIZE, "fd/%d", call->dirfd);
	return call->path;
}

static int open_path(const struct program_call *call, uint64_t resolve)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | (call->follows ? 0 : O_NOFOLLOW),
		.resolve = resolve,
	};
	char link[LINK_SIZE];
	const char *path = find_start(call, link);
	_cleanup_fd_ int start = open_link(call->tid, link);
	int fd;

	if (start < 0 || !*path)
		return take_fd(&start);
	/* A link that is absolute leads from that root, too. */
	if (*call->path == '/')
		how.resolve |= RESOLVE_IN_ROOT;
	fd = (int)syscall(SYS_openat2, start, path, &how, sizeof(how));
	/* Before Linux 5.6; or through a link of /proc, which leads elsewhere.
	 */
	if (fd < 0 && !resolve && (how.resolve || errno == ENOSYS))
		fd = openat(start, path, (int)how.flags);
	return fd;
}

static int open_program(const struct program_call *call)
{
	int fd = open_own(call);

	return fd < 0 ? open_path(call, 0) : fd;
}

/* Puts the interpreter of a script in the place of its path. */
static bool find_interpreter(int fd, struct program_call *call)
{
	char name[NAME_SIZE], line[LINE_SIZE + 1] = "";
	_cleanup_fd_ int readable = -1;
	size_t length;
	char *path;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	readable = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (readable < 0 || fd_read_full(readable, line, LINE_SIZE) < 2 ||
	    line[0] != '#' || line[1] != '!')
		return false;
	path = line + 2 + strspn(line + 2, " \t");
	length = strcspn(path, " \t\n");
	memcpy(call->path, path, length);
	call->path[length] = '\0';
	call->dirfd = AT_FDCWD;
	call->follows = true;
	return true;
}

int program_file_find(struct program_call *call, struct stat *ret)
{
	for (int depth = 0; depth <= SCRIPTS_MAX; depth++) {
		_cleanup_fd_ int fd = open_program(call);

		if (fd < 0 || fstat(fd, ret) < 0)
			return -errno;
		if (!S_ISREG(ret->st_mode))
			return -EACCES;
		if (!find_interpreter(fd, call))
			return take_fd(&fd);
	}
	return -ELOOP;
}

bool program_file_is_same(const struct program_identity *one,
			  const struct program_identity *other)
{
	return one->device == other->device && one->inode == other->inode &&
	       one->changed_ns == other->changed_ns;
}

static int64_t nanoseconds(int64_t seconds, int64_t rest)
{
	return seconds * INT64_C(1000000000) + rest;
}

struct program_identity program_file_identity(const struct stat *file)
{
	return (struct program_identity){
		.device = file->st_dev,
		.inode = file->st_ino,
		.changed_ns = nanoseconds(file->st_ctim.tv_sec,
					  file->st_ctim.tv_nsec),
	};
}

bool program_file_is_settled(const struct program_identity *identity)
{
	return identity->changed_ns + SETTLED_NS <
	       (int64_t)clock_ns(CLOCK_REALTIME);
}

/* What is known of it without asking who serves it. */
static int glance(int fd, const char *name, int flags, struct statx *file,
		  struct program_identity *ret)
{
	if (statx(fd, name, AT_STATX_DONT_SYNC | flags,
		  STATX_INO | STATX_CTIME | STATX_MODE, file) < 0)
		return -errno;
	*ret = (struct program_identity){
		.device = makedev(file->stx_dev_major, file->stx_dev_minor),
		.inode = file->stx_ino,
		.changed_ns = nanoseconds(file->stx_ctime.tv_sec,
					  file->stx_ctime.tv_nsec),
	};
	return 0;
}

int program_file_glance(const struct program_call *call,
			struct program_identity *ret)
{
	_cleanup_fd_ int fd = open_path(call, RESOLVE_CACHED);
	struct statx file;
	int r;

	if (fd < 0)
		return -errno;
	r = glance(fd, "", AT_EMPTY_PATH, &file, ret);
	if (r < 0)
		return r;
	return file.stx_mode & (S_ISUID | S_ISGID) ? -EPERM : 0;
}

int program_file_running(pid_t pid, struct program_identity *ret)
{
	char name[NAME_SIZE];
	struct statx file;

	snprintf(name, sizeof(name), "/proc/%d/exe", pid);
	return glance(AT_FDCWD, name, 0, &file, ret);
}
