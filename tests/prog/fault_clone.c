/*
 * Makes a child in an unusual way, waits for it as such a child must be waited
 * for, and prints how that went. The argument names the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define STACK_SIZE (256u << 10)

struct way {
	const char *name;
	int flags; /* of clone(2), exit signal included */
};

static const struct way ways[] = {
	{ "fork", SIGCHLD },
	{ "untraced", CLONE_UNTRACED | SIGCHLD },
	{ "ptrace", CLONE_PTRACE | SIGCHLD },
	{ "both", CLONE_PTRACE | CLONE_UNTRACED | SIGCHLD },
	{ "silent", 0 },
	{ "usr1", SIGUSR1 },
	{ "fs", CLONE_FS | SIGCHLD },
	{ "files", CLONE_FILES | SIGCHLD },
	{ "vm", CLONE_VM | SIGCHLD },
	{ "vfork", CLONE_VM | CLONE_VFORK | SIGCHLD },
	{ "vfork-usr1", CLONE_VM | CLONE_VFORK | SIGUSR1 },
	{ "parent", CLONE_PARENT | SIGCHLD },
	{ "thread-vfork", CLONE_THREAD | CLONE_SIGHAND | CLONE_VM |
			      CLONE_VFORK | CLONE_FS | CLONE_FILES },
	{ "thread-untraced", CLONE_THREAD | CLONE_SIGHAND | CLONE_VM |
				 CLONE_UNTRACED | CLONE_FS | CLONE_FILES },
};

static volatile sig_atomic_t told;
static volatile int thread_lives = 1; /* the kernel clears it */

static void handler(int signal_number)
{
	(void)signal_number;
	told++;
}

/* Only raw calls: the thread that has no library data of its own, too. */
static int child(void *argument)
{
	(void)argument;
	syscall(SYS_mkdirat, AT_FDCWD, "by_child", 0700);
	syscall(SYS_chdir, "by_child");
	return 7;
}

static const struct way *find_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	return NULL;
}

/* Whom nobody can wait for is seen by what it did. */
static void await_deed(const struct way *way)
{
	struct stat status;

	if (way->flags & CLONE_THREAD)
		while (thread_lives)
			sched_yield();
	else
		while (stat("by_child", &status))
			sched_yield();
}

static void await(const struct way *way, pid_t pid)
{
	int status = 0;
	pid_t waited;

	if (way->flags & (CLONE_THREAD | CLONE_PARENT)) {
		await_deed(way);
		printf("%s: ran\n", way->name);
		return;
	}
	do
		waited = waitpid(pid, &status, __WALL);
	while (waited < 0 && errno == EINTR);
	printf("%s: %s status %#x, told %d\n", way->name,
	       waited == pid ? "waited" : strerrorname_np(errno), status,
	       (int)told);
}

/* A child that is its parent's child's sibling: somebody of ours must be that
 * parent, and wait for both. Returns in the creator. */
static void stand_between(void)
{
	int status, failed = 0;

	if (fork() == 0)
		return;
	while (wait(&status) > 0)
		failed |= status != 0 && WEXITSTATUS(status) != 7;
	exit(failed);
}

int main(int argc, char **argv)
{
	const struct way *way = argc > 1 ? find_way(argv[1]) : NULL;
	struct sigaction action = { .sa_handler = handler };
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct stat status;
	int flags;
	pid_t pid;

	if (!way || stack == MAP_FAILED)
		return 2;
	sigaction(SIGUSR1, &action, NULL);
	if (way->flags & CLONE_PARENT)
		stand_between();
	flags = way->flags;
	if (flags & CLONE_THREAD)
		flags |= CLONE_CHILD_CLEARTID;
	pid = clone(child, stack + STACK_SIZE, flags, NULL, NULL, NULL,
		    &thread_lives);
	if (pid < 0) {
		printf("%s: %s\n", way->name, strerrorname_np(errno));
		return 1;
	}
	await(way, pid);
	printf("directory %s\n", stat("by_child", &status) ? "moved" : "kept");
	fflush(stdout);
	return rmdir("by_child") && rmdir("../by_child");
}
