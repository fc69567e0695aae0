/*
 * Names in memory that somebody changes without having any of it: by the file
 * that is mapped there, or by what the kernel was asked to read later.
 */
#include "hostile.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/aio_abi.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define NAMES "names"
#define ROOM  4096
#define CUTS  50

/* A file that begins with the name, and where it is mapped; NULL: nowhere. */
static char *map_file(const char *name, int flags, int *ret_fd)
{
	char *map;

	*ret_fd = open(NAMES, O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
	if (*ret_fd < 0 || pwrite(*ret_fd, name, strlen(name) + 1, 0) <= 0)
		return NULL;
	map = mmap(NULL, ROOM, PROT_READ, flags, *ret_fd, 0);
	return map == MAP_FAILED ? NULL : map;
}

static void put(int fd, const char *name)
{
	if (pwrite(fd, name, sizeof(SECRET), 0) < 0)
		_exit(1);
}

static void write_names(int fd)
{
	put(fd, SECRET);
	put(fd, DECOY);
}

/* All who have it mapped lose it, also what was their own. */
static void cut_names(int fd)
{
	if (!ftruncate(fd, 0))
		put(fd, SECRET);
	if (!ftruncate(fd, 0))
		put(fd, DECOY);
}

static void change_always(void (*change)(int fd), int fd)
{
	for (;;)
		change(fd);
}

/* It has no memory in common with who removes. */
static enum outcome race(void (*change)(int fd))
{
	int fd;
	char *name = map_file(DECOY, MAP_PRIVATE, &fd);
	pid_t pid = name ? fork() : -1;

	if (pid < 0)
		return FAILED;
	if (pid == 0)
		change_always(change, fd);
	while (secret_is_worth_trying()) {
		madvise(name, ROOM, MADV_DONTNEED);
		unlink(name);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return secret_gone();
}

enum outcome map_written(char **words)
{
	(void)words;
	return race(write_names);
}

enum outcome map_cut(char **words)
{
	(void)words;
	return race(cut_names);
}

/* Nobody races: has the name been read from this memory, what is written to the
 * file is not read there. words: "shared", where it is. */
enum outcome map_kept(char **words)
{
	bool is_shared = words[0] && !strcmp(words[0], "shared");
	int fd;
	char *name = map_file(DECOY, is_shared ? MAP_SHARED : MAP_PRIVATE, &fd);

	if (!name)
		return FAILED;
	unlink(name);
	put(fd, SECRET);
	unlink(name);
	return secret_gone();
}

static bool is_asleep(pid_t pid)
{
	char line[64] = "", path[32];
	bool is_there = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (!is_there && file && fgets(line, sizeof(line), file))
		is_there = !strncmp(line, "State:\tS", strlen("State:\tS"));
	if (file)
		fclose(file);
	return is_there;
}

/* The file is cut while the parent is in its call, which is let end then. Who
 * traces it may have the call begin again meanwhile. */
static void cut_asleep(int listener, int fd, const struct sockaddr_un *address)
{
	while (!is_asleep(getppid()))
		sched_yield();
	for (int i = 0; i < CUTS; i++)
		if (ftruncate(fd, 0) ||
		    pwrite(fd, address, sizeof(*address), 0) < 0)
			_exit(1);
	close(accept(listener, NULL, NULL));
	_exit(0);
}

enum outcome map_waiting(char **words)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX,
				       .sun_path = "listener" };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int second = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr *to = (const void *)&address;
	int fd, r;
	pid_t pid;
	char *map;

	(void)words;
	map = map_file("", MAP_PRIVATE, &fd);
	if (!map || pwrite(fd, &address, sizeof(address), 0) < 0 ||
	    bind(listener, to, sizeof(address)) || listen(listener, 0) ||
	    connect(first, to, sizeof(address)))
		return FAILED;
	pid = fork();
	if (pid == 0)
		cut_asleep(listener, fd, &address);
	r = connect(second, (const void *)map, sizeof(address));
	waitpid(pid, NULL, 0);
	return r ? REFUSED : DID;
}

static long submit(aio_context_t context, int fd, void *to)
{
	struct iocb block = { .aio_lio_opcode = IOCB_CMD_PREAD,
			      .aio_fildes = (uint32_t)fd,
			      .aio_buf = (uint64_t)(uintptr_t)to,
			      .aio_nbytes = ROOM };
	struct iocb *blocks[] = { &block };

	return syscall(SYS_io_submit, context, 1L, blocks);
}

/* There is one thread, and no other process. */
enum outcome map_submitted(char **words)
{
	char *name = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	aio_context_t context = 0;
	struct io_event event;
	int fd;

	(void)words;
	if (name == MAP_FAILED || !map_file(SECRET, MAP_PRIVATE, &fd) ||
	    ftruncate(fd, ROOM) || fsync(fd) ||
	    syscall(SYS_io_setup, 1L, &context))
		return FAILED;
	close(fd);
	/* Not all file systems can; then it is read at once. */
	fd = open(NAMES, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		fd = open(NAMES, O_RDONLY | O_CLOEXEC);
	while (secret_is_worth_trying()) {
		memcpy(name, DECOY, sizeof(DECOY));
		if (submit(context, fd, name) != 1)
			return FAILED;
		unlink(name);
		syscall(SYS_io_getevents, context, 1L, 1L, &event, NULL);
	}
	return secret_gone();
}
