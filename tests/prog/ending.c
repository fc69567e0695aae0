/*
 * Threads that others end, wherever they are: blocked, at either end of a call,
 * in a signal's handler, or just being made. ending HOW [COUNT]:
 *   exit   the leader ends the process with 3
 *   exec   another thread than the leader executes `true`
 *   kill   a thread kills the process
 *   fault  a thread writes where it must not
 *   leader the leader ends alone, and another thread the process, with 3
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/syscall.h>

static atomic_long running;
static atomic_bool over;
static int pipe_fds[2];

static void *call(void *unused)
{
	running++;
	for (;;)
		syscall(SYS_getppid);
	return unused;
}

static void *block(void *unused)
{
	char letter;

	running++;
	while (read(pipe_fds[0], &letter, 1) != 1)
		;
	return unused;
}

static void handle(int signal_number)
{
	(void)signal_number;
	getppid();
}

static void *take_signals(void *unused)
{
	running++;
	for (;;)
		raise(SIGUSR1);
	return unused;
}

static void *end_at_once(void *unused)
{
	return unused;
}

static void *make_threads(void *unused)
{
	pthread_t thread;

	running++;
	for (;;)
		if (!pthread_create(&thread, NULL, end_at_once, NULL))
			pthread_join(thread, NULL);
	return unused;
}

static void write_anyway(void)
{
	volatile char *page = mmap(NULL, 4096, PROT_NONE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*page = 1;
}

static void *end_others(void *context)
{
	const char *how = context;

	while (!over)
		sched_yield();
	if (!strcmp(how, "exec"))
		execlp("true", "true", NULL);
	else if (!strcmp(how, "kill"))
		kill(getpid(), SIGKILL);
	else if (!strcmp(how, "fault"))
		write_anyway();
	_exit(3);
}

int main(int argc, char **argv)
{
	static void *(*const work[])(void *) = { call, block, take_signals,
						 make_threads };
	const char *how = argc > 1 ? argv[1] : "exit";
	long count = argc > 2 ? atol(argv[2]) : 8;
	pthread_t thread;

	signal(SIGUSR1, handle);
	if (pipe(pipe_fds) < 0 ||
	    pthread_create(&thread, NULL, end_others, argc > 1 ? argv[1] : ""))
		return 1;
	for (long i = 0; i < count; i++)
		if (pthread_create(&thread, NULL, work[i % 4], NULL))
			return 1;
	while (running < count)
		sched_yield();
	over = strcmp(how, "exit") != 0;
	if (!strcmp(how, "leader"))
		pthread_exit(NULL);
	while (over)
		pause();
	_exit(3);
}
