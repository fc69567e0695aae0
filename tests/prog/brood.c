/*
 * A byte on standard input: it makes threads, which wait. Another: each of them
 * makes a child, and prints its pid; "done" behind the last. Then it waits for
 * the end of its input.
 */
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/wait.h>

#define THREADS_MAX 60
#define STACK_SIZE  (64 << 10)

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *have_child(void *argument)
{
	pid_t pid;

	pthread_mutex_lock(&gate);
	pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		printf("wrong\n");
	printf("%d\n", pid);
	pthread_mutex_unlock(&gate);
	return argument;
}

static bool is_told(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&input, 1, 0) > 0;
}

int main(void)
{
	pthread_t threads[THREADS_MAX];
	pthread_attr_t attributes;
	unsigned count = 0;
	char byte;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_mutex_lock(&gate);
	if (read(STDIN_FILENO, &byte, 1) != 1)
		return 1;
	while (count < THREADS_MAX && !is_told() &&
	       !pthread_create(&threads[count], &attributes, have_child, NULL))
		count++;
	if (read(STDIN_FILENO, &byte, 1) != 1)
		return 1;
	pthread_mutex_unlock(&gate);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("done\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
