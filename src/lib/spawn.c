/*
 * posix_spawn(3), called by a process in between: one that shares our memory
 * while we wait, runs nothing but that call, and ends. It sends no signal when
 * it does, and the program is left to init. An exec would give it SIGCHLD back,
 * so it takes two.
 */
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define STACK_SIZE (64u << 10)
/* Numbers that no descriptor of the program has to get. */
#define HIGH_FD 10

struct spawn {
	const char *path;
	char *const *argv;
	char *const *envp;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error; /* of posix_spawn */
};

/* ---- what it gets ---- */

static int set_actions(posix_spawn_file_actions_t *actions, int file,
		       int channel)
{
	int error = 0;

	/* ktrace-u fills what is free of these. */
	for (int fd = 0; fd <= STDERR_FILENO && !error; fd++)
		error = posix_spawn_file_actions_addclose(actions, fd);
	if (!error)
		error = posix_spawn_file_actions_adddup2(actions, file,
							 atoi(SPAWN_FILE));
	if (!error)
		error = posix_spawn_file_actions_adddup2(actions, channel,
							 atoi(SPAWN_CHANNEL));
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(
		    actions, atoi(SPAWN_CHANNEL) + 1);
	return -error;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	const short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
			    POSIX_SPAWN_SETSID;
	sigset_t all, none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	error = posix_spawnattr_setflags(attributes, flags);
	if (!error)
		error = posix_spawnattr_setsigdefault(attributes, &all);
	if (!error)
		error = posix_spawnattr_setsigmask(attributes, &none);
	return -error;
}

static char *const *environment(void)
{
	static char *const none[] = { NULL };

	return getauxval(AT_SECURE) ? none : environ;
}

/* ---- the process in between ---- */

static int be_between(void *context)
{
	struct spawn *spawn = context;
	pid_t pid;

	spawn->error = posix_spawn(&pid, spawn->path, &spawn->actions,
				   &spawn->attributes, spawn->argv,
				   spawn->envp);
	return 0;
}

static int wait_for(pid_t between)
{
	pid_t pid;

	do
		pid = waitpid(between, NULL, __WCLONE);
	while (pid < 0 && errno == EINTR);
	/* Who waits for everything, __WALL, may have been first. */
	return pid < 0 && errno != ECHILD ? -errno : 0;
}

/* No handler may run in it: it would be ours, and on its stack. */
static int run_between(struct spawn *spawn)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	sigset_t all, before;
	pid_t between;
	int r = 0;

	if (stack == MAP_FAILED)
		return -errno;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	between = clone(be_between, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK,
			spawn);
	if (between < 0)
		r = -errno;
	else
		r = wait_for(between);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	munmap(stack, STACK_SIZE);
	return r < 0 ? r : -spawn->error;
}

static int run(const char *path, char *const *argv, int file, int channel)
{
	struct spawn spawn = { .path = path, .argv = argv };
	int r;

	spawn.envp = environment();
	r = -posix_spawn_file_actions_init(&spawn.actions);
	if (r < 0)
		return r;
	r = -posix_spawnattr_init(&spawn.attributes);
	if (!r) {
		r = set_actions(&spawn.actions, file, channel);
		if (!r)
			r = set_attributes(&spawn.attributes);
		if (!r)
			r = run_between(&spawn);
		posix_spawnattr_destroy(&spawn.attributes);
	}
	posix_spawn_file_actions_destroy(&spawn.actions);
	return r;
}

static int move_up(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);

	return moved < 0 ? -errno : moved;
}

int spawn_quietly(const char *path, char *const *argv, int file,
		  int *ret_channel)
{
	_cleanup_fd_ int ours = -1, theirs = -1;
	_cleanup_fd_ int high_file = move_up(file), high_theirs = -1;
	int pair[2];
	int r;

	if (high_file < 0)
		return high_file;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	high_theirs = move_up(theirs);
	if (high_theirs < 0)
		return high_theirs;
	r = run(path, argv, high_file, high_theirs);
	if (!r)
		*ret_channel = take_fd(&ours);
	return r;
}
