/*
 * Paths as calls name them, and what they mean: absolute, relative to the
 * working directory, to a descriptor, to one that is closed or none of a
 * directory, to a directory that is renamed, gone, or only looks so. With the
 * argument "chroot" (root only): inside of a root of its own.
 */
#include <fcntl.h>
#include <sched.h>
#include <utime.h>

#include <sys/stat.h>

#include "old.h"
#include "say.h"

static char cwd[4096];
static char buffer[8192];

/* A path that is argument `arg`, relative to the working directory; the last of
 * its call. */
static void end_with(int arg, const char *path)
{
	say_path(arg, cwd, path);
	say_return();
}

static const char *below(const char *name)
{
	static char joined[2][8192];
	static unsigned turn;

	turn = !turn;
	snprintf(joined[turn], sizeof(joined[turn]), "%s/%s", cwd, name);
	return joined[turn];
}

static void one_path(void)
{
	struct utimbuf times = { 1, 2 };

	say_old(mkdir, (long)"d", 0700);
	end_with(OLD_PATH, "d");
	say_old(creat, (long)"d/f", 0600);
	end_with(OLD_PATH, "d/f");
	say_old(open, (long)"./d/../d/f", O_RDONLY, 0);
	end_with(OLD_PATH, "./d/../d/f");
	say_old(stat, (long)"d/f", (long)buffer);
	end_with(OLD_PATH, "d/f");
	say_old(lstat, (long)"d/f", (long)buffer);
	end_with(OLD_PATH, "d/f");
	say_old(access, (long)"none", R_OK);
	end_with(OLD_PATH, "none");
	say_old(chmod, (long)"d/f", 0644);
	end_with(OLD_PATH, "d/f");
	say_old(chown, (long)"d/f", -1, -1);
	end_with(OLD_PATH, "d/f");
	say_call(truncate, (long)"d/f", 3);
	end_with(0, "d/f");
	say_old(utime, (long)"d/f", (long)&times);
	end_with(OLD_PATH, "d/f");
	say_call(statfs, (long)".", (long)buffer);
	end_with(0, ".");
	say_old(mknod, (long)"p", S_IFIFO | 0600, 0);
	end_with(OLD_PATH, "p");
	say_old(unlink, (long)"p");
	end_with(OLD_PATH, "p");
	say_call(removexattr, (long)"d/f", (long)"user.none");
	end_with(0, "d/f");
	say_call(inotify_add_watch, -1, (long)"d", 1);
	end_with(1, "d");
}

static void no_path(void)
{
	say_old(open, (long)"", O_RDONLY, 0);
	end_with(OLD_PATH, "");
	say_old(open, (long)"/nonexistent/x", O_RDONLY, 0);
	say_name("/nonexistent/x");
	say_return();
	say_simple_old(open, 0, O_RDONLY, 0);
	say_simple_old(open, 1, O_RDONLY, 0);
	say_simple(utimensat, -1, 0, 0, 0);
}

static void two_paths(void)
{
	say_old(link, (long)"d/f", (long)"d/second");
	say_path(OLD_PATH, cwd, "d/f");
	end_with(OLD_SECOND, "d/second");
	say_old(rename, (long)"d/second", (long)"/nonexistent/y");
	say_path(OLD_PATH, cwd, "d/second");
	say_name("/nonexistent/y");
	say_return();
	say_old(rename, 1, (long)"z");
	end_with(OLD_SECOND, "z");
	/* The text of a link is no path that is looked up. */
	say_old(symlink, (long)"d/f", (long)"pointer");
	end_with(OLD_LINK, "pointer");
	say_call(pivot_root, (long)"d/none", (long)"none");
	say_path(0, cwd, "d/none");
	end_with(1, "none");
	say_call(mount, (long)"source", (long)"none", (long)"tmpfs", 0, 0);
	end_with(1, "none");
}

static void with_directory(int d)
{
	say_call(openat, d, (long)"f", O_RDONLY, 0);
	say_path(1, below("d"), "f");
	say_return();
	say_call(openat, AT_FDCWD, (long)"d/f", O_RDONLY, 0);
	end_with(1, "d/f");
	say_call(openat, d, (long)"/nonexistent/x", O_RDONLY, 0);
	say_name("/nonexistent/x");
	say_return();
	say_call(newfstatat, d, (long)"", (long)buffer, AT_EMPTY_PATH);
	say_name("");
	say_joined(1, below("d"), "");
	say_return();
	say_call(renameat2, d, (long)"second", AT_FDCWD, (long)"third", 0);
	say_path(1, below("d"), "second");
	end_with(3, "third");
	say_call(linkat, AT_FDCWD, (long)"third", d, (long)"fourth", 0);
	say_path(1, cwd, "third");
	say_path(3, below("d"), "fourth");
	say_return();
	say_call(symlinkat, (long)"text", d, (long)"pointer");
	say_path(2, below("d"), "pointer");
	say_return();
	say_call(statx, d, (long)"f", 0, 0xfff, (long)buffer);
	say_path(1, below("d"), "f");
	say_return();
	say_call(execveat, d, (long)"f", 0, 0, 0);
	say_path(1, below("d"), "f");
	say_return();
}

