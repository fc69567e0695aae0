/* Where the program that runs is installed, and a child that may become another
 * one from there. Must run nothing itself. */
#include "base/beside.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void beside_find(char ret[PATH_MAX], const char *name)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (length > 0) {
		self[length] = 0;
		slash = strrchr(self, '/');
		if (slash &&
		    snprintf(ret, PATH_MAX, "%.*s/%s", (int)(slash - self),
			     self, name) < PATH_MAX &&
		    access(ret, X_OK) == 0)
			return;
	}
	snprintf(ret, PATH_MAX, "%s", name);
}

pid_t beside_fork(const int *ignored)
{
	const struct sigaction action = { .sa_handler = SIG_IGN };
	struct sigaction before[BESIDE_SIGNALS_MAX];
	pid_t pid;

	for (unsigned i = 0; ignored[i]; i++)
		sigaction(ignored[i], &action, &before[i]);
	pid = fork();
	if (pid < 0)
		return -errno;
	for (unsigned i = 0; pid == 0 && ignored[i]; i++)
		sigaction(ignored[i], &before[i], NULL);
	return pid;
}
