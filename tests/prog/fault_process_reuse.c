/*
 * Children one after the other, COUNT of them: the n-th looks for /marker/n and
 * ends with n % 100. Prints how many ended so, and whether a pid came again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/wait.h>

static uint8_t seen[1u << 22];

static void be_child(long number)
{
	char path[64];

	snprintf(path, sizeof(path), "/marker/%ld", number);
	(void)access(path, R_OK);
	_exit((int)(number % 100));
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 100;
	long good = 0, again = 0;

	for (long i = 0; i < count; i++) {
		int status = -1;
		pid_t pid = fork();

		if (pid < 0) {
			perror("fork");
			return 1;
		}
		if (pid == 0)
			be_child(i);
		waitpid(pid, &status, 0);
		good += WIFEXITED(status) && WEXITSTATUS(status) == i % 100;
		again += seen[pid];
		seen[pid] = 1;
	}
	printf("%ld children, %ld good, pids %s\n", count, good,
	       again ? "came again" : "were new");
	return good == count ? 0 : 1;
}