/* Nothing that a path could be relative to. */
static void with_none(const int *pipe_fds)
{
	say_call(openat, 12345, (long)"x", O_RDONLY, 0);
	say_name("x");
	say_line("PATH unknown 1 EBADF\n");
	say_return();
	say_call(mkdirat, pipe_fds[0], (long)"x", 0700);
	say_name("x");
	say_line("PATH unknown 1 ENOTDIR\n");
	say_return();
}

static void change_directory(int d)
{
	char former[sizeof(cwd)];

	memcpy(former, cwd, sizeof(cwd));
	say_call(chdir, (long)"d");
	end_with(0, "d");
	strcat(cwd, "/d");
	say_old(access, (long)"f", R_OK);
	end_with(OLD_PATH, "f");
	say_call(chdir, (long)"..");
	end_with(0, "..");
	memcpy(cwd, former, sizeof(cwd));
	say_old(access, (long)"d", R_OK);
	end_with(OLD_PATH, "d");
	say_simple(fchdir, d);
	strcat(cwd, "/d");
	say_old(access, (long)"f", R_OK);
	end_with(OLD_PATH, "f");
	say_call(chdir, (long)"/");
	say_name("/");
	say_return();
	say_old(access, (long)"none", R_OK);
	say_path(OLD_PATH, "", "none");
	say_return();
	memcpy(cwd, former, sizeof(cwd));
	say_call(chdir, (long)former);
	say_name(former);
	say_return();
}

/* The working directory gets another name, and then none. */
static void move_directory(void)
{
	char former[sizeof(cwd)];

	memcpy(former, cwd, sizeof(cwd));
	say_old(mkdir, (long)"old", 0700);
	end_with(OLD_PATH, "old");
	say_call(chdir, (long)"old");
	end_with(0, "old");
	strcat(cwd, "/old");
	say_old(access, (long)"x", R_OK);
	end_with(OLD_PATH, "x");
	say_old(rename, (long)"../old", (long)"../new");
	say_path(OLD_PATH, cwd, "../old");
	end_with(OLD_SECOND, "../new");
	strcpy(strrchr(cwd, '/'), "/new");
	say_old(access, (long)"x", R_OK);
	end_with(OLD_PATH, "x");
	say_old(rmdir, (long)"../new");
	end_with(OLD_PATH, "../new");
	say_old(open, (long)"x", O_RDWR | O_CREAT, 0600);
	say_name("x");
	say_line("PATH joined %d %s/x deleted\n", OLD_PATH, cwd);
	say_return();
	memcpy(cwd, former, sizeof(cwd));
	say_call(chdir, (long)former);
	say_name(former);
	say_return();
}

/* A name as /proc gives it to what is deleted. */
static void misleading_name(void)
{
	int fd;

	say_old(mkdir, (long)"d (deleted)", 0700);
	end_with(OLD_PATH, "d (deleted)");
	say_old(open, (long)"d (deleted)", O_RDONLY | O_DIRECTORY, 0);
	fd = (int)say.result;
	end_with(OLD_PATH, "d (deleted)");
	say_call(faccessat, fd, (long)"x", R_OK);
	say_path(1, below("d (deleted)"), "x");
	say_return();
}

static void change_root(void)
{
	char root[8192];

	say_old(mkdir, (long)"jail", 0700);
	end_with(OLD_PATH, "jail");
	say_call(chroot, (long)"jail");
	end_with(0, "jail");
	snprintf(root, sizeof(root), "%s/jail", cwd);
	say_old(access, (long)"/x", R_OK);
	say_name("/x");
	say_joined(OLD_PATH, root, "x");
	say_return();
	/* The working directory is outside. */
	say_old(access, (long)"jail", R_OK);
	end_with(OLD_PATH, "jail");
	say_call(chdir, (long)"/");
	say_name("/");
	say_line("PATH joined 0 %s/\n", root);
	say_return();
	say_old(access, (long)"y", R_OK);
	say_path(OLD_PATH, root, "y");
	say_return();
}

int main(int argc, char **argv)
{
	int pipe_fds[2];
	int d;

	(void)argv;
	if (!getcwd(cwd, sizeof(cwd)) || pipe(pipe_fds))
		return 1;
	say_begin();
	if (argc > 1) {
		change_root();
	} else {
		one_path();
		no_path();
		two_paths();
		say_old(open, (long)"d", O_RDONLY | O_DIRECTORY, 0);
		d = (int)say.result;
		end_with(OLD_PATH, "d");
		with_directory(d);
		with_none(pipe_fds);
		change_directory(d);
		move_directory();
		misleading_name();
	}
	say_end();
	return 0;
}
