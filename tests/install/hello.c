/*
 * The program that is recorded in an empty root. It reads a file, writes a
 * line, and has a child: nothing of it needs more than the kernel.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int status = 1;
	pid_t child;

	if (open("/absent", O_RDONLY) >= 0)
		return 1;
	puts("hello, root");
	if (fflush(stdout))
		return 1;
	child = fork();
	if (child == 0)
		_exit(mkdir("/made", 0700) ? 1 : 7);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
