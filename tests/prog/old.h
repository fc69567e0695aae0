/*
 * For programs under test: old calls, and on machines whose kernel never had
 * them the newer ones that do the same, as a C library makes them there.
 *	old_call(open, path, O_RDONLY)		instead of syscall()
 *	say_old(open, path, O_RDONLY, 0)	instead of say_call()
 */
#ifndef PROG_OLD_H
#define PROG_OLD_H

#include <fcntl.h>
#include <unistd.h>

#include <sys/syscall.h>

#ifdef SYS_open

#define old_call(name, ...)       syscall(SYS_##name, ##__VA_ARGS__)
#define say_old(name, ...)        say_call(name, ##__VA_ARGS__)
#define say_simple_old(name, ...) say_simple(name, ##__VA_ARGS__)

/* Which arguments the paths are: the only one or the first of two; the second;
 * the place of a symbolic link. */
enum old_argument { OLD_PATH = 0, OLD_SECOND = 1, OLD_LINK = 1 };

#else

#define old_call(name, ...)       OLD_CALL(OLD_##name(__VA_ARGS__))
#define say_old(name, ...)        OLD_SAY(OLD_##name(__VA_ARGS__))
#define say_simple_old(name, ...) OLD_SAY_SIMPLE(OLD_##name(__VA_ARGS__))

enum old_argument { OLD_PATH = 1, OLD_SECOND = 3, OLD_LINK = 2 };

/* One round more, for the name to become an argument. */
#define OLD_CALL(...)             OLD_CALL_(__VA_ARGS__)
#define OLD_CALL_(name, ...)      syscall(SYS_##name, __VA_ARGS__)
#define OLD_SAY(...)              say_call(__VA_ARGS__)
#define OLD_SAY_SIMPLE(...)       say_simple(__VA_ARGS__)

#define OLD_open(...) openat, AT_FDCWD, __VA_ARGS__
#define OLD_creat(path, mode)                                                  \
	openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode
#define OLD_stat(path, status) newfstatat, AT_FDCWD, path, status, 0
#define OLD_lstat(path, status)                                                \
	newfstatat, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW
#define OLD_access(...)         faccessat, AT_FDCWD, __VA_ARGS__
#define OLD_mkdir(...)          mkdirat, AT_FDCWD, __VA_ARGS__
#define OLD_mknod(...)          mknodat, AT_FDCWD, __VA_ARGS__
#define OLD_chmod(...)          fchmodat, AT_FDCWD, __VA_ARGS__
#define OLD_chown(...)          fchownat, AT_FDCWD, __VA_ARGS__, 0
#define OLD_lchown(...)         fchownat, AT_FDCWD, __VA_ARGS__, AT_SYMLINK_NOFOLLOW
/* Its structure is another one: the time is now. */
#define OLD_utime(path, times)  utimensat, AT_FDCWD, path, 0 * (long)(times), 0
#define OLD_readlink(...)       readlinkat, AT_FDCWD, __VA_ARGS__
#define OLD_unlink(path)        unlinkat, AT_FDCWD, path, 0
#define OLD_rmdir(path)         unlinkat, AT_FDCWD, path, AT_REMOVEDIR
#define OLD_link(from, to)      linkat, AT_FDCWD, from, AT_FDCWD, to, 0
#define OLD_rename(from, to)    renameat, AT_FDCWD, from, AT_FDCWD, to
#define OLD_symlink(text, path) symlinkat, text, AT_FDCWD, path
#define OLD_epoll_wait(...)     epoll_pwait, __VA_ARGS__, 0, 0
#define OLD_pause()             ppoll, 0, 0, 0, 0, 0

#endif

#endif
