/*
 * Waits where no signal wakes it: for a child that shares its memory, until
 * standard input ends. Then it says so.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	char byte;
	pid_t child = vfork();
	int status;

	if (child == 0) {
		/* All that it does here is system calls.
		 * NOLINTNEXTLINE(clang-analyzer-unix.Vfork) */
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	puts("over");
	return status != 0;
}
