/*
 * Arguments that lie where the program itself cannot read, or nobody but it
 * can: the kernel takes them from there.
 */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <linux/openat2.h>
#include <linux/sched.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PAGE 4096

/* A copy that may be used so, and not be read; NULL: it could not be made. */
static void *copy_to(const void *data, size_t length, int protection)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return NULL;
	memcpy(page, data, length);
	return mprotect(page, PAGE, protection) ? NULL : page;
}

/* Some machines keep the kernel from reading there, too. */
static enum outcome remove_by(const char *name)
{
	if (!name || (unlink(name) < 0 && errno == EFAULT))
		return FAILED;
	return secret_gone();
}

enum outcome memory_name(char **words)
{
	(void)words;
	return remove_by(copy_to(SECRET, sizeof(SECRET), PROT_EXEC));
}

enum outcome memory_written(char **words)
{
	(void)words;
	return remove_by(copy_to(SECRET, sizeof(SECRET), PROT_WRITE));
}

enum outcome memory_how(char **words)
{
	const struct open_how how = { .flags = O_RDONLY };
	void *page = copy_to(&how, sizeof(how), PROT_EXEC);
	char byte;
	long fd = page ? syscall(SYS_openat2, AT_FDCWD, SECRET, page,
				 sizeof(how))
		       : -1;

	(void)words;
	if (fd < 0)
		return FAILED;
	return read((int)fd, &byte, 1) == 1 ? DID : REFUSED;
}

/* A child in namespaces of its own. */
static enum outcome spawn(const struct clone_args *args)
{
	int status;
	long pid = args ? syscall(SYS_clone3, args, sizeof(*args)) : -1;

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid((pid_t)pid, &status, 0) == pid ? DID : FAILED;
}

static const struct clone_args own = { .flags = CLONE_NEWUSER | CLONE_NEWNS,
				       .exit_signal = SIGCHLD };

enum outcome memory_clone3(char **words)
{
	(void)words;
	return spawn(copy_to(&own, sizeof(own), PROT_EXEC));
}

enum outcome memory_secret(char **words)
{
	int fd = (int)syscall(SYS_memfd_secret, O_CLOEXEC);
	void *page;

	(void)words;
	if (fd < 0 || ftruncate(fd, PAGE) < 0)
		return FAILED;
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return FAILED;
	memcpy(page, &own, sizeof(own));
	return spawn(page);
}
