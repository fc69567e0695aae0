/*
 * Kills processes with SIGKILL while they create others, so that nobody is left
 * to tell of the newborn ones, and waits until all of them have ended. The
 * arguments: how many to kill; how they create ("fork", "vfork", "clone" with
 * CLONE_PARENT, "thread"); "subreaper": the orphans become our own.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* What a creator makes when nobody kills it: who kills may wait long for a CPU,
 * and what is made with CLONE_PARENT stays until all are killed. */
enum { MOST = 50 };

static void *end(void *argument)
{
	return argument;
}

static void create_thread(void)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, end, NULL))
		pthread_join(thread, NULL);
}

static void create_process(const char *how)
{
	pid_t pid;

	if (!strcmp(how, "vfork"))
		pid = vfork();
	else if (!strcmp(how, "clone"))
		pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL,
				     NULL, NULL, 0UL);
	else
		pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid > 0 && strcmp(how, "clone"))
		waitpid(pid, NULL, 0);
}

static void create(const char *how, volatile unsigned *count)
{
	while (*count < MOST) {
		(*count)++;
		if (!strcmp(how, "thread"))
			create_thread();
		else
			create_process(how);
	}
	for (;;)
		pause();
}

/* One creator's life; false when it could not be started. */
static bool kill_one(const char *how, volatile unsigned *count, unsigned after)
{
	pid_t pid;

	*count = 0;
	pid = fork();
	if (pid == 0)
		create(how, count);
	if (pid < 0)
		return false;
	while (*count <= after)
		sched_yield();
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return true;
}

int main(int argc, char **argv)
{
	volatile unsigned *count = mmap(NULL, sizeof(*count),
					PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int rounds = argc > 2 ? atoi(argv[1]) : 0;

	if (rounds <= 0 || count == MAP_FAILED)
		return 2;
	if (argc > 3 && prctl(PR_SET_CHILD_SUBREAPER, 1))
		return 1;
	for (int i = 0; i < rounds; i++)
		if (!kill_one(argv[2], count, (unsigned)i % 4))
			return 1;
	while (wait(NULL) > 0 || errno == EINTR)
		;
	printf("killed %d, then %s\n", rounds, strerrorname_np(errno));
	return 0;
}
