/*
 * Children of every making and every end, and threads. Prints a line for each:
 *	child WAY PID STATUS MAXRSS MINFLT MAJFLT INBLOCK OUBLOCK NVCSW NIVCSW
 *	thread WAY TID
 * as wait4(2) told it. Each looks for /marker/WAY, and nobody else does.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched.h>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "old.h"

static char *const *self_argv;

static void mark(const char *way)
{
	char path[64];

	snprintf(path, sizeof(path), "/marker/%s", way);
	old_call(access, path, R_OK);
}

/* How a child ends that is called like this. */
static void end_like(const char *way)
{
	static char data[1 << 20];

	mark(way);
	/* Something that its usage can be told by. */
	for (size_t i = 0; i < sizeof(data); i += 512)
		data[i] = 1;
	if (!strcmp(way, "sigkill"))
		kill(getpid(), SIGKILL);
	if (!strcmp(way, "sigterm"))
		raise(SIGTERM);
	if (!strcmp(way, "sigabrt"))
		abort();
	if (!strcmp(way, "sigsegv"))
		*(volatile char *)mmap(NULL, 4096, PROT_NONE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) = 1;
	_exit((int)strlen(way));
}

static pid_t by_clone3(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static pid_t by_spawn(void)
{
	char *const argv[] = { self_argv[0], "spawn", NULL };
	char *const envp[] = { NULL };
	pid_t pid;

	return posix_spawn(&pid, self_argv[0], NULL, NULL, argv, envp) ? -1
								       : pid;
}

static pid_t make(const char *way)
{
	if (!strcmp(way, "spawn"))
		return by_spawn();
	if (!strcmp(way, "clone3"))
		return by_clone3();
	if (!strcmp(way, "clone"))
		return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0L);
	return fork();
}

static void say_child(const char *way, pid_t pid)
{
	struct rusage usage;
	int status;

	if (wait4(pid, &status, 0, &usage) != pid)
		exit(1);
	printf("child %s %d %d %ld %ld %ld %ld %ld %ld %ld\n", way, pid, status,
	       usage.ru_maxrss, usage.ru_minflt, usage.ru_majflt,
	       usage.ru_inblock, usage.ru_oublock, usage.ru_nvcsw,
	       usage.ru_nivcsw);
}

static void by_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		/* Changes nothing that the parent has.
		 * NOLINTNEXTLINE(clang-analyzer-unix.Vfork) */
		old_call(access, "/marker/vfork", R_OK);
		_exit(5);
	}
	say_child("vfork", pid);
}

static void *be_thread(void *way)
{
	mark(way);
	printf("thread %s %ld\n", (const char *)way, syscall(SYS_gettid));
	return NULL;
}

/* A child of the child, made by a thread that is not the leader. */
static void *be_parent(void *unused)
{
	pid_t pid = fork();

	(void)unused;
	if (pid == 0)
		end_like("of_thread");
	say_child("of_thread", pid);
	return NULL;
}

static void in_thread(void *(*function)(void *), char *way)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, function, way) ||
	    pthread_join(thread, NULL))
		exit(1);
}

int main(int argc, char **argv)
{
	static const char *const ways[] = { "fork",    "clone",   "clone3",
					    "spawn",   "sigkill", "sigterm",
					    "sigabrt", "sigsegv" };

	self_argv = argv;
	if (argc > 1)
		end_like(argv[1]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		pid_t pid = make(ways[i]);

		if (pid == 0)
			end_like(ways[i]);
		say_child(ways[i], pid);
	}
	by_vfork();
	in_thread(be_thread, "thread");
	in_thread(be_parent, NULL);
	return 0;
}
