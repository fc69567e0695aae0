/*
 * Children of every making: each says whether it has a tracer, in the file
 * "tracers", ends with 7 and is waited for, and prints nothing. This prints how
 * each was made and ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define STACK_SIZE (256u << 10)

static const struct way {
	const char *name;
	uint64_t flags;
	int exit_signal;
} ways[] = {
	{ "plain", 0, SIGCHLD },
	{ "no signal", 0, 0 },
	{ "another signal", 0, SIGUSR1 },
	{ "untraced", CLONE_UNTRACED, SIGCHLD },
	{ "shared directory", CLONE_FS, SIGCHLD },
	{ "shared files", CLONE_FILES, SIGCHLD },
	{ "vfork", CLONE_VFORK | CLONE_VM, SIGCHLD },
	{ "shared memory", CLONE_VM, SIGCHLD },
	{ "shared handlers", CLONE_VM | CLONE_SIGHAND, SIGCHLD },
	{ "shared all but threads",
	  CLONE_VM | CLONE_SIGHAND | CLONE_FS | CLONE_FILES, 0 },
};

static int tracers;

static void take(int number)
{
	(void)number;
}

/* Nothing that needs a C library of its own: its memory may be shared. */
static int child(void *name)
{
	static const char label[] = "TracerPid:\t";
	char data[2048], line[128];
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/thread-self/status",
			      O_RDONLY | O_CLOEXEC);
	long n = syscall(SYS_read, fd, data, sizeof(data) - 1);
	const char *at;

	syscall(SYS_close, fd);
	data[n > 0 ? n : 0] = '\0';
	at = strstr(data, label);
	snprintf(line, sizeof(line), "%s: %.*s\n", (const char *)name,
		 (int)(at ? strcspn(at + strlen(label), "\n") : 0),
		 at ? at + strlen(label) : "");
	syscall(SYS_write, tracers, line, strlen(line));
	return 7;
}

static pid_t make(const struct way *way, char *stack)
{
	return clone(child, stack + STACK_SIZE,
		     (int)way->flags | way->exit_signal, (void *)way->name);
}

/* With flags that share memory the child would need a stack of its own, which
 * takes assembly. */
static pid_t make3(const struct way *way)
{
	struct clone_args args = {
		.flags = way->flags,
		.exit_signal = (uint64_t)way->exit_signal,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		syscall(SYS_exit_group, child((void *)way->name));
	return pid;
}

static void report(const char *call, const struct way *way, pid_t pid)
{
	int status = 0;
	pid_t waited;

	if (pid < 0) {
		printf("%s, %s: %s\n", call, way->name, strerrorname_np(errno));
		return;
	}
	do
		waited = waitpid(pid, &status, __WALL);
	while (waited < 0 && errno == EINTR);
	printf("%s, %s: %s, status %#x\n", call, way->name,
	       waited == pid ? "ended" : "lost", status);
}

int main(void)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	tracers = open("tracers",
		       O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		       0644);
	if (tracers < 0 || stack == MAP_FAILED)
		return 1;
	signal(SIGUSR1, take);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		report("clone", &ways[i], make(&ways[i], stack));
		/* CLONE_UNTRACED is none of clone3's secrets either. */
		if (!(ways[i].flags & CLONE_VM))
			report("clone3", &ways[i], make3(&ways[i]));
	}
	printf("wait: %s\n", wait(NULL) < 0 ? strerrorname_np(errno) : "?");
	return 0;
}
