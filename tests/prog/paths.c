/*
 * Every family of calls that takes a path, absolute and relative, with and
 * without a directory's descriptor, in a directory of its own below the current
 * one. Exits with the number of calls that went wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "old.h"

static int wrong;

static void must(long result)
{
	wrong += result < 0;
}

static void must_not(long result)
{
	wrong += result >= 0;
}

static void old_calls(void)
{
	struct utimbuf times = { 1, 2 };
	struct statfs system;
	struct stat status;
	char buffer[4096];

	must(old_call(mkdir, "old", 0700));
	must(syscall(SYS_chdir, "old"));
	must(syscall(SYS_close, old_call(creat, "file", 0600)));
	must(old_call(link, "file", "second"));
	must(old_call(symlink, "file", "pointer"));
	must(old_call(readlink, "pointer", buffer, sizeof(buffer)));
	must(old_call(rename, "second", "third"));
	must(old_call(stat, "third", &status));
	must(old_call(lstat, "pointer", &status));
	must(syscall(SYS_statfs, ".", &system));
	must(old_call(access, "./file", R_OK));
	must(old_call(chmod, "../old/file", 0400));
	must(old_call(chown, "file", -1, -1));
	must(old_call(lchown, "pointer", -1, -1));
	must(syscall(SYS_truncate, "third", 10L));
	must(old_call(utime, "third", &times));
	must(old_call(mknod, "fifo", S_IFIFO | 0600, 0));
	must_not(syscall(SYS_getxattr, "file", "user.none", buffer, 10L));
	must(syscall(SYS_getcwd, buffer, sizeof(buffer)));
	must(old_call(unlink, "fifo"));
	must(old_call(unlink, "third"));
	must(syscall(SYS_chdir, ".."));
	must_not(old_call(rmdir, "old"));
}

static void calls_with_directory(void)
{
	struct stat status;
	char buffer[4096];
	int new, dirfd;

	must(syscall(SYS_mkdirat, AT_FDCWD, "new", 0700));
	dirfd = (int)old_call(open, "old", O_RDONLY | O_DIRECTORY);
	new = (int)syscall(SYS_openat, AT_FDCWD, "new", O_RDONLY | O_DIRECTORY);
	must(syscall(SYS_renameat, dirfd, "file", new, "moved"));
	must(syscall(SYS_linkat, new, "moved", dirfd, "linked", 0));
	must(syscall(SYS_renameat2, dirfd, "linked", new, "again", 0));
	must(syscall(SYS_symlinkat, "/etc/passwd", dirfd, "users"));
	must(syscall(SYS_readlinkat, dirfd, "users", buffer, sizeof(buffer)));
	must(syscall(SYS_newfstatat, new, "again", &status, 0));
	must(syscall(SYS_newfstatat, new, "", &status, AT_EMPTY_PATH));
	must(syscall(SYS_statx, new, "moved", 0, 0xfff, buffer));
	must(syscall(SYS_faccessat, new, "moved", R_OK));
	must(syscall(SYS_fchmodat, new, "moved", 0600));
	must(syscall(SYS_fchownat, new, "moved", -1, -1, 0));
	must(syscall(SYS_utimensat, new, "moved", NULL, 0));
	must(syscall(SYS_mknodat, new, "pipe", S_IFIFO | 0600, 0));
	must(syscall(SYS_unlinkat, new, "pipe", 0));
	must(syscall(SYS_unlinkat, new, "again", 0));
	must(syscall(SYS_unlinkat, new, "moved", 0));
	must_not(syscall(SYS_openat, new, "/nonexistent", O_RDONLY));
	must(syscall(SYS_fchdir, new));
	must(syscall(SYS_unlinkat, AT_FDCWD, "../new", AT_REMOVEDIR));
	must_not(syscall(SYS_getcwd, buffer, sizeof(buffer)));
	must_not(old_call(open, "in-no-directory", O_CREAT | O_RDWR, 0600));
	must(syscall(SYS_fchdir, dirfd));
	must(syscall(SYS_chdir, ".."));
}

static void other_calls(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int watch = inotify_init();

	must(syscall(SYS_inotify_add_watch, watch, "old", IN_CREATE));
	strcpy(address.sun_path, "socket");
	must(bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&address,
		  sizeof(address)));
	must(old_call(unlink, "socket"));
	must_not(syscall(SYS_chroot, "nonexistent"));
	must_not(syscall(SYS_acct, "/nonexistent/file"));
	must_not(syscall(SYS_swapoff, "/nonexistent/swap"));
	must_not(syscall(SYS_pivot_root, "old", "/nonexistent"));
	must_not(
	    syscall(SYS_mount, "/nonexistent/a", "old/b", "tmpfs", 0L, NULL));
	must_not(syscall(SYS_umount2, "old/none", 0));
	must(old_call(unlink, "old/users"));
	must(old_call(unlink, "old/pointer"));
	must(old_call(rmdir, "old"));
}

int main(void)
{
	old_calls();
	calls_with_directory();
	other_calls();
	return wrong;
}
