/*
 * As many processes as asked for, all alive at the same time: COUNT. Each says
 * so through one pipe and waits for the end of another. Prints how many ended
 * as they should.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/wait.h>

static void child(const int *alive, const int *go)
{
	char letter = 'x';

	close(go[1]);
	if (write(alive[1], &letter, 1) != 1)
		_exit(1);
	_exit(read(go[0], &letter, 1) == 0 ? 7 : 2);
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 200;
	int alive[2], go[2];
	long good = 0;
	char letter;
	int status;

	if (pipe(alive) < 0 || pipe(go) < 0)
		return 1;
	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("fork");
			return 1;
		}
		if (pid == 0)
			child(alive, go);
	}
	for (long i = 0; i < count; i++)
		if (read(alive[0], &letter, 1) != 1)
			return 1;
	close(go[1]);
	while (wait(&status) > 0)
		good += WIFEXITED(status) && WEXITSTATUS(status) == 7;
	printf("%ld processes, %ld good\n", count, good);
	return good == count ? 0 : 1;
}
