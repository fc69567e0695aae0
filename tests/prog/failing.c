/*
 * Calls that fail, each in another way: bad pointers, strings at the edge of a
 * page and past it, strings without an end, bad descriptors, calls that do not
 * exist. Exits with the number of calls that did not fail as they should.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "old.h"

#define LONG_PATH (2 * 4096)

static int wrong;

static void must_fail(long result, int error)
{
	if (result != -1 || errno != error)
		wrong++;
}

/* The last bytes before a page that cannot be read. */
static char *before_the_edge(size_t length)
{
	long page = sysconf(_SC_PAGESIZE);
	char *at = mmap(NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(at + page, (size_t)page, PROT_NONE);
	memset(at, 'x', (size_t)page);
	return at + page - length;
}

static void bad_pointers(void)
{
	struct stat status;

	must_fail(old_call(open, NULL, O_RDONLY), EFAULT);
	must_fail(old_call(open, 1L, O_RDONLY), EFAULT);
	must_fail(old_call(stat, -1L, &status), EFAULT);
	must_fail(old_call(stat, "/", 1L), EFAULT);
	must_fail(old_call(rename, "/nonexistent", 1L), EFAULT);
	must_fail(old_call(rename, 1L, "/nonexistent"), EFAULT);
	must_fail(syscall(SYS_execve, 1L, NULL, NULL), EFAULT);
	must_fail(syscall(SYS_execve, "/nonexistent", NULL, NULL), ENOENT);
	must_fail(syscall(SYS_write, STDOUT_FILENO, 1L, 10L), EFAULT);
	must_fail(syscall(SYS_getcwd, 1L, 4096L), EFAULT);
}

static void edges(void)
{
	static const char name[] = "/nonexistent/";
	char *endless = before_the_edge(5);
	char *edge = before_the_edge(sizeof(name));
	char *across = before_the_edge(4096);

	memcpy(edge, name, sizeof(name));
	must_fail(old_call(open, edge, O_RDONLY), ENOENT);
	must_fail(syscall(SYS_chdir, edge), ENOENT);
	must_fail(old_call(open, endless, O_RDONLY), EFAULT);
	must_fail(old_call(unlink, endless), EFAULT);
	across[4095] = '\0';
	must_fail(old_call(open, across, O_RDONLY), ENAMETOOLONG);
}

static void long_paths(void)
{
	static char path[LONG_PATH];

	for (size_t i = 0; i < LONG_PATH - 1; i++)
		path[i] = i % 2 ? '.' : '/';
	must_fail(old_call(open, path, O_RDONLY), ENAMETOOLONG);
	must_fail(old_call(mkdir, path, 0700), ENAMETOOLONG);
	path[4095] = '\0';
	if (old_call(access, path, R_OK))
		wrong++;
	path[4094] = 'x';
	must_fail(old_call(access, path, R_OK), ENOENT);
}

static void bad_numbers(void)
{
	char letter;

	must_fail(syscall(SYS_read, -1, &letter, 1L), EBADF);
	must_fail(syscall(SYS_openat, 12345, "name", O_RDONLY), EBADF);
	must_fail(old_call(readlink, "/", &letter, 1L), EINVAL);
	must_fail(syscall(SYS_unlinkat, AT_FDCWD, "", 0), ENOENT);
	must_fail(old_call(symlink, "", ""), ENOENT);
	must_fail(old_call(open, "/dev/null/name", O_RDONLY), ENOTDIR);
	must_fail(syscall(SYS_kill, 1L << 22, 0), ESRCH);
	must_fail(syscall(SYS_lseek, -1, 0L, SEEK_SET), EBADF);
}

int main(void)
{
	bad_pointers();
	edges();
	long_paths();
	bad_numbers();
	return wrong;
}
