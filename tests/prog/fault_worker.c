/*
 * Works until its standard input ends: makes calls that leave records, in as
 * many processes as the argument says. Says "ready" when all of them are at
 * work and "survived" when all have ended well, and exits with 7. A call that
 * fails ends its process with 1.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

static int is_over(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&input, 1, 0) != 0;
}

static int work(void)
{
	struct stat status;

	while (!is_over())
		if (stat("/", &status) || getppid() < 0)
			return 1;
	return 0;
}

/* A child says that it is at work by closing its end of the pipe. */
static void start_child(const int ends[2])
{
	if (fork())
		return;
	close(ends[0]);
	close(ends[1]);
	_exit(work());
}

static int wait_for_children(void)
{
	int failed = 0;
	int status;

	while (wait(&status) > 0)
		failed |= status != 0;
	return failed;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1;
	int ends[2];
	char end;
	int failed;

	if (pipe(ends))
		return 1;
	for (int i = 1; i < count; i++)
		start_child(ends);
	close(ends[1]);
	if (read(ends[0], &end, 1))
		return 1;
	printf("ready\n");
	fflush(stdout);
	failed = work();
	failed |= wait_for_children();
	if (failed)
		return 1;
	printf("survived\n");
	return 7;
}
