/*
 * A vfork child that sleeps before it executes a program: its parent's other
 * thread goes on meanwhile, and wakes it when it is seen asleep. Prints what
 * happened in which order.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>
#include <sys/wait.h>

/* vfork(2) by another name, and a child that may do more than _exit(). */
static char stack[1 << 16] __attribute__((aligned(16)));
static int wake[2];
static int said[2];
static atomic_int in_parent;

/* Asleep in the call that it is expected in. */
static int sleeps(pid_t pid)
{
	char path[64], line[128] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (file && !fgets(line, sizeof(line), file))
		line[0] = '\0';
	if (file)
		fclose(file);
	return strstr(line, ") S ") != NULL;
}

static void *other(void *unused)
{
	pid_t child;

	(void)unused;
	if (read(said[0], &child, sizeof(child)) != sizeof(child))
		return NULL;
	while (!sleeps(child))
		sched_yield();
	printf("the child sleeps, its parent %s\n",
	       in_parent ? "does not wait" : "waits");
	for (int i = 0; i < 100; i++)
		syscall(SYS_getppid);
	if (write(wake[1], "x", 1) != 1)
		return NULL;
	return NULL;
}

static int run_child(void *unused)
{
	pid_t self = (pid_t)syscall(SYS_getpid);
	char letter;

	(void)unused;
	if (syscall(SYS_write, said[1], &self, sizeof(self)) != sizeof(self))
		return 98;
	if (syscall(SYS_read, wake[0], &letter, 1) != 1)
		return 99;
	execlp("sh", "sh", "-c", "exit 6", NULL);
	return 97;
}

int main(void)
{
	pthread_t thread;
	int status = 0;
	pid_t pid;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (pipe(wake) < 0 || pipe(said) < 0 ||
	    pthread_create(&thread, NULL, other, NULL))
		return 1;
	pid = clone(run_child, stack + sizeof(stack),
		    CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	in_parent = 1;
	waitpid(pid, &status, 0);
	pthread_join(thread, NULL);
	printf("it ended with %d\n", WEXITSTATUS(status));
	return 4;
}
