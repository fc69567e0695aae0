/*
 * openat2(2), by what the kernel has remembered of the call itself. Must wait
 * for nobody: a file system may be served by who is traced.
 */
#include "supervisor/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "supervisor/scribe.h"
#include "supervisor/state.h"
#include "sysdesc/sets.h"

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

bool place_is_of_use(enum sysdesc_use use)
{
	switch (use) {
	case USE_WRITE:
	case USE_MAKE:
	case USE_REMOVE:
	case USE_RENAME:
	case USE_REPLACE:
	case USE_LINK:
	case USE_CHANGE:
	case USE_CHANGE_LINK:
	case USE_MOUNT:
		return true;
	default:
		return false;
	}
}

/* What is asked: the call, or what it carries. */
static const struct sysdesc_row *row_of(const struct task *task)
{
	return task->call.inner ? task->call.inner->row : task->call.row;
}

/* Whether a link that is the last part of the path is followed. */
static bool follows(const struct task *task, unsigned arg)
{
	const struct sysdesc_row *row = row_of(task);
	uint64_t flags = 0;

	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_FLAGS &&
		    row->arg[i].set == FLAGSET_AT)
			flags = task->call.args[i];
	if (row->arg[arg].kind != KIND_PATH)
		return row->arg[0].set != USE_BIND;
	switch ((enum sysdesc_use)row->arg[arg].set) {
	case USE_WRITE:
	case USE_CHANGE:
	case USE_MOUNT:
		return !(flags & AT_SYMLINK_NOFOLLOW);
	case USE_LINK:
		return flags & AT_SYMLINK_FOLLOW;
	default:
		return false;
	}
}

/* So often: what changes elsewhere at that moment, as a mount does, may keep
 * the kernel from telling by what it remembers. The last ones give it time. */
#define TRIES      24
#define TRIES_FAST 16
#define NAP_NS     20000

/* Our own root. */
#define NO_ROOT AT_FDCWD

/* A link of /proc that leads elsewhere for us than for who is traced is none
 * that we follow. */
static int open_place(int root, const char *path)
{
	const uint64_t way = RESOLVE_NO_MAGICLINKS |
			     (root == NO_ROOT ? 0 : RESOLVE_IN_ROOT);
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_CACHED | way,
	};
	const struct timespec nap = { .tv_nsec = NAP_NS };
	long fd = -1;

	errno = EAGAIN;
	for (unsigned i = 0; fd < 0 && errno == EAGAIN && i < TRIES; i++) {
		if (i >= TRIES_FAST)
			nanosleep(&nap, NULL);
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	}
	/* Linux 5.6 to 5.11 has not the first of these, and those before none.
	 */
	if (fd < 0 && errno == EINVAL) {
		how.resolve = way;
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	}
	return fd < 0 ? -errno : (int)fd;
}

/* 0 or -errno. */
static int name_of(int root, const char *path, char ret[PATH_MAX])
{
	_cleanup_fd_ int fd = open_place(root, path);
	char link[32];
	ssize_t length;

	if (fd < 0)
		return fd;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, ret, PATH_MAX - 1);
	if (length < 0)
		return -errno;
	ret[length] = '\0';
	return ret[0] == '/' ? 0 : -ENOTDIR;
}

/* Where a path leads whose last part is not followed: the directory that it is
 * in, and that part. */
static int name_in(int root, const char *path, char *ret, size_t size)
{
	char parent[PATH_MAX], name[PATH_MAX];
	size_t end = strlen(path), start;
	int r;

	while (end > 1 && path[end - 1] == '/')
		end--;
	start = end;
	while (start > 0 && path[start - 1] != '/')
		start--;
	/* ".", "..", and the root are no names. */
	if (!start || start == end || end >= sizeof(parent) ||
	    (path[start] == '.' && end - start < 3 && path[end - 1] == '.'))
		return -EINVAL;
	memcpy(parent, path, start);
	parent[start] = '\0';
	r = name_of(root, parent, name);
	if (!r)
		snprintf(ret, size, "%s/%.*s", name[1] ? name : "",
			 (int)(end - start), path + start);
	return r;
}

static void put(struct task *task, unsigned arg, const char *how,
		const char *path)
{
	struct fields_writer *fields = scribe_fields(task->process->session,
						     task, KTR_STRUCT_PATH);

	if (!fields)
		return;
	fields_string(fields, "how", how);
	fields_number(fields, "arg", arg);
	fields_string(fields, "path", path);
	scribe_fields_end(task->process->session);
}

static int find(const struct task *task, int root, unsigned arg,
		const char *path, char *ret, size_t size)
{
	return follows(task, arg) ? name_of(root, path, ret)
				  : name_in(root, path, ret, size);
}

void place_put(struct task *task, unsigned arg, const char *path)
{
	char name[2 * PATH_MAX + 2];
	int r = find(task, NO_ROOT, arg, path, name, sizeof(name));

	/* By way of /proc/self/cwd or the like it is somewhere else; or the
	 * file system is to be asked each time. */
	if (r == -ELOOP || r == -EAGAIN)
		put(task, arg, "unproven", path);
	else if (!r)
		put(task, arg, "kernel", name);
}

void place_put_socket(struct task *task, unsigned arg, const char *path,
		      bool is_rooted)
{
	char name[2 * PATH_MAX + 2], link[32];
	_cleanup_fd_ int root = -1;
	int r;

	snprintf(link, sizeof(link), "/proc/%d/root", task->tid);
	if (is_rooted)
		root = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = is_rooted && root < 0 ? -errno
				  : find(task, is_rooted ? root : NO_ROOT, arg,
					 path, name, sizeof(name));
	put(task, arg, r ? "unproven" : "kernel", r ? path : name);
}

void place_doubt(struct task *task, unsigned arg, const char *path)
{
	put(task, arg, "unproven", path);
}
